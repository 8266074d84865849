/** Story of what two said to each other, where it is not known what it means. */
import { cause } from "../stories/causes.ts";
import type { Story, StorySubject } from "../stories/story.ts";
import { refusalCause } from "./_refused.ts";
import { restoredOf } from "./_restored.ts";
import { SeenClock } from "./_seen-clock.ts";
import { NOBODY, SeenStory } from "./_seen-story.ts";
import { endOf, isOver, type SeenConversation } from "./conversation.ts";

/** As the server had it. `isEachMessage`: its reads count as messages. */
export function plainStory(
  conversation: SeenConversation,
  subject: StorySubject,
  isEachMessage = false,
): Story {
  const clock = new SeenClock(conversation.startedAt);
  const story = new SeenStory(subject, "unknown", clock, NOBODY);
  story.recordOpening();
  const hear = (bytes: Buffer) => {
    story.recordRead(bytes);
    if (isEachMessage) story.recordMessage(bytes.length, "");
  };
  if (conversation.isFromStart === false) story.remark(cause("seen-from-middle", {}));
  const broken = conversation.isRefused ? refusalCause(conversation) : cause("peer-reset", {});
  for (const event of conversation.events) {
    clock.standAt(conversation.startedAt + event.at / 1_000);
    const isClient = event.from === "client";
    if (event.kind === "data" && isClient) hear(event.bytes);
    else if (event.kind === "data") story.recordSpoken(event.bytes, event.size ?? event.bytes.length);
    else if (event.kind === "lost") story.remark(cause("seen-lost", { size: event.size, from: event.from }));
    else if (event.kind === "reset") story.end ??= { by: isClient ? "peer" : "us", cause: broken };
    else if (isClient) story.recordEnd("ended");
    else story.recordOwnEnd();
  }
  const isDone = isOver(conversation) || conversation.transport === "udp";
  const first = conversation.events.find(({ kind }) => kind === "fin");
  if (isDone && conversation.transport === "tcp") story.close(first?.from === "server" ? "us" : "peer");
  if (isDone) story.endedAt = conversation.startedAt + endOf(conversation) / 1_000;
  return restoredOf(story, story.entries);
}
