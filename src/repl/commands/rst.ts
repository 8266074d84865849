import { connectionDocument } from "../../lab/documents.ts";
import { liveView } from "../../lab/live.ts";
import { defineCommand } from "../command.ts";
import { liveConnection } from "../live-connection.ts";

export default defineCommand({
  name: "rst",
  group: "connections",
  summary: "tears a live connection down with a reset (RST)",
  args: [{ name: "connection", summary: "c17 or @last", completes: "connection" }],
  example: "rst c17",
  run({ lab, args, out, data, isJson }) {
    const { story, live } = liveConnection(lab, args.connection ?? "");
    live.reset();
    if (isJson) return data(connectionDocument(story, liveView(lab, story)));
    return out(`reset ${story.subject.id}`);
  },
});
