import { connectionDocument } from "../../lab/documents.ts";
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
    const isAtOnce = live.fin();
    if (isJson) return data(connectionDocument(story, lab.clock.now()));
    if (isAtOnce) return out(`sent a FIN to ${story.subject.id}`);
    return out(`the FIN goes to ${story.subject.id} behind the file that is under way; rst ends it now`);
  },
});
