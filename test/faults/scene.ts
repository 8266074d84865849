/** A line of its own between a wire and a role that write down what they are told, on a clock that stands until it is moved. */
import type { Fault } from "../../src/faults/fault.ts";
import { faultTable } from "../../src/faults/fault-folder.ts";
import { type Direction, FaultLine } from "../../src/faults/fault-line.ts";
import { seededRandom } from "../../src/seeded-random.ts";

const faults = await faultTable();

export function faultOf(name: string): Fault {
  const fault = faults.get(name);
  if (!fault) throw new Error(`no fault ${name}`);
  return fault;
}

export class Clock {
  now = 0;
  #timers: { at: number; callback: () => void; isOff: boolean }[] = [];

  later(callback: () => void, ms: number): () => void {
    const timer = { at: this.now + ms, callback, isOff: false };
    this.#timers.push(timer);
    return () => {
      timer.isOff = true;
    };
  }

  get timers(): number {
    return this.#timers.filter(({ isOff }) => !isOff).length;
  }

  advance(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      const due = this.#timers
        .filter(({ at, isOff }) => at <= until && !isOff)
        .sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#timers = this.#timers.filter((one) => one !== due);
      this.now = Math.max(this.now, due.at);
      due.callback();
    }
    this.now = until;
  }
}

/** `12 abc` at 12 ms, or `12 FIN`. */
export interface Told {
  readonly at: number;
  readonly what: string;
}

export class LineScene {
  readonly clock = new Clock();
  /** What the peer got, and what the role got. */
  readonly peer: Told[] = [];
  readonly role: Told[] = [];
  readonly deeds: string[] = [];
  readonly line: FaultLine;
  isWirePaused = false;
  wireQueued = 0;
  drains = 0;

  constructor() {
    const { clock, peer, role } = this;
    const tell = (list: Told[], what: string) => void list.push({ at: clock.now, what });
    const self = this;
    this.line = new FaultLine(
      {
        get queuedBytes() {
          return self.wireQueued;
        },
        write: (bytes, onWritten) => {
          tell(peer, bytes.toString("latin1"));
          onWritten?.(undefined);
        },
        end: (onFinished) => {
          tell(peer, "FIN");
          onFinished?.();
        },
        reset: () => tell(peer, "RST"),
        pause: () => {
          this.isWirePaused = true;
        },
        resume: () => {
          this.isWirePaused = false;
        },
      },
      {
        onData: (bytes) => tell(role, bytes.toString("latin1")),
        onEnd: () => tell(role, "FIN"),
        onDrain: () => {
          this.drains += 1;
        },
      },
      {
        now: () => clock.now,
        later: (callback, ms) => clock.later(callback, ms),
        closed: () => undefined,
        did: (id, direction, deed, size) =>
          void this.deeds.push([id, direction, deed, size].filter((part) => part !== undefined).join(" ")),
      },
    );
  }

  put(
    name: string,
    attributes: Record<string, unknown> = {},
    direction: Direction = "in",
    seed: string | number = 1,
  ): this {
    const fault = faultOf(name);
    const parsed = fault.attributes.parse(attributes);
    this.line.place(direction, { id: name, fault, attributes: parsed, random: seededRandom(seed) });
    return this;
  }

  came(...texts: string[]): this {
    for (const text of texts) this.line.onData(Buffer.from(text, "latin1"));
    return this;
  }
}

export const shown = (told: readonly Told[]) => told.map(({ at, what }) => `${at} ${what}`);
export const joined = (told: readonly Told[]) => told.map(({ what }) => what).join("");
