/** A right client that a test plays: it says the lines of a role's dialogue, and hears what it is answered. */
import { expect } from "vitest";
import { type Dialogue, type DialogueLine, linesFor } from "../../src/machines/_dialogue.ts";
import type { Role } from "../../src/machines/_role.ts";
import type { Conversation } from "../actors/conversation.ts";
import { type TestLab, turns } from "../actors/harness.ts";
import type { SimulatedClock } from "../actors/simulated-clock.ts";

/** Pauses that a server makes between its own messages, in all. */
const PAUSES_MS = 500;
/** Long enough for a busy machine; only a test that fails waits for it. */
const PATIENCE_MS = 30_000;

export class DialoguePlayer {
  readonly lines: readonly DialogueLine[];
  readonly peer: Conversation;
  readonly #lab: TestLab;
  readonly #clock: SimulatedClock;
  readonly #isText: boolean;
  /** Others of its hub may be told of between its own answers. */
  readonly #isAmongOthers: boolean;
  #saidBytes = 0;
  #hasSpoken = false;

  constructor(peer: Conversation, role: Role, name: string, lab: TestLab, clock: SimulatedClock) {
    this.peer = peer;
    this.lines = linesFor(role.dialogue as Dialogue, name);
    this.#lab = lab;
    this.#clock = clock;
    this.#isText = Object.values(role.phases).every(({ reads }) => reads !== "record");
    this.#isAmongOthers = role.hub !== undefined;
  }

  /** The places of the client's lines. */
  get turns(): number[] {
    return this.lines.flatMap((line, index) => ("client" in line ? [index] : []));
  }

  /** Plays the lines from one place to another, the latter left out. */
  async play(from = 0, to = this.lines.length, cutAt?: number): Promise<void> {
    for (const line of this.lines.slice(from, to)) {
      if ("client" in line) await this.say(line.client, cutAt);
      else await this.hears(line.server);
    }
  }

  /** The answers up to the client's next line. */
  async hearsAnswersTo(turn: number): Promise<void> {
    const next = this.turns.find((other) => other > turn) ?? this.lines.length;
    await this.play(turn + 1, next);
  }

  encoded(text: string): Buffer {
    return Buffer.from(this.#isText ? `${text}\n` : text);
  }

  /** As a line, where the role reads text; cut in two reads after so many bytes. Returns when all of it was read. */
  async say(text: string, cutAt?: number): Promise<void> {
    const bytes = this.encoded(text);
    const cut = cutAt === undefined ? 0 : Math.min(cutAt, bytes.length - 1);
    for (const piece of [bytes.subarray(0, cut), bytes.subarray(cut)]) {
      if (piece.length === 0) continue;
      this.peer.say(piece);
      await this.#isRead(piece.length);
    }
    this.#hasSpoken = true;
  }

  /** As `say`, with its FIN behind it. */
  sayAndEnd(text: string): void {
    this.#hasSpoken = true;
    this.peer.socket.end(this.encoded(text));
  }

  /** The answer as a peer of lines gets it; before its first line it is bare. */
  async hears(text: string): Promise<void> {
    const isEnded = !this.#isText || !this.#hasSpoken || text.endsWith("\n");
    const wanted = isEnded ? text : `${text}\n`;
    await this.#passes(`hear ${JSON.stringify(wanted)}`, () => this.#take(wanted));
  }

  /** All that comes up to the server's FIN. */
  async hearsTheEnd(): Promise<string> {
    await this.#passes("hear a FIN", () => this.peer.hasEnded);
    return (await this.peer.hearsTheEnd()).toString();
  }

  #take(wanted: string): boolean {
    const heard = this.peer.unread.toString();
    const start = this.#isAmongOthers ? heard.indexOf(wanted) : 0;
    if (start < 0 || heard.length < start + wanted.length) return false;
    expect(heard.slice(start, start + wanted.length)).toBe(wanted);
    this.peer.skip(Buffer.byteLength(heard.slice(0, start) + wanted));
    return true;
  }

  async #isRead(sizeBytes: number): Promise<void> {
    this.#saidBytes += sizeBytes;
    const has = () => this.#lab.recorder.all().some(({ subject }) => subject.remote.port === this.peer.port);
    await this.#arrives(() => has() && this.#lab.storyOf(this.peer).bytesIn >= this.#saidBytes);
  }

  /** The clock stands still: a message that is cut is no message of its own for being late. */
  #arrives(isThere: () => boolean): Promise<void> {
    return this.#until(`have ${this.#saidBytes} bytes read`, isThere, 0);
  }

  /** The clock goes on, so that pauses of the server's own pass. */
  #passes(what: string, isThere: () => boolean): Promise<void> {
    return this.#until(what, isThere, PAUSES_MS);
  }

  async #until(what: string, isThere: () => boolean, pausesMs: number): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    for (let turn = 0; !isThere(); turn += 1) {
      if (this.peer.isOver || performance.now() > deadline)
        throw new Error(`expected to ${what}, heard ${JSON.stringify(this.peer.unread.toString())}`);
      await turns(1);
      if (turn < pausesMs) this.#clock.advance(1);
    }
  }
}
