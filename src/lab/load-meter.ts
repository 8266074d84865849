/** Load of the daemon between two looks: bytes and connections a second for each role, the loop's delay, memory. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Story } from "../stories/story.ts";
import type { Lab, LabInstance } from "./lab.ts";

/** How finely the loop's delay is told. */
const RESOLUTION_MS = 10;
const NS_PER_MS = 1_000_000;

export interface RoleLoad {
  readonly id: string;
  /** Student that it is for; null: for all. */
  readonly label: string | null;
  readonly state: string;
  /** Connections now, or senders in the last minute. */
  readonly peers: number;
  readonly bytesInPerSecond: number;
  readonly bytesOutPerSecond: number;
  /** Connections that began, a second. */
  readonly openedPerSecond: number;
  readonly restarts: number;
}

export interface Load {
  readonly at: string;
  /** Time that the rates are of; null: nothing has been measured yet. */
  readonly measuredMs: number | null;
  readonly roles: readonly RoleLoad[];
  readonly connections: number;
  readonly bytesInPerSecond: number;
  readonly bytesOutPerSecond: number;
  readonly openedPerSecond: number;
  /** How much later than due the event loop got round to things, in milliseconds. */
  readonly loopDelayMs: { readonly median: number; readonly p99: number; readonly max: number };
  readonly residentBytes: number;
  readonly heapBytes: number;
  readonly recordedBytes: number;
}

interface Counted {
  bytesIn: number;
  bytesOut: number;
  opened: number;
}

export class LoadMeter {
  readonly #lab: Lab;
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  /** The counts of each story at the last look. A story that memory no longer holds takes its own with it. */
  #seen = new WeakMap<Story, { bytesIn: number; bytesOut: number }>();
  #lookedAt: number | undefined;

  constructor(lab: Lab) {
    this.#lab = lab;
    this.#delay.enable();
  }

  /** Since the last look; the first one has no rates. */
  look(): Load {
    const lab = this.#lab;
    const now = performance.now();
    const measuredMs = this.#lookedAt === undefined ? undefined : Math.max(1, now - this.#lookedAt);
    const counts = this.#count(measuredMs !== undefined);
    this.#lookedAt = now;
    const perSecond = (count: number) =>
      measuredMs === undefined ? 0 : Math.round((count * 1_000) / measuredMs);
    const roles = lab.instances.map((instance) => roleLoad(instance, counts.get(instance.id), perSecond));
    const sum = (value: (load: RoleLoad) => number) => roles.reduce((total, one) => total + value(one), 0);
    const status = lab.status();
    const { rss, heapUsed } = process.memoryUsage();
    const load: Load = {
      at: new Date(lab.clock.now()).toISOString(),
      measuredMs: measuredMs === undefined ? null : Math.round(measuredMs),
      roles,
      connections: status.connections,
      bytesInPerSecond: sum((one) => one.bytesInPerSecond),
      bytesOutPerSecond: sum((one) => one.bytesOutPerSecond),
      openedPerSecond: sum((one) => one.openedPerSecond),
      loopDelayMs: this.#loopDelay(),
      residentBytes: rss,
      heapBytes: heapUsed,
      recordedBytes: status.recordedBytes,
    };
    this.#delay.reset();
    return load;
  }

  close(): void {
    this.#delay.disable();
  }

  /** Bytes and connections of each instance since the last look. */
  #count(isMeasured: boolean): Map<string, Counted> {
    const counts = new Map<string, Counted>();
    for (const story of this.#lab.stories()) {
      const before = this.#seen.get(story);
      const { bytesIn, bytesOut, subject } = story;
      this.#seen.set(story, { bytesIn, bytesOut });
      if (!isMeasured || subject.isInternal) continue;
      const count = counts.get(subject.instance) ?? { bytesIn: 0, bytesOut: 0, opened: 0 };
      count.bytesIn += bytesIn - (before?.bytesIn ?? 0);
      count.bytesOut += bytesOut - (before?.bytesOut ?? 0);
      count.opened += before ? 0 : 1;
      counts.set(subject.instance, count);
    }
    return counts;
  }

  /** The timer that measures is itself as long as its resolution: what is over is the delay. */
  #loopDelay(): Load["loopDelayMs"] {
    const delay = (ns: number) => Math.max(0, Math.round((ns / NS_PER_MS - RESOLUTION_MS) * 10) / 10);
    if (this.#delay.count === 0) return { median: 0, p99: 0, max: 0 };
    return {
      median: delay(this.#delay.percentile(50)),
      p99: delay(this.#delay.percentile(99)),
      max: delay(this.#delay.max),
    };
  }
}

function roleLoad(
  { id, label, state, connections, restarts }: LabInstance,
  count: Counted | undefined,
  perSecond: (count: number) => number,
): RoleLoad {
  return {
    id,
    label: label ?? null,
    state,
    peers: connections,
    bytesInPerSecond: perSecond(count?.bytesIn ?? 0),
    bytesOutPerSecond: perSecond(count?.bytesOut ?? 0),
    openedPerSecond: perSecond(count?.opened ?? 0),
    restarts,
  };
}
