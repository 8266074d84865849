/** A link that says otherwise than our role does: what a write becomes, step by step, in the order of the writes. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Link, LinkHandlers, LinkTap } from "../link/link.ts";
import { connectionEnds } from "../os/connection-ends.ts";
import type { Deviation, WireStep } from "./tester.ts";

const LOOK_MS = 2;
/** A client that does not read what came first is sent the rest all the same. */
const TAKEN_MS = 1_000;

export class DeviatingLink implements Link {
  readonly #link: Link;
  readonly #deviation: Deviation;
  #writes = 0;
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;
  /** Before the client took the last part. */
  #partAt: number | undefined;
  /** Longest time from there to the next part: a machine that is busy may take long for a look. */
  pauseMs = 0;

  constructor(link: Link, deviation: Deviation) {
    this.#link = link;
    this.#deviation = deviation;
    this.#do(deviation.opened?.() ?? []);
  }

  get local() {
    return this.#link.local;
  }

  get remote() {
    return this.#link.remote;
  }

  get queuedBytes(): number {
    return this.#link.queuedBytes;
  }

  /** Something is still to be sent. */
  get isBusy(): boolean {
    return this.#waiting > 0;
  }

  write(bytes: Buffer, onWritten?: (error: Error | undefined) => void): void {
    const steps = this.#deviation.write?.(bytes, this.#writes) ?? [bytes];
    this.#writes += 1;
    this.#do(steps);
    if (onWritten) void this.#last.then(() => onWritten(undefined));
  }

  writeText(text: string): void {
    this.write(Buffer.from(text));
  }

  #do(steps: readonly WireStep[]): void {
    for (const step of steps) {
      this.#waiting += 1;
      this.#last = this.#last
        .then(() => this.#step(step))
        .finally(() => {
          this.#waiting -= 1;
        });
    }
  }

  async #step(step: WireStep): Promise<void> {
    if (step === "fin") this.#link.end();
    else if (step === "reset") this.#link.reset();
    else if (step === "taken") await this.#taken();
    else if ("waitMs" in step) await sleep(step.waitMs);
    else this.#writePart(Buffer.from(step));
  }

  #writePart(bytes: Buffer): void {
    const now = performance.now();
    if (this.#partAt !== undefined) this.pauseMs = Math.max(this.pauseMs, now - this.#partAt);
    this.#partAt = undefined;
    this.#link.write(bytes);
  }

  /** Waits until the client has read it; where its end cannot be seen, a pause takes the place of a look. */
  async #taken(): Promise<void> {
    const { local, remote } = this.#link;
    const deadline = performance.now() + TAKEN_MS;
    do {
      this.#partAt = performance.now();
      const ends = connectionEnds(local.port, remote.port);
      if (!ends || (ends.theirs.rxQueue === 0 && ends.ours.txQueue === 0)) break;
      await sleep(LOOK_MS);
    } while (performance.now() < deadline);
    // A client that waits for the rest of it is not one that has taken it for the whole.
    await sleep(10);
  }

  end(onFinished?: () => void): void {
    void this.#last.then(() => this.#link.end(onFinished));
  }

  attach(handlers: LinkHandlers): void {
    this.#link.attach(handlers);
  }

  reset(): void {
    this.#link.reset();
  }

  destroy(): void {
    this.#link.destroy();
  }

  pause(): void {
    this.#link.pause();
  }

  resume(): void {
    this.#link.resume();
  }

  tap(listener: LinkTap): () => void {
    return this.#link.tap(listener);
  }
}
