import * as z from "zod";
import { NetlabError } from "../../errors.ts";
import { selectStory } from "../../lab/selectors.ts";
import { defineCommand } from "../command.ts";

export default defineCommand({
  name: "send",
  group: "connections",
  level: "operate",
  summary: "sends bytes on a live connection without its machine: text as typed, or --hex",
  args: [
    { name: "connection", summary: "c17 or @last", completes: "connection" },
    { name: "text", summary: "sent as it is, nothing added", isOptional: true, isVariadic: true },
  ],
  takesRestOfLine: true,
  options: z.object({ hex: z.string().optional().describe("bytes in hex, e.g. 00ff or '00 ff'") }),
  example: "send c17 --hex 00ff",
  async run({ lab, args, rest, options, out, data, isJson }) {
    const { id } = selectStory(lab, args.connection ?? "").subject;
    const bytes = options.hex === undefined ? Buffer.from(rest.join(" ")) : hexBytes(options.hex);
    if (bytes.length === 0) throw new NetlabError("usage/nothing-to-send");
    const document = await lab.send(id, bytes);
    if (isJson) return data(document);
    return out(`sent ${bytes.length} bytes to ${id}`);
  },
});

function hexBytes(text: string): Buffer {
  const digits = text.replace(/[\s:]|0x/g, "");
  if (!/^([0-9a-fA-F]{2})+$/.test(digits)) throw new NetlabError("usage/no-hex", { text });
  return Buffer.from(digits, "hex");
}
