/**
 * Bytes of a program, as a case waits for it: bytes as they were read, and what they are compared with. Waiting ends early when
 * the program only waits itself: of a program that sleeps with nothing to read, nothing more comes.
 *
 * Long, because every way to compare what came stands here.
 */
import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import { printableBytes } from "../printable.ts";
import type { Story } from "../stories/story.ts";
import { usualBuffers } from "../wire/usual-buffers.ts";
import { endingLikeness, likeness } from "./likeness.ts";
import { octets } from "./octets.ts";
import { patience } from "./patience.ts";
import type { Scene } from "./scene.ts";
import { type Amid, ANSWER_MS, type Waiting } from "./tester.ts";
import { TimeLeft } from "./time-left.ts";
import { type Blamed, CheckFailure } from "./verdict.ts";

/** After so much silence the program is looked at. */
const EARLY_MS = 120;
const LOOK_MS = 15;
/** A reply that is wrong is told when all of it has come. */
const WRONG_QUIET_MS = 40;
const QUIET_MS = 60;
const NOTHING_MS = 150;
/** A program that waits for others has said all when it has been silent for so long. */
const SETTLED_MS = 25;
/** Several ticks of the clock that counts a program's processor time. */
const STILL_MS = 50;
/** For so long, at most, a program that stands still is waited for beside its time. */
const MOST_STILL_MS = 3_000;

export abstract class Hearing {
  unread: Buffer = Buffer.alloc(0);
  readonly #chunks: Buffer[] = [];
  protected readonly scene: Scene;
  protected lastSaid = "";
  #movedAt = performance.now();
  #wakers = new Set<() => void>();

  constructor(scene: Scene) {
    this.scene = scene;
  }

  /** The peer will send nothing more, and how that came. */
  abstract get over(): "closed" | "reset" | undefined;
  /** For the story: the answer that was waited for is there, or was given up. */
  protected abstract answered(sizeBytes: number): void;
  protected abstract gaveUp(): void;
  protected abstract get story(): Story;
  /** Something was behind a value that was taken: what comes next is not heard amid other words. */
  #hasTrail = false;
  /** Time of the story when the last thing had come that was as it should be. */
  #goodUntil = -1;
  #hasHeard = false;

  get came(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  protected saying(bytes: Buffer): void {
    this.lastSaid = printableBytes(bytes);
    this.scene.silence.asked();
  }

  protected arrived(bytes: Buffer): void {
    if (this.lastSaid !== "") this.scene.silence.answered();
    this.#chunks.push(bytes);
    this.unread = Buffer.concat([this.unread, bytes]);
    this.moved();
  }

  protected moved(): void {
    this.#movedAt = performance.now();
    for (const wake of this.#wakers) wake();
  }

  get quietMs(): number {
    return performance.now() - this.#movedAt;
  }

  // -- expectations ------------------------------------------------------------------------------------------------

  async expect(
    text: string,
    { withinMs, more = false }: Waiting & { readonly more?: boolean } = {},
  ): Promise<void> {
    const due = Buffer.from(text);
    const isWhole = () => this.unread.subarray(0, due.length).equals(due);
    const isWrong = () => !due.subarray(0, this.unread.length).equals(this.unread.subarray(0, due.length));
    await this.wait(
      () => (isWhole() || (isWrong() && this.quietMs > WRONG_QUIET_MS) ? true : undefined),
      withinMs,
    );
    if (!isWhole()) this.failExpecting(due);
    const rest = this.unread.subarray(due.length);
    const endings = text.endsWith("\n") ? 0 : this.#endingsOf(rest);
    if (rest.length > endings && endings === 0 && !more) this.failExpecting(due);
    this.take(due.length + endings);
  }

  async like(
    texts: string | readonly string[],
    { withinMs, amid = false }: Waiting & Amid = {},
  ): Promise<void> {
    const due = typeof texts === "string" ? [texts] : texts;
    const pattern = likeness(due);
    const ending = amid && !this.#hasTrail ? endingLikeness(due) : undefined;
    const found = await this.wait(() => {
      const came = this.unread.toString("utf8");
      const bare = pattern.exec(came)?.[0];
      // More may be on its way behind the last word that came.
      if (bare !== undefined || !ending || this.quietMs < WRONG_QUIET_MS) return bare;
      const within = ending.exec(came)?.[0];
      if (within !== undefined) this.scene.remark("an answer comes after other words");
      return within;
    }, withinMs);
    if (found === undefined) this.failExpecting(Buffer.from(due.join("\n")));
    this.take(Buffer.byteLength(found ?? ""));
    this.#hasTrail = !NO_TRAIL.test(this.unread.toString("latin1"));
  }

  async hears(text: string | Uint8Array, waiting?: Waiting): Promise<void> {
    if (!(await this.hearsOne([text], waiting))) this.failExpecting(Buffer.from(text as string));
  }

  async hearsOne(texts: readonly (string | Uint8Array)[], { withinMs }: Waiting = {}) {
    const due = texts.map((text) => Buffer.from(text as string));
    const found = await this.wait(() => {
      const which = due.findIndex((text) => this.unread.includes(text));
      return which < 0 ? undefined : which;
    }, withinMs);
    const bytes = due[found ?? -1];
    if (found === undefined || !bytes) return undefined;
    const before = this.unread.subarray(0, this.unread.indexOf(bytes));
    this.take(before.length + bytes.length);
    this.#hasHeard = true;
    return { which: found, before };
  }

  async passOver(): Promise<void> {
    // Bytes that it had said lie in our own socket: only a turn of the loop reads them.
    await turn();
    await turn();
    if (this.unread.length === 0) return;
    this.scene.remark("something came where nothing was asked");
    this.take(this.unread.length);
  }

  async message({
    withinMs,
    quietMs = QUIET_MS,
  }: Waiting & { readonly quietMs?: number } = {}): Promise<string> {
    const isThere = () => this.unread.length > 0 && (this.quietMs >= quietMs || this.over !== undefined);
    await this.wait(() => (isThere() ? true : undefined), withinMs);
    if (this.unread.length === 0) this.failExpecting(undefined);
    const text = this.unread.toString("utf8");
    this.take(this.unread.length);
    return text.replace(/[\r\n\0]+$/, "");
  }

  async nothing(ms = NOTHING_MS): Promise<void> {
    await this.wait(() => (this.unread.length > 0 ? true : undefined), ms, SETTLED_MS);
    if (this.unread.length === 0) return;
    await this.wait(() => (this.quietMs > WRONG_QUIET_MS ? true : undefined), 4 * WRONG_QUIET_MS);
    const [said, came] = [this.lastSaid, printableBytes(this.unread)];
    const after = said === "" ? "before the client said anything" : `after ${said}`;
    throw new CheckFailure(`nothing should come ${after}, but ${came} came`, {
      expected: octets(""),
      got: octets(this.unread),
      blamed: this.blamed,
    });
  }

  /** Line ends and NULs behind a text: liberal in what is accepted. Of a fixed buffer, what lies behind its NUL is none of it. */
  #endingsOf(rest: Buffer): number {
    let count = 0;
    while (count < rest.length && ENDINGS.has(rest[count] ?? -1)) count += 1;
    if (count === 0) return 0;
    const isNul = rest[0] === 0;
    this.scene.remark(isNul ? "a NUL came after the text" : "a line end came after the text");
    return isNul && usualBuffers.has(this.unread.length) ? rest.length : count;
  }

  protected take(sizeBytes: number): void {
    this.unread = this.unread.subarray(sizeBytes);
    this.answered(sizeBytes);
    this.#goodUntil = this.story.now();
  }

  protected get blamed(): Blamed {
    return { story: this.story, since: this.#goodUntil };
  }

  /** Says what came instead. */
  protected failExpecting(due: Buffer | undefined): never {
    // The end of a message that was heard is no part of what came instead of the next one.
    if (this.#hasHeard) this.unread = withoutBlanks(this.unread);
    if (this.unread.length === 0 && this.over === undefined) this.gaveUp();
    const expected = due === undefined ? "an answer" : printableBytes(due);
    const after = this.lastSaid === "" ? "" : ` after ${this.lastSaid}`;
    throw new CheckFailure(`expected ${expected}${after}, and ${this.#cameInstead()}`, {
      expected: due && octets(due),
      got: octets(this.unread),
      blamed: this.blamed,
    });
  }

  #cameInstead(): string {
    const { unread, over } = this;
    if (unread.length > 0) return `${printableBytes(unread)} came${over ? `, and then ${ENDS[over]}` : ""}`;
    return over ? ENDS[over] : "nothing came";
  }

  // -- waiting -----------------------------------------------------------------------------------------------------

  /** Answers what `look` found; undefined: it will not come. */
  protected async wait<Found>(
    look: () => Found | undefined,
    withinMs = ANSWER_MS,
    earlyMs = EARLY_MS,
  ): Promise<Found | undefined> {
    const { silence } = this.scene;
    // A greeting comes in its own time.
    const isAnswer = this.lastSaid !== "";
    const wholeMs = (isAnswer ? silence.withinMs(withinMs) : withinMs) * patience();
    const lookMs = isAnswer ? silence.quietMs(earlyMs) : earlyMs;
    const time = new TimeLeft(wholeMs);
    const stillUntil = performance.now() + wholeMs + MOST_STILL_MS;
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      this.scene.signal.throwIfAborted();
      const left = time.ms;
      if (left <= 0) {
        if (performance.now() > stillUntil || !(await this.#standsStill())) return look();
        time.ms = wholeMs;
        continue;
      }
      if (this.over !== undefined && this.quietMs > WRONG_QUIET_MS) return look();
      if (this.quietMs >= lookMs && (await this.#isAllThatComes(left))) return look();
      await this.#woken(Math.min(left, LOOK_MS));
    }
  }

  /** The program has something to do, and no processor to do it with: not even one that it shares with others. */
  async #standsStill(): Promise<boolean> {
    const program = this.scene.program();
    const before = await program?.sample();
    if (!before?.isAwake) return false;
    await this.#woken(STILL_MS);
    const after = await program?.sample();
    return after?.isAwake === true && after.cpuMs === before.cpuMs && after.waitedMs === before.waitedMs;
  }

  async #isAllThatComes(leftMs: number): Promise<boolean> {
    const quietBefore = this.quietMs;
    const program = this.scene.program();
    if (!program) return false;
    const isDone = program.exit !== undefined || (await program.isSilent({ quietMs: quietBefore, leftMs }));
    // An answer that it gave before it waited lies in our own socket: a look takes no turn of the loop, and only a turn reads it.
    await turn();
    await turn();
    return isDone && this.quietMs >= quietBefore;
  }

  #woken(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#wakers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, Math.max(1, ms));
      this.#wakers.add(wake);
    });
  }

  protected pauseFor(ms: number): Promise<void> {
    return sleep(ms);
  }
}

/** Digits of a number behind its value, and the ends of messages. */
export const NO_TRAIL = /^[\s\0]*\.?0*[\s\0]*$/;
const ENDINGS = new Set([0, 10, 13]);
/** White space, and NUL. */
const BLANKS = new Set(Buffer.from(" \t\r\n\0"));

function withoutBlanks(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => !BLANKS.has(byte));
  return bytes.subarray(first < 0 ? bytes.length : first);
}

const ENDS = {
  closed: "the server closed the connection",
  reset: "the server reset the connection",
} as const;
