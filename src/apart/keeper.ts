/**
 * The keeper of one process that plays an instance: starts it, and watches it. A process that gives no sign of life, or takes more memory
 * than it may have, is ended; the way in which a process ended is a cause.
 *
 * Long, because the life of a process is one invariant, from its start to the cause of its end.
 */
import type { ChildProcess } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { crashOf } from "../errors.ts";
import { placeIn } from "../stack-place.ts";
import { type Cause, cause } from "../stories/causes.ts";
import { BlackBox } from "./black-box.ts";
import { type ProcessorShare, processorShare, residentBytes } from "./process-look.ts";
import { readInTurns } from "./read-in-turns.ts";
import { startRoleProcess } from "./role-start.ts";
import { MAX_FROM_ROLE, Rpc } from "./rpc.ts";
import { type DaemonSide, PIPE_CLOSED, type RoleSide } from "./sides.ts";
import { sampleStack } from "./stack-sample.ts";

export interface KeepRequest {
  readonly side: { readonly [Name in keyof DaemonSide]: unknown };
  /** Without a sign of life for so long it is ended. */
  readonly watchdogMs: number;
  readonly memoryBytes: number;
  /** The only folder in which it may write. */
  readonly writeFolder: string;
  /** Reader of the stories that it sends, and of the rest when it is dead. */
  readonly stories?: { read(batch: Buffer): void; readRest(kept: Buffer): void };
  /** A line that code of the role printed. */
  readonly onPrinted: (line: string) => void;
  /** Hears of its end, once everything that it said has been heard. */
  readonly onEnded: (why: Cause) => void;
}

const SWEEP_MS = 250;
const START_MS = 10_000;
const READ_MS = 30_000;
/** Processor time in which a step of a role has to come back. */
const STEP_MS = 200;
/** Longest patience with a process that gets no processor, in patiences. */
const MAX_STARVED = 10;
/** A place that could not be sampled by then is not told. */
const SAMPLE_MS = 3_000;
const MAX_PRINTED = 500;
/** V8's own words. */
const HEAP_IS_FULL = "heap out of memory";
const MEGABYTE = 1_048_576;

const kept = new Set<Keeper>();
let sweeping: NodeJS.Timeout | undefined;
let sweptAt = 0;

/**
 * Looks at all of them, by one timer; there is none while there are none. Where it goes off late, the machine stood still or this process was held
 * up: no process could be heard meanwhile.
 */
function sweep(): void {
  const now = performance.now();
  const lateMs = now - sweptAt - SWEEP_MS;
  sweptAt = now;
  for (const keeper of kept) keeper.look(now, lateMs > SWEEP_MS ? lateMs : 0);
}

export class Keeper {
  readonly role: Rpc<RoleSide>;
  readonly #request: KeepRequest;
  readonly #child: ChildProcess;
  readonly #box: BlackBox | undefined;
  #lastSign = performance.now();
  /** Of the time since, what is no silence of its own. */
  #unheardMs = 0;
  /** Looks in which it was silent although this process had read everything: one may come from our own delay. */
  #silentLooks = 0;
  #hasSpoken = false;
  /** Processor that it had had by its last sign of life, or soon after. */
  #since: { readonly sign: number; readonly share: ProcessorShare | undefined } = {
    sign: 0,
    share: undefined,
  };
  /** Why it is ended, where that is our doing or its own word. */
  #why: Cause | undefined;
  /** Why it is about to be ended; it may be faster. */
  #suspected: Cause | undefined;
  #isEnding = false;
  #isOver = false;
  #errors = "";
  #onErrors: ((text: string) => void) | undefined;

  constructor(request: KeepRequest) {
    this.#request = request;
    this.#box = request.stories && BlackBox.make();
    const child = startRoleProcess(request, this.#box?.descriptor);
    this.#child = child;
    const [, stdout, stderr, fromRole, toRole] = child.stdio as unknown as [
      null,
      Readable,
      Readable,
      Readable,
      Writable,
    ];
    this.role = new Rpc<RoleSide>(
      this.#side(request.side as never),
      (bytes) => void toRole.write(bytes),
      (batch) => request.stories?.read(batch),
      { mostTaken: MAX_FROM_ROLE },
    );
    toRole.on("error", () => undefined);
    readInTurns(fromRole, (chunk) => this.#hear(chunk));
    readInTurns(stdout, printer(request.onPrinted));
    readInTurns(stderr, (chunk) => this.#hearErrors(chunk));
    child.on("error", (error) => this.#over(cause("role-ended", { how: error.message })));
    // All its pipes are read to the end by then.
    child.on("close", (code, signal) => this.#over(this.#why ?? this.#endOf(code, signal)));
    kept.add(this);
    if (sweeping) return;
    sweptAt = performance.now();
    sweeping = setInterval(sweep, SWEEP_MS).unref();
  }

  #side(side: Record<string, (...args: unknown[]) => unknown>) {
    return {
      ...side,
      alive: () => undefined,
      exiting: (code: unknown, stack: unknown) => {
        const place = placeIn(String(stack)) ?? "";
        this.#why ??= cause("role-exited", { code: Number(code), place });
      },
    };
  }

  #hear(chunk: Buffer): void {
    this.#lastSign = performance.now();
    this.#unheardMs = 0;
    this.#silentLooks = 0;
    this.#hasSpoken = true;
    try {
      this.role.feed(chunk);
    } catch (error) {
      this.end(cause("role-ended", { how: `it wrote into its daemon's pipe: ${String(error)}` }));
    }
  }

  /** Node's own last words are for the sample; what the role prints is told. */
  #hearErrors(chunk: Buffer): void {
    this.#errors = (this.#errors + chunk.toString()).slice(-20_000);
    this.#onErrors?.(this.#errors);
  }

  /** `unheardMs`: for so long before it nothing could be heard. */
  look(now: number, unheardMs = 0): void {
    if (this.#isEnding) return;
    this.#unheardMs += Math.max(0, Math.min(unheardMs, now - this.#lastSign));
    const { memoryBytes } = this.#request;
    const sizeBytes = residentBytes(this.#child.pid);
    if (sizeBytes > memoryBytes) void this.#endSampled((place) => memoryCause(memoryBytes, place, sizeBytes));
    else if (this.#isStuck(now))
      void this.#endSampled((place) => cause("role-stuck", { ms: this.#patienceMs, place }));
  }

  /** A busy machine may take long to start a process. */
  get #patienceMs(): number {
    const { watchdogMs } = this.#request;
    return this.#hasSpoken ? watchdogMs : Math.max(watchdogMs, START_MS);
  }

  /** Silent for longer than its patience, and not because it had no processor. One look may come from our own delay. */
  #isStuck(now: number): boolean {
    const silentMs = now - this.#lastSign - this.#unheardMs;
    if (this.#since.sign !== this.#lastSign)
      this.#since = { sign: this.#lastSign, share: processorShare(this.#child.pid) };
    if (silentMs < this.#patienceMs) return false;
    this.#silentLooks += 1;
    return this.#silentLooks > 1 && (!this.#isStarved(silentMs) || silentMs > MAX_STARVED * this.#patienceMs);
  }

  /** True where it waited for a processor most of the time, and had one for less than a step may take. */
  #isStarved(silentMs: number): boolean {
    const [before, now] = [this.#since.share, processorShare(this.#child.pid)];
    if (!before || !now) return false;
    return now.ranMs - before.ranMs < STEP_MS && now.waitedMs - before.waitedMs > silentMs / 2;
  }

  /** Looks first where it is, then ends it. */
  async #endSampled(why: (place: string) => Cause): Promise<void> {
    this.#isEnding = true;
    this.#suspected = why("");
    const url = this.#inspectorUrl();
    this.#child.kill("SIGUSR1");
    const place = await sampleStack(url, SAMPLE_MS).catch(() => undefined);
    this.end(why(place ?? ""));
  }

  /** Node tells on its error output where its inspector listens. */
  #inspectorUrl(): Promise<string> {
    return new Promise((resolve) => {
      this.#onErrors = (text) => {
        const url = /ws:\/\/\S+/.exec(text)?.[0];
        if (url) resolve(url);
      };
    });
  }

  /** Answer of a process that reads a role's module: one that awaits what never comes gives signs of life all the same. */
  async whileReading<Result>(answer: Promise<Result>): Promise<Result> {
    const how = `reading its module took longer than ${READ_MS / 1_000} s`;
    const late = setTimeout(() => this.end(cause("role-ended", { how })), READ_MS);
    try {
      return await answer;
    } finally {
      clearTimeout(late);
    }
  }

  /** At once. */
  end(why: Cause): void {
    this.#isEnding = true;
    this.#why ??= why;
    this.#child.kill("SIGKILL");
  }

  #over(why: Cause): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#isEnding = true;
    kept.delete(this);
    if (kept.size === 0) {
      clearInterval(sweeping);
      sweeping = undefined;
    }
    this.role.end(new RoleEnded(why));
    this.#readBox();
    this.#request.onEnded(why);
  }

  /**
   * V8 says so itself where it ends because its heap is full, which may be sooner than anybody looks. Of an exit that it did not tell the
   * status alone is certain.
   */
  #endOf(code: number | null, signal: NodeJS.Signals | null): Cause {
    if (this.#suspected) return this.#suspected;
    if (this.#errors.includes(HEAP_IS_FULL)) return memoryCause(this.#request.memoryBytes, "");
    if (signal !== null) return cause("role-ended", { how: signal });
    if (code === PIPE_CLOSED)
      return cause("role-ended", { how: "it closed descriptor 3, its pipe to the daemon" });
    return cause("role-ended", { how: `exit status ${code}` });
  }

  /** Reads what it had not yet sent. It may have written there whatever it liked. */
  #readBox(): void {
    try {
      if (this.#box) this.#request.stories?.readRest(this.#box.take());
    } catch {
      // Told is what came before.
    }
  }

  get hasBlackBox(): boolean {
    return this.#box !== undefined;
  }
}

/** End of a process, in place of the answer that it owes. */
export class RoleEnded extends Error {
  readonly why: Cause;

  constructor(why: Cause) {
    super(crashOf(why).message);
    this.why = why;
  }
}

function memoryCause(limitBytes: number, place: string, sizeBytes = limitBytes): Cause {
  const mega = (bytes: number) => Math.round(bytes / MEGABYTE);
  return cause("role-memory", { megabytes: mega(sizeBytes), limit: mega(limitBytes), place });
}

/** Whole lines, and none that is endless. */
function printer(onPrinted: (line: string) => void): (chunk: Buffer) => void {
  let rest = "";
  return (chunk) => {
    const lines = (rest + chunk.toString()).split("\n");
    rest = (lines.pop() ?? "").slice(0, MAX_PRINTED);
    for (const line of lines) if (line !== "") onPrinted(line.slice(0, MAX_PRINTED));
  };
}
