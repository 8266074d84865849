/**
 * A client's side of a talk, in the states of our own talking client: connected, greeted where the server speaks first, and then one message
 * after another, each with its reply. The client speaks at its own pace, so no machine of ours follows it; the diagnoses read the story as
 * they read any client's.
 */
import type { Role } from "../machines/_role.ts";
import { cause } from "../stories/causes.ts";
import type { StorySubject } from "../stories/story.ts";
import { expectedReply } from "../wire/expected-reply.ts";
import { type Followed, followedOf, type Stop, type Stopped } from "./_followed.ts";
import { SeenClock } from "./_seen-clock.ts";
import { NOBODY, SeenStory } from "./_seen-story.ts";
import { type SeenConversation, type SeenEvent, untilOf } from "./conversation.ts";

/** A reply is whole when the server is silent for this long [FRAME-9]. */
const QUIET_US = 200_000;
/** An answer that takes longer is given up by our own clients. */
const ANSWER_US = 5_000_000;
const NOTHING: Buffer = Buffer.alloc(0);

export interface TalkRequest {
  readonly conversation: SeenConversation;
  readonly subject: StorySubject;
  readonly role: Role;
  /** The server speaks first. */
  readonly greets: boolean;
  /** When a right server would have ended it, in microseconds since the beginning; undefined: never. */
  readonly leavesAt: number | undefined;
}

export class TalkSide {
  readonly #conversation: SeenConversation;
  readonly #role: Role;
  readonly #leavesAt: number;
  readonly #clock: SeenClock;
  readonly #story: SeenStory;
  /** Bytes of the reply that comes, and when the last of them came. */
  #reply = { size: 0, at: 0 };
  #askedAt = 0;
  #asked = 0;
  #isDue = false;
  #hasLeft = false;
  readonly #ended = new Set<string>();
  #stopped: Stopped | undefined;

  constructor({ conversation, subject, role, greets, leavesAt = Number.POSITIVE_INFINITY }: TalkRequest) {
    this.#conversation = conversation;
    this.#leavesAt = leavesAt;
    this.#role = role;
    this.#clock = new SeenClock(conversation.startedAt);
    this.#story = new SeenStory(subject, "connecting", this.#clock, NOBODY);
    this.#story.recordOpening();
    this.#move(greets ? "awaitingGreeting" : "listening", "connecting done");
    if (conversation.isFromStart === false) this.#stop("beginning");
  }

  run(): Followed {
    for (const event of this.#conversation.events) {
      this.#runTo(event.at);
      this.#take(event);
    }
    this.#runTo(untilOf(this.#conversation));
    return this.#result();
  }

  /** A reply is whole after a silence, and an answer that was waited for too long is given up. */
  #runTo(at: number): void {
    if (this.#reply.size > 0 && at - this.#reply.at >= QUIET_US) {
      this.#standAt(this.#reply.at + QUIET_US);
      this.#replied();
    }
    const isLate = this.#isDue && at - this.#askedAt >= ANSWER_US;
    if (isLate && this.#story.state === "awaitingReply" && this.#reply.size === 0) {
      this.#standAt(this.#askedAt + ANSWER_US);
      this.#isDue = false;
      this.#move("listening", "after answerLimit");
    }
    this.#standAt(at);
  }

  #standAt(at: number): void {
    this.#clock.standAt(this.#conversation.startedAt + at / 1_000);
  }

  #take(event: SeenEvent): void {
    if (event.kind === "lost") {
      this.#story.remark(cause("seen-lost", { size: event.size, from: event.from }));
      this.#stop("lost");
    } else if (event.kind !== "data") this.#end(event);
    else if (event.from === "client") for (const one of messagesIn(event)) this.#say(one.bytes, one.size);
    else this.#hear(event.bytes, event.size ?? event.bytes.length, event.at);
  }

  #say(bytes: Buffer, size: number): void {
    this.#replied();
    const rule = this.#role.phases.listening?.rule ?? "";
    const sent = bytes.toString("utf8").replace(/[\0\r\n]+$/, "");
    this.#isDue = expectedReply(rule, { sent, nth: this.#asked }) !== undefined;
    this.#asked += 1;
    this.#askedAt = this.#story.now();
    if (this.#story.state !== "awaitingReply") this.#move("awaitingReply", "always");
    this.#story.recordSpoken(bytes, size);
  }

  #hear(bytes: Buffer, size: number, at: number): void {
    if (size > bytes.length) this.#stop("lost");
    this.#story.recordRead(bytes);
    this.#reply = { size: this.#reply.size + bytes.length, at };
  }

  /** All that came was the reply. */
  #replied(): void {
    const { size } = this.#reply;
    if (size === 0 || this.#stopped) return;
    this.#reply = { size: 0, at: 0 };
    this.#isDue = false;
    const { state } = this.#story;
    const rule = this.#role.phases[state]?.rule ?? "";
    this.#story.add({ at: this.#story.now(), kind: "message", size, state, rule });
    if (state !== "listening") this.#move("listening", "peer.message");
  }

  #end({ kind, from }: SeenEvent): void {
    this.#replied();
    this.#ended.add(from);
    if (kind === "reset") {
      // A server that is not heard any more may reset what it likes.
      const isPeer = from === "server" && !this.#hasLeft;
      if (isPeer) this.#gone("peer.closed");
      this.#close(isPeer ? "peer" : "us", isPeer);
    } else {
      if (from === "client") {
        this.#hasLeft = true;
        this.#story.recordOwnEnd();
      } else {
        this.#story.recordEnd("ended");
        this.#gone("peer.ended");
      }
      if (this.#ended.size === 2) this.#close([...this.#ended][0] === "server" ? "peer" : "us", false);
    }
  }

  /** The server has ended the conversation: badly, where neither the client had nor a right server would have. */
  #gone(event: string): void {
    if (this.#isDue) this.#move("failed", event);
    else if (this.#hasLeft || this.#story.now() >= this.#leavesAt) this.#move("done", event);
    else this.#move("failed", event);
  }

  #close(by: "peer" | "us", isBroken: boolean): void {
    if (this.#story.endedAt !== undefined) return;
    this.#story.end = { by, ...(isBroken ? { cause: cause("peer-reset", {}) } : {}) };
    this.#story.close(by);
    this.#story.endedAt = this.#clock.now();
  }

  #move(to: string, event: string): void {
    const from = this.#story.state;
    if (from === to || this.#stopped) return;
    this.#story.beginStep();
    this.#story.endStep({ from, to, event }, this.#role.phases[to]?.expects);
  }

  #stop(why: Stop): void {
    this.#stopped ??= { why, entries: this.#story.length, stillMs: 0 };
  }

  #result(): Followed {
    const conversation = this.#conversation;
    const stillMs = (untilOf(conversation) - this.#story.movedAt) / 1_000;
    const { framing } = this.#story;
    return followedOf(this.#story, conversation, {
      words: [],
      spoken: [],
      leftAt: undefined,
      stopped: this.#stopped,
      live: { framing, unread: NOTHING, unreadBytes: 0, queuedBytes: 0, stillMs },
      secrets: [],
      real: (at) => at,
    });
  }
}

const NEWLINE = 0x0a;

/** Lines that were read together are messages of their own; of bytes without a line's end, nothing says where one would end. */
function messagesIn({ bytes, size = bytes.length }: { readonly bytes: Buffer; readonly size?: number }) {
  if (bytes.at(-1) !== NEWLINE || size !== bytes.length) return [{ bytes, size }];
  const lines: { readonly bytes: Buffer; readonly size: number }[] = [];
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(NEWLINE, from) + 1;
    lines.push({ bytes: bytes.subarray(from, end), size: end - from });
    from = end;
  }
  return lines;
}
