import { selectStory } from "../../lab/selectors.ts";
import { defineCommand } from "../command.ts";

export default defineCommand({
  name: "event",
  group: "connections",
  level: "operate",
  summary: "sends an event to the machine of a live connection, if its present state accepts it",
  args: [
    { name: "connection", summary: "c17 or @last", completes: "connection" },
    { name: "event", summary: "e.g. peer.ended, or peer.message with a text" },
    { name: "text", summary: "the text of peer.message", isOptional: true, isVariadic: true },
  ],
  example: "event c17 peer.ended",
  async run({ lab, args, rest, out, data, isJson }) {
    const { subject, state: before } = selectStory(lab, args.connection ?? "");
    const { event: type = "" } = args;
    const text = rest.join(" ");
    const message = type === "peer.message" ? { text, bytes: Buffer.from(text) } : {};
    const document = await lab.event(subject.id, { type, ...message });
    if (isJson) return data(document);
    const { id, state } = document;
    return out(before === state ? `${id} stays in ${before}` : `${id}: ${before} → ${state}`);
  },
});
