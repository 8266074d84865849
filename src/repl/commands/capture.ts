import { z } from "zod";
import { defineClientCommand } from "../command.ts";
import { showTokensOption } from "../guarded-options.ts";

export default defineClientCommand({
  name: "capture",
  group: "connections",
  level: "observe",
  summary: "writes connections as a capture file for Wireshark (pcapng); needs no right to capture",
  args: [
    { name: "selector", summary: "default all", isOptional: true, isVariadic: true, completes: "selector" },
  ],
  options: z.object({
    out: z.string().min(1).optional().describe("the file; without it, standard output, for a pipe"),
    live: z.boolean().default(false).describe("go on with what comes, until Ctrl-C"),
    messages: z
      .boolean()
      .default(false)
      .describe("one packet = one message as framed, without headers, for netlabctl dissector"),
    whole: z
      .boolean()
      .default(false)
      .meta({ level: "own" })
      .describe("with --live, every byte: of files, and of long reads and writes, too"),
    wireshark: z
      .boolean()
      .default(false)
      .describe("start Wireshark and show it there; with --live as it comes"),
    showTokens: showTokensOption("tokens as they are; otherwise a * stands for each byte"),
  }),
  example: "capture calculator-1 --out calculator.pcapng",
  notes: [
    "Headers of IP and TCP are made up, and times are the roles' own. What the machine did, and the rule, stands in each packet's comments.",
    "netlabctl capture --live chat-1 | wireshark -k -i -",
  ],
});
