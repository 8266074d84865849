import { z } from "zod";
import { NetlabError } from "../../errors.ts";
import { connectionDocument } from "../../lab/documents.ts";
import { defineCommand } from "../command.ts";
import { liveConnection } from "../live-connection.ts";

export default defineCommand({
  name: "send",
  group: "connections",
  summary: "puts bytes into a live connection, past its machine: text as typed, or --hex",
  args: [
    { name: "connection", summary: "c17 or @last", completes: "connection" },
    { name: "text", summary: "sent as it is, nothing added", isOptional: true, isVariadic: true },
  ],
  takesRestOfLine: true,
  options: z.object({ hex: z.string().optional().describe("bytes in hex, e.g. 00ff or '00 ff'") }),
  example: "send c17 --hex 00ff",
  run({ lab, args, rest, options, out, data, isJson }) {
    const { story, live } = liveConnection(lab, args.connection ?? "");
    const bytes = options.hex === undefined ? Buffer.from(rest.join(" ")) : hexBytes(options.hex);
    if (bytes.length === 0) throw new NetlabError("usage/nothing-to-send");
    live.inject(bytes);
    if (isJson) return data(connectionDocument(story, lab.clock.now()));
    return out(`sent ${bytes.length} bytes to ${story.subject.id}`);
  },
});

function hexBytes(text: string): Buffer {
  const digits = text.replace(/[\s:]|0x/g, "");
  if (!/^([0-9a-fA-F]{2})+$/.test(digits)) throw new NetlabError("usage/no-hex", { text });
  return Buffer.from(digits, "hex");
}
