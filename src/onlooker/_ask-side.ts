/**
 * A client's side of questions by datagram, in the states of our own client that asks them: each question, what comes in answer, and what is
 * wrong with it. The client asks at its own pace, so no machine of ours follows it.
 */
import type { Asking } from "../machines/_asking.ts";
import { formatHostPort } from "../machines/_options.ts";
import type { Role } from "../machines/_role.ts";
import type { StorySubject } from "../stories/story.ts";
import { type Followed, followedOf } from "./_followed.ts";
import { SeenClock } from "./_seen-clock.ts";
import { NOBODY, SeenStory } from "./_seen-story.ts";
import { type SeenConversation, type SeenEvent, untilOf } from "./conversation.ts";

/** State of a client that has been answered, or has given up. */
const DONE = "done";

/** Client role that asks such a server by datagram. */
export const askerOf = (server: string, roles: ReadonlyMap<string, Role>): Role | undefined =>
  [...roles.values()].find(({ asks }) => asks?.of === server);

export class AskSide {
  readonly #conversation: SeenConversation;
  readonly #asking: Asking;
  readonly #clock: SeenClock;
  readonly #story: SeenStory;
  /** Question that is not answered yet. */
  #question: string | undefined;
  #askedAt = 0;
  #answers: string[] = [];

  constructor(conversation: SeenConversation, subject: StorySubject, asking: Asking) {
    this.#conversation = conversation;
    this.#asking = asking;
    this.#clock = new SeenClock(conversation.startedAt);
    this.#story = new SeenStory(subject, asking.state, this.#clock, NOBODY);
    this.#story.recordOpening();
  }

  run(): Followed {
    for (const event of this.#conversation.events) {
      this.#runTo(event.at);
      if (event.kind === "data") this.#take(event);
    }
    this.#runTo(untilOf(this.#conversation));
    return followedOf(this.#story, this.#conversation, {
      words: [],
      spoken: [],
      leftAt: undefined,
      stopped: undefined,
      live: { framing: "datagram", unread: Buffer.alloc(0), unreadBytes: 0, queuedBytes: 0, stillMs: 0 },
      secrets: [],
      real: (at) => at,
    });
  }

  #runTo(at: number): void {
    const limit = this.#askedAt + this.#asking.patienceMs * 1_000;
    if (this.#question !== undefined && at >= limit) {
      this.#standAt(limit);
      this.#over(`after ${this.#asking.state}`);
    }
    this.#standAt(at);
  }

  #standAt(at: number): void {
    this.#clock.standAt(this.#conversation.startedAt + at / 1_000);
  }

  #take({ from, bytes, size = bytes.length, at }: Extract<SeenEvent, { kind: "data" }>): void {
    if (from === "server") {
      this.#story.recordRead(bytes);
      this.#answers.push(bytes.toString());
      if (this.#question !== undefined && this.#asking.isAnswered(this.#answers))
        this.#over(`${this.#asking.state} done`);
      return;
    }
    const text = bytes.toString();
    if (this.#asking.isQuestion(text)) {
      // A client that asks anew waits for the first answer no more.
      this.#question = text;
      this.#askedAt = at;
      this.#answers = [];
      this.#move(this.#asking.state, "always");
    }
    this.#story.recordSpoken(bytes, size);
  }

  #over(event: string): void {
    const { server } = this.#conversation;
    const at = formatHostPort({ host: server.address, port: server.port });
    const fault = this.#asking.faultIn(this.#question ?? "", this.#answers, at);
    if (fault) this.#story.fail("failed", fault);
    this.#question = undefined;
    this.#move(DONE, event);
  }

  #move(to: string, event: string): void {
    const { state: from } = this.#story;
    if (from === to) return;
    this.#story.beginStep();
    this.#story.endStep({ from, to, event });
  }
}
