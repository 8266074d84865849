/**
 * A hub at a node that does not own it: its connections' calls go to the owner, and what the owner says comes as a stream.
 *
 * Long, because both ways turn on the same visit, epoch and readiness.
 */
import type { HubCall } from "../actors/hub-call.ts";
import type { HubMember } from "../machines/_role.ts";
import { callerOf } from "./call-load.ts";
import { hereAnswers } from "./heritage.ts";
import type { HubParts } from "./hub-parts.ts";
import { nodeOfPeer } from "./hub-subjects.ts";
import {
  BATCH_BYTES,
  encode,
  type Hearers,
  type HereAnswer,
  type Item,
  type OutBatch,
  type OutWord,
  type Ready,
  type Taken,
} from "./hub-wire.ts";
import { splitLines } from "./joined-lines.ts";
import type { MemberCopy } from "./member-copy.ts";
import { ReceiveWindow } from "./receive-window.ts";
import { SaidCalls } from "./said-calls.ts";
import { Ticking } from "./ticking.ts";
import { ToldAudiences } from "./told-audiences.ts";

/** Without a word of the owner, it is told again that this node is here. */
const AGAIN_MS = 1_000;

export interface GuestHooks {
  readonly copy: MemberCopy;
  readonly visit: string;
  readonly onAnswered: (call: HubCall) => void;
  /** The owner takes this visit for over. */
  readonly onCutOff: () => void;
  /** The hub will be this node's; undefined: it will not. */
  readonly onHandedOver: (taken: Readonly<Record<string, Taken>> | undefined) => void;
}

export class HubGuest {
  readonly calls: SaidCalls;
  readonly #parts: HubParts;
  readonly #hooks: GuestHooks;
  readonly #ticking: Ticking;
  readonly #stopWatching: () => void;
  #epoch: number;
  #stream = new ReceiveWindow();
  #audiences = new ToldAudiences();
  /** The owner has told all; calls go to it. */
  #isReady = false;
  #isTurnDue = false;
  #isClosed = false;
  /** Something came while this node was not sure of itself. */
  #isMissing = false;
  #saidHereAt = Number.NEGATIVE_INFINITY;
  #acknowledged = 0;
  #unacknowledgedBytes = 0;

  constructor(parts: HubParts, epoch: number, hooks: GuestHooks) {
    this.#parts = parts;
    this.#hooks = hooks;
    this.#epoch = epoch;
    const { own, clock, bus } = parts;
    const { visit, onAnswered } = hooks;
    this.calls = new SaidCalls({
      own,
      visit,
      clock,
      maxBytes: bus.maxMessageBytes - 1_024,
      onAnswered: (call) => {
        hooks.copy.answered(callerOf(call));
        onAnswered(call);
      },
    });
    this.#ticking = new Ticking(clock, () => this.#tick());
    this.#stopWatching = bus.watchConnection((isConnected) => isConnected && this.#again());
    this.#arrive();
  }

  say(call: HubCall): void {
    this.calls.say(call);
    if (this.#isTurnDue || !this.#isReady) return;
    this.#isTurnDue = true;
    this.#parts.afterTurn(() => this.#endTurn());
  }

  /** This node may be the owner itself: calls wait. */
  pause(): void {
    this.#isReady = false;
    this.#ticking.stop();
  }

  /** Another owner begins. */
  follow(epoch: number): void {
    this.#epoch = epoch;
    this.#arrive();
  }

  #arrive(): void {
    this.#isReady = false;
    this.#isMissing = false;
    this.#stream = new ReceiveWindow();
    this.#acknowledged = 0;
    this.#audiences = new ToldAudiences();
    this.#hooks.copy.begin();
    this.sayHere();
  }

  /** Says who of this node is here. */
  sayHere(): void {
    const { bus, clock, subjects, own } = this.#parts;
    const { copy, visit } = this.#hooks;
    this.#saidHereAt = clock.now();
    this.#ticking.start();
    if (!bus.isConnected) return;
    const isIn = (id: string) => !copy.isGone(id) && !copy.isUnanswered(id);
    const members = copy.all.filter(({ id }) => nodeOfPeer(id) === own && isIn(id));
    const next = this.calls.window.sentThrough + 1;
    for (const part of hereAnswers(own, visit, next, members, copy.gone))
      bus.publish(subjects.of(this.#epoch, "here"), encode(part));
  }

  // -- what the owner says -------------------------------------------------------------------------------------------------

  hear(message: OutBatch | OutWord, sizeBytes: number): void {
    if (message.v !== this.#hooks.visit) return;
    if ("q" in message) return this.#onBatch(message, sizeBytes);
    if (message.x) return this.#hooks.onCutOff();
    if (message.w && this.#parts.clock.now() - this.#saidHereAt >= AGAIN_MS) this.#arrive();
    if (message.s === undefined || !this.#isReady) return;
    const now = this.#parts.clock.now();
    this.calls.window.acknowledge(message.s - 1, now);
    this.calls.window.rewind(message.s, now);
    this.#pump();
  }

  /**
   * Sure of itself again: what came while it was not is asked for once more. A node that stood still may count as gone, and what was said to
   * it before has ended without it.
   */
  resume(): void {
    if (this.#isMissing) this.#miss();
    this.#isMissing = false;
  }

  #onBatch({ q, k, i }: OutBatch, sizeBytes: number): void {
    if (!this.#parts.nodes.isSure) {
      this.#isMissing = true;
      return;
    }
    const verdict = this.#stream.take(q);
    if (verdict === "early" && this.#stream.isComplaintDue(this.#parts.clock.now())) this.#miss();
    this.#unacknowledgedBytes += sizeBytes;
    if (verdict === "next") {
      if (this.#isReady) this.calls.window.acknowledge(k, this.#parts.clock.now());
      for (const item of i) this.#take(item);
    }
    // Repetition means that the acknowledgement was lost.
    if (verdict === "repeated") this.#acknowledged = Math.min(this.#acknowledged, q - 1);
    if (this.#unacknowledgedBytes > BATCH_BYTES) this.#acknowledge();
    this.#ticking.start();
    if (this.#isReady) this.#pump();
  }

  #take(item: Item): void {
    const { seats } = this.#parts;
    const { copy } = this.#hooks;
    switch (item[0]) {
      case "d":
        return this.#deliver(item[1], item.slice(2) as string[]);
      case "j":
        return this.#deliver(item[1], splitLines(item[2]));
      case "a":
        return this.#audiences.change(item[1], item[2], item[3]);
      case "u":
        return this.calls.answerAll(item[1], item[2]);
      case "v":
        return this.calls.answer(item[1], item[2]);
      case "e":
        return this.calls.reject(item[1], item[2]);
      case "m":
        return this.#member({ id: item[1], name: item[2], details: item[3] });
      case "l":
        return copy.left(item[1]);
      case "n":
        return seats.notify(item[1]);
      case "c":
        return seats.crashed(new Error(item[1]), this.#ownMembers);
      case "x":
        return seats.cutOff(item[1]);
      case "r":
        return this.#ready(item[1]);
      case "h":
        return this.#hooks.onHandedOver(item[1] === 0 ? undefined : item[1]);
      case "k":
        return this.#acknowledge();
    }
  }

  /** Comes in the batch before the one with the answer, perhaps: where the owner dies in between, it is outside. */
  #member(member: HubMember): void {
    const { id } = member;
    const { copy } = this.#hooks;
    if (nodeOfPeer(id) === this.#parts.own && !copy.has(id) && this.calls.isAsking(id)) copy.asked(id);
    copy.changed(member);
  }

  #deliver(hearers: Hearers, lines: readonly string[]): void {
    const audience = this.#audiences.hearers(hearers);
    for (const line of lines) this.#parts.seats.deliver(audience, line);
  }

  get #ownMembers() {
    return this.#hooks.copy.all.filter(({ id }) => nodeOfPeer(id) === this.#parts.own);
  }

  #ready({ owner, taken, isRemade }: Ready): void {
    const { copy } = this.#hooks;
    copy.complete();
    this.calls.settle(taken, (id) => copy.has(id) || copy.isGone(id));
    this.#isReady = true;
    const members = this.#ownMembers.map(({ id }) => id);
    if (isRemade) this.#parts.seats.moved(members, { node: owner, epoch: this.#epoch });
    this.#endTurn();
  }

  // -- what goes to the owner -----------------------------------------------------------------------------------------------

  #endTurn(): void {
    this.#isTurnDue = false;
    if (this.#isClosed || !this.#isReady) return;
    this.calls.endTurn();
    this.#pump();
  }

  #pump(): void {
    const { bus, clock, subjects } = this.#parts;
    const { window } = this.calls;
    while (bus.isConnected) {
      const data = window.take(clock.now());
      if (!data) break;
      bus.publish(subjects.of(this.#epoch, "call"), data);
    }
    if (!window.isEmpty) this.#ticking.start();
  }

  #acknowledge(): void {
    this.#acknowledged = this.#stream.last;
    this.#unacknowledgedBytes = 0;
    this.#word("ack", this.#stream.last);
  }

  #miss(): void {
    this.#word("sync", this.#stream.last + 1);
  }

  #word(kind: "ack" | "sync", q: number): void {
    const { bus, subjects, own } = this.#parts;
    if (bus.isConnected)
      bus.publish(subjects.of(this.#epoch, kind), encode({ f: own, v: this.#hooks.visit, q }));
  }

  /** The bus is back: what was on its way is lost. */
  #again(): void {
    if (!this.#isReady) return this.sayHere();
    this.calls.window.rewind(1, this.#parts.clock.now());
    this.#pump();
  }

  #tick(): boolean {
    const now = this.#parts.clock.now();
    if (!this.#isReady && now - this.#saidHereAt >= AGAIN_MS) this.sayHere();
    if (this.#isReady && this.calls.window.rewindSilent(now)) this.#pump();
    if (this.#acknowledged < this.#stream.last) this.#acknowledge();
    return !this.#isReady || !this.calls.window.isEmpty || this.#acknowledged < this.#stream.last;
  }

  /** No instance of this node has it open any more. */
  sayBye(): void {
    const { bus, subjects, own } = this.#parts;
    const bye: HereAnswer = { f: own, v: this.#hooks.visit, b: 1 };
    if (bus.isConnected) bus.publish(subjects.of(this.#epoch, "here"), encode(bye));
  }

  close(): void {
    this.#isClosed = true;
    this.#ticking.stop();
    this.#stopWatching();
  }
}
