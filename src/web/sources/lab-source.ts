/** Load of the daemon as plots: a sample a second, shared by all pages, for as long as one looks. */
import type { Lab } from "../../lab/lab.ts";
import { type Load, LoadMeter } from "../../lab/load-meter.ts";
import type { LabState, LoadHistory } from "../protocol.ts";
import type { Source } from "../source.ts";

const EVERY_MS = 1_000;
/** Ten minutes. */
const MOST_SAMPLES = 600;

export class LabSource implements Source {
  readonly #meter: LoadMeter;
  readonly #samples: Load[] = [];
  #version = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(lab: Lab) {
    this.#meter = new LoadMeter(lab);
  }

  get version(): number {
    return this.#version;
  }

  look(now: number): void {
    if (now - this.#lookedAt < EVERY_MS) return;
    this.#lookedAt = now;
    this.#samples.push(this.#meter.look());
    if (this.#samples.length > MOST_SAMPLES) this.#samples.shift();
    this.#version += 1;
  }

  /** Each version is a sample: a page that has seen some is sent those behind them. */
  since(version: number): string {
    const missing = version === 0 ? this.#samples : this.#samples.slice(version - this.#version);
    const load = this.#samples.at(-1);
    return JSON.stringify(load ? ({ load, history: historyOf(missing) } satisfies LabState) : null);
  }

  close(): void {
    this.#meter.close();
  }
}

function historyOf(samples: readonly Load[]): LoadHistory {
  const of = (value: (load: Load) => number) => samples.map(value);
  return {
    at: of(({ at }) => Math.round(Date.parse(at) / 1_000)),
    connections: of(({ connections }) => connections),
    opened: of(({ openedPerSecond }) => openedPerSecond),
    bytesIn: of(({ bytesInPerSecond }) => bytesInPerSecond),
    bytesOut: of(({ bytesOutPerSecond }) => bytesOutPerSecond),
    loopP99: of(({ loopDelayMs }) => loopDelayMs.p99),
    memory: of(({ residentBytes }) => residentBytes),
  };
}
