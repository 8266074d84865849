/** Calls of this node on their way to the owner of a hub: in batches, in order, kept until they are answered. */
import type { HubCall } from "../actors/hub-call.ts";
import { NetlabError } from "../errors.ts";
import type { Clock } from "../machines/_world.ts";
import { bytesOf, callerOf } from "./call-load.ts";
import { entriesOf } from "./call-runs.ts";
import { BATCH_BYTES, BATCH_CALLS, type Taken } from "./hub-wire.ts";
import { OpenCalls } from "./open-calls.ts";
import { SendWindow } from "./send-window.ts";

/** An owner answers a batch within a few milliseconds; more may be a busy machine. */
const DOUBT_MS = 250;

/** Whether the call was heard is not known: its owner is another now, or its node was cut off. No bug, so an operator is told as of a refusal. */
export const lostCall = () => new NetlabError("node-away/call-lost");

export interface SaidCallsParts {
  readonly own: string;
  readonly visit: string;
  readonly clock: Clock;
  readonly maxBytes: number;
  readonly onAnswered: (call: HubCall) => void;
}

export class SaidCalls {
  readonly #parts: SaidCallsParts;
  #window = new SendWindow(1, DOUBT_MS);
  /** Calls in batches that no answer has come for. */
  readonly #open = new OpenCalls();
  /** Not in a batch yet. */
  #said: HubCall[] = [];

  constructor(parts: SaidCallsParts) {
    this.#parts = parts;
  }

  get window(): SendWindow {
    return this.#window;
  }

  /** Callers of what is not answered. */
  get callers(): string[] {
    const ids = [...this.#open.all, ...this.#said].map(callerOf);
    return [...new Set(ids.filter((id) => id !== undefined))];
  }

  /** Whether it has said something that is not answered. */
  isAsking(id: string): boolean {
    return this.#open.all.some((call) => callerOf(call) === id);
  }

  say(call: HubCall): void {
    this.#said.push(call);
  }

  /** Makes batches of what was said. */
  endTurn(): void {
    const said = this.#said;
    this.#said = [];
    let from = 0;
    let bytes = 0;
    for (const [at, call] of said.entries()) {
      const size = bytesOf(call);
      if (at > from && (at - from === BATCH_CALLS || bytes + size > BATCH_BYTES)) {
        this.#push(said.slice(from, at));
        [from, bytes] = [at, 0];
      }
      bytes += size;
    }
    if (said.length > 0) this.#push(said.slice(from));
  }

  /** Writes all of them at once; where that is longer than was thought, each half by itself. */
  #push(batch: readonly HubCall[]): void {
    const { own, visit, maxBytes } = this.#parts;
    const text = JSON.stringify(entriesOf(batch));
    const isTooLong = text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes;
    const [call] = batch;
    if (batch.length > 1 && (isTooLong || text.length > BATCH_BYTES)) {
      const half = batch.length >> 1;
      this.#push(batch.slice(0, half));
      return this.#push(batch.slice(half));
    }
    if (isTooLong && call)
      return this.#fail(
        call,
        new Error(`a call of ${Buffer.byteLength(text)} bytes is too long for the bus`),
      );
    const head = JSON.stringify({ f: own, v: visit, s: this.#window.nextSequence, n: this.#open.last + 1 });
    for (const one of batch) this.#open.push(one);
    this.#window.push(Buffer.from(`${head.slice(0, -1)},"c":${text}}`), this.#open.last);
  }

  answer(number: number, value: unknown): void {
    this.#take(number)?.answer(value);
  }

  answerAll(from: number, to: number): void {
    const last = Math.min(to, this.#open.last);
    for (let number = from; number <= last; number += 1) this.answer(number, undefined);
  }

  reject(number: number, why: string): void {
    this.#take(number)?.fail(new Error(why));
  }

  #take(number: number): HubCall | undefined {
    const call = this.#open.take(number);
    if (call) this.#parts.onAnswered(call);
    return call;
  }

  #fail(call: HubCall, error: Error): void {
    this.#parts.onAnswered(call);
    call.fail(error);
  }

  /**
   * Another owner begins. One that was given the hub knows how far the one before had got: what is behind that goes to it. Else all that was
   * on its way may have been heard or not, and is lost, save the first word of a connection that is outside, which asks to come in, for the
   * first time or once more: it is said again, before what has waited.
   */
  settle(taken: Taken | undefined, isInOrGone: (id: string) => boolean): void {
    const now = this.#parts.clock.now();
    if (taken?.[0] === this.#parts.visit) {
      const [, batch, last] = taken;
      for (const [number] of this.#open.numbered) if (number <= last) this.#take(number)?.fail(lostCall());
      this.#window.acknowledge(batch, now);
      this.#window.rewind(batch + 1, now);
      return;
    }
    const through = this.#window.markThrough;
    const kept: HubCall[] = [];
    const callers = new Set<string | undefined>();
    for (const [number, call] of this.#open.numbered) {
      const caller = callerOf(call);
      const asks = caller !== undefined && !callers.has(caller) && !isInOrGone(caller);
      callers.add(caller);
      if (number > through || asks) kept.push(call);
      else this.#take(number)?.fail(lostCall());
    }
    this.#open.clear();
    this.#said = [...kept, ...this.#said];
    this.#window = new SendWindow(this.#window.sentThrough + 1, DOUBT_MS);
  }

  /** All that is not answered, in order: to be said elsewhere. */
  takeAll(): HubCall[] {
    const all = [...this.#open.all, ...this.#said];
    this.#open.clear();
    this.#said = [];
    return all;
  }

  /** Nothing that was said is heard any more. */
  rejectAll(): void {
    for (const call of this.takeAll()) this.#fail(call, lostCall());
  }
}
