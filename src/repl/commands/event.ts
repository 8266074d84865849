import { NetlabError } from "../../errors.ts";
import { connectionDocument } from "../../lab/documents.ts";
import { defineCommand } from "../command.ts";
import { liveConnection } from "../live-connection.ts";

export default defineCommand({
  name: "event",
  group: "connections",
  summary: "sends an event into a live machine, if its present state takes it",
  args: [
    { name: "connection", summary: "c17 or @last", completes: "connection" },
    { name: "event", summary: "e.g. peer.ended, or peer.message with a text" },
    { name: "text", summary: "the text of peer.message", isOptional: true, isVariadic: true },
  ],
  example: "event c17 peer.ended",
  run({ lab, args, rest, out, data, isJson }) {
    const { story, live } = liveConnection(lab, args.connection ?? "");
    const { event = "" } = args;
    const text = rest.join(" ");
    const before = story.state;
    if (
      !live.sendEvent({
        type: event,
        ...(event === "peer.message" ? { text, bytes: Buffer.from(text) } : {}),
      })
    ) {
      const accepted = live.acceptedEvents ?? [];
      const taken = accepted.length > 0 ? `it takes ${accepted.join(", ")}` : "it takes none";
      throw new NetlabError("wrong-state/event-not-taken", {
        id: story.subject.id,
        state: before,
        event,
        taken,
      });
    }
    if (isJson) return data(connectionDocument(story, lab.clock.now()));
    return out(
      before === story.state
        ? `${story.subject.id} stays in ${before}`
        : `${story.subject.id}: ${before} → ${story.state}`,
    );
  },
});
