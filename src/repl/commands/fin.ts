import { connectionDocument } from "../../lab/documents.ts";
import { liveView } from "../../lab/live.ts";
import { defineCommand } from "../command.ts";
import { liveConnection } from "../live-connection.ts";

export default defineCommand({
  name: "fin",
  group: "connections",
  summary: "ends our side of a live connection (FIN); the peer's side stays open",
  args: [{ name: "connection", summary: "c17 or @last", completes: "connection" }],
  example: "fin c17",
  run({ lab, args, out, data, isJson }) {
    const { story, live } = liveConnection(lab, args.connection ?? "");
    live.fin();
    if (isJson) return data(connectionDocument(story, liveView(lab, story)));
    return out(`sent a FIN to ${story.subject.id}`);
  },
});
