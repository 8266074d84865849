/** Time as the processor counts it: what a test costs, or waits, by itself, however much else the machine does. */
import { readFileSync } from "node:fs";

/** Milliseconds that this process has computed meanwhile. */
export async function processorMsOf(act: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await act();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** For how many milliseconds so far a process was ready to run and had no processor; nothing where that is not told. */
export function waitedMs(pid: number): number {
  try {
    const [, waitedNs] = readFileSync(`/proc/${pid}/schedstat`, "latin1").split(" ");
    return Number(waitedNs) / 1e6;
  } catch {
    return 0;
  }
}

/** Of a process that ends meanwhile, what it waited is known from the last look. */
const LOOK_MS = 20;
/** So late a look comes where something held it up. */
const STOOD_MS = 100;

/**
 * For how long this thread could not look: the machine stood still, and all that it does, which counts as no waiting for a processor. For a
 * measure of another process or thread: work of this one would count as well.
 */
export class Standstill {
  #ms = 0;
  #lookedAt = performance.now();
  readonly #looks = setInterval(() => this.#look(), LOOK_MS).unref();

  /** So far. */
  get ms(): number {
    this.#look();
    return this.#ms;
  }

  /** A clock that stood still meanwhile, as all others did that are measured by it. */
  get awakeMs(): number {
    const { ms } = this;
    return this.#lookedAt - ms;
  }

  #look(): void {
    const now = performance.now();
    const lateMs = now - this.#lookedAt - LOOK_MS;
    if (lateMs > STOOD_MS) this.#ms += lateMs;
    this.#lookedAt = now;
  }

  end(): void {
    clearInterval(this.#looks);
  }
}

/** For how long this process and one that answers it were held up by the machine, from here on. */
export class HeldUp {
  readonly #pid: number;
  readonly #standstill = new Standstill();
  readonly #before: { readonly own: number; readonly other: number };

  constructor(pid: number) {
    this.#pid = pid;
    this.#before = this.#waited();
  }

  /** So far. */
  get ms(): number {
    const { own, other } = this.#waited();
    return Math.max(own - this.#before.own, this.#standstill.ms) + other - this.#before.other;
  }

  #waited() {
    return { own: waitedMs(process.pid), other: waitedMs(this.#pid) };
  }

  end(): void {
    this.#standstill.end();
  }
}

/** Milliseconds that these processes, or this one, took over it, without those in which the machine kept them waiting. */
export async function takenMs(act: () => Promise<unknown>, ...pids: number[]): Promise<number> {
  const all = [process.pid, ...pids];
  const before = all.map(waitedMs);
  const last = [...before];
  const look = () => {
    for (const [index, pid] of all.entries()) last[index] = Math.max(last[index] ?? 0, waitedMs(pid));
  };
  const looks = setInterval(look, LOOK_MS);
  const standstill = new Standstill();
  const startedAt = performance.now();
  try {
    await act();
  } finally {
    clearInterval(looks);
    standstill.end();
  }
  const tookMs = performance.now() - startedAt;
  look();
  const [own = 0, ...others] = last.map((now, index) => now - (before[index] ?? 0));
  // What this process did in its own stead is what is measured.
  const heldUpMs = pids.length === 0 ? own : Math.max(own, standstill.ms);
  return tookMs - heldUpMs - others.reduce((sum, one) => sum + one, 0);
}
