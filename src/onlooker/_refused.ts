/** A client whose connection was refused: of its side there is a story, and of the server that no program is there. */
import { causeOfError } from "../os/error-causes.ts";
import { connectError } from "../os/os-errors.ts";
import type { Cause } from "../stories/causes.ts";
import type { StorySubject } from "../stories/story.ts";
import { type Followed, followedOf } from "./_followed.ts";
import { SeenClock } from "./_seen-clock.ts";
import { NOBODY, SeenStory } from "./_seen-story.ts";
import type { SeenConversation } from "./conversation.ts";

/** No program listens there. */
export function refusalCause({ server: { address, port } }: SeenConversation): Cause {
  const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  return causeOfError(connectError(refused, address, port));
}

export function refusedSide(conversation: SeenConversation, subject: StorySubject): Followed {
  const clock = new SeenClock(conversation.startedAt);
  const story = new SeenStory(subject, "connecting", clock, NOBODY);
  story.recordOpening();
  clock.standAt(conversation.startedAt + (conversation.events[0]?.at ?? 0) / 1_000);
  story.beginStep();
  story.endStep({ from: "connecting", to: "failed", event: "connecting failed" });
  story.fail("failed", refusalCause(conversation));
  return followedOf(story, conversation, {
    words: [],
    spoken: [],
    leftAt: undefined,
    stopped: undefined,
    live: { framing: "unknown", unread: Buffer.alloc(0), unreadBytes: 0, queuedBytes: 0, stillMs: 0 },
    secrets: [],
    real: (at) => at,
  });
}
