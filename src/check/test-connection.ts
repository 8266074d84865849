/** A connection of the checker to a server that is checked. */
import type { Link, LinkHandlers } from "../link/link.ts";
import { connectionEnds, endsOn } from "../os/connection-ends.ts";
import { programAt } from "../os/proc.ts";
import type { Story } from "../stories/story.ts";
import { AskedStory } from "./asked-story.ts";
import { Hearing, NO_TRAIL } from "./hearing.ts";
import { octets } from "./octets.ts";
import { patience } from "./patience.ts";
import type { Scene } from "./scene.ts";
import { type Amid, ANSWER_MS, type TestConnection, type Waiting } from "./tester.ts";
import { TimeLeft } from "./time-left.ts";
import { CheckFailure } from "./verdict.ts";

const LOOK_MS = 2;
const UNREAD_MS = 150;
const LEFT_MS = 500;
/** The kernel's tables are long to read: of a program that is at work they are not asked at once. */
const AT_WORK_MS = 20;
/** For a program that cannot be seen. */
const UNSEEN_MS = 100;
/** A program that waits with a time limit of its own never seems to be done: quiet times of framing are shorter than this. */
const SETTLED_MS = 60;

export class CheckConnection extends Hearing implements TestConnection, LinkHandlers {
  readonly #link: Link;
  readonly #number: number;
  readonly #asked: AskedStory;
  readonly reads: number[] = [];
  #closing: "clean" | "reset" | undefined;
  #isGone = false;

  constructor(link: Link, number: number, scene: Scene) {
    super(scene);
    this.#link = link;
    this.#number = number;
    this.#asked = new AskedStory(scene, number, "tcp", link);
    scene.transcript.note(number, `connected to ${link.remote.address.includes(":") ? "IPv6" : "IPv4"}`);
    link.attach(this);
  }

  get localPort(): number {
    return this.#link.local.port;
  }

  get closing(): "clean" | "reset" | undefined {
    return this.#closing;
  }

  get over(): "closed" | "reset" | undefined {
    return this.#closing === "clean" ? "closed" : this.#closing;
  }

  // -- what is sent ------------------------------------------------------------------------------------------------

  say(text: string): void {
    this.send(text + this.scene.ending);
  }

  send(given: string | Uint8Array, { unfinished = false }: { readonly unfinished?: boolean } = {}): void {
    const bytes = Buffer.from(given as string);
    // Digits of a number that came after its value was known belong to no later answer.
    if (NO_TRAIL.test(this.unread.toString("latin1"))) this.unread = Buffer.alloc(0);
    this.saying(bytes);
    this.scene.transcript.bytes(this.#number, "out", bytes);
    this.#asked.said(bytes, unfinished);
    if (!this.#isGone) this.#link.write(bytes);
    this.moved();
  }

  async asks(question: string, answer: string | readonly string[], waiting?: Waiting & Amid): Promise<void> {
    this.say(question);
    await this.like(answer, waiting);
  }

  async taken(): Promise<boolean> {
    return (await this.#reading()) === "taken";
  }

  /** `left`: it is seen that the program reads it no more, at least not in time. */
  async #reading(): Promise<"taken" | "left" | "late"> {
    const { silence } = this.scene;
    const from = performance.now();
    const [withinMs, unreadMs] = [silence.withinMs(ANSWER_MS), silence.quietMs(UNREAD_MS)];
    let found: "taken" | "left" | undefined;
    await this.#polled(async () => {
      const isIdle = await this.scene.program()?.isWaiting();
      const waitedMs = performance.now() - from;
      if ((isIdle !== false || waitedMs > AT_WORK_MS) && this.#isTaken()) found = "taken";
      else if (waitedMs > unreadMs && (isIdle === true || (await this.#isAsleep(waitedMs, withinMs))))
        found = "left";
      return found !== undefined;
    }, withinMs);
    this.moved();
    return found ?? "late";
  }

  async #isAsleep(quietMs: number, withinMs: number): Promise<boolean> {
    const leftMs = withinMs * patience() - quietMs;
    return (await this.scene.program()?.isSilent({ quietMs, leftMs })) ?? false;
  }

  /** All of it has arrived there, and has been read: an empty queue alone may be one that nothing has reached yet. */
  #isTaken(): boolean {
    if (this.#isGone || this.over !== undefined) return true;
    const { local, remote } = this.#link;
    const ends = connectionEnds(local.port, remote.port);
    return ends?.ours.txQueue === 0 && ends.theirs.inode !== 0 && ends.theirs.rxQueue === 0;
  }

  /** After a message without an answer: read, and whatever the program does with it is done. */
  async settled(): Promise<void> {
    const program = this.scene.program();
    const found = program && (await this.#reading());
    if (!program || found === "late") return this.pauseFor(UNSEEN_MS);
    if (found === "taken") await this.#polled(() => program.isWaiting(), SETTLED_MS);
  }

  async #polled(holds: () => Promise<boolean>, withinMs = ANSWER_MS): Promise<boolean> {
    const time = new TimeLeft(withinMs * patience());
    while (!(await holds())) {
      if (time.ms < 0) return false;
      await this.pauseFor(LOOK_MS);
    }
    return true;
  }

  // -- what comes --------------------------------------------------------------------------------------------------

  async read(sizeBytes: number, { withinMs }: Waiting = {}): Promise<Buffer> {
    const isThere = () => this.unread.length >= sizeBytes;
    await this.wait(() => (isThere() ? true : undefined), withinMs);
    if (!isThere())
      throw new CheckFailure(`expected ${sizeBytes} bytes, and ${this.unread.length} came`, {
        got: octets(this.unread),
        blamed: this.blamed,
      });
    const bytes = this.unread.subarray(0, sizeBytes);
    this.take(sizeBytes);
    return bytes;
  }

  async ends({ withinMs }: Waiting = {}): Promise<"clean" | "reset"> {
    const closing = await this.wait(() => this.#closing, withinMs);
    if (closing) return closing;
    const after = this.lastSaid === "" ? "" : ` after ${this.lastSaid}`;
    throw new CheckFailure(`the server should close the connection${after}, and keeps it open`, {
      blamed: this.blamed,
    });
  }

  async left(): Promise<void> {
    await this.#polled(async () => this.#isGone, LEFT_MS);
  }

  protected get story(): Story {
    return this.#asked.story;
  }

  protected answered(sizeBytes: number): void {
    this.#asked.answered(sizeBytes);
  }

  protected gaveUp(): void {
    this.#asked.gaveUp();
  }

  /** Which call the program sits in, for the diagnoses; where that can be told. */
  async lookAtProgram(): Promise<void> {
    const { local, remote } = this.#link;
    const ends = { peer: remote, ours: { port: local.port } };
    const sample = await programAt(ends, endsOn(remote.port)).catch(() => undefined);
    if (sample && !this.#isGone) this.#asked.story.recordProgram(sample);
  }

  // -- the end -----------------------------------------------------------------------------------------------------

  fin(): void {
    this.scene.transcript.note(this.#number, "our FIN");
    this.#asked.fin();
    this.#link.end();
    this.moved();
  }

  /** RST: nothing stays behind in TIME_WAIT, and the program's port is free again. */
  reset(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#link.reset();
    this.#asked.closed("us");
  }

  pause(): void {
    this.#link.pause();
  }

  /** Bytes that came meanwhile are read in the next turn of the loop: the silence begins anew. */
  resume(): void {
    this.#link.resume();
    this.moved();
  }

  onData(chunk: Buffer): void {
    const bytes = Buffer.from(chunk);
    this.reads.push(bytes.length);
    this.scene.transcript.bytes(this.#number, "in", bytes);
    this.#asked.came(bytes);
    this.arrived(bytes);
  }

  onEnd(): void {
    this.#closing ??= "clean";
    this.scene.transcript.note(this.#number, "FIN");
    this.#asked.ended();
    this.moved();
  }

  onDrain(): void {}

  onError(error: Error & { code?: string }): void {
    if (this.#isGone) return;
    this.#asked.broke(error);
    this.#closing = "reset";
    this.scene.transcript.note(this.#number, error.code === "EPIPE" ? "closed" : "reset");
    this.moved();
  }

  onClose(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#closing ??= "clean";
    this.#asked.closed("peer");
    this.moved();
  }
}
