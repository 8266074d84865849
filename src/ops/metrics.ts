/**
 * Figures of the lab for a monitoring system. Counts are of what happened since they were wanted; labels are roles, states and verdicts,
 * so that their number has a bound: no connection, student or address is one.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { InstanceChange } from "../lab/changes.ts";
import type { Lab } from "../lab/lab.ts";
import { isOwnQuestion } from "../lab/selectors.ts";
import type { Story } from "../stories/story.ts";
import { verdicts } from "../stories/verdict.ts";
import type { Family, Sample } from "./exposition.ts";

/** Roles beyond these are counted together: users may load any number. */
const MAX_ROLES = 64;
const OTHER = "other";
const RESOLUTION_MS = 10;
const NS = 1e9;
const PERCENTILES = [50, 99, 100];
const STATES = ["starting", "running", "backingOff", "failed", "draining", "stopped"];

interface Counts {
  opened: number;
  restarts: number;
  /** Of connections that have ended. */
  bytesIn: number;
  bytesOut: number;
  readonly judged: Map<string, number>;
}

export class Metrics {
  readonly #lab: Lab;
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #byRole = new Map<string, Counts>();
  readonly #judged = new WeakSet<Story>();
  readonly #ends: readonly (() => void)[];

  constructor(lab: Lab) {
    this.#lab = lab;
    this.#delay.enable();
    for (const story of lab.liveStories())
      if (!isOwnQuestion(story)) this.#countsOf(story.subject.role).opened += 1;
    this.#ends = [
      lab.subscribe("connections", ({ kind, story }) => this.#onConnection(kind, story)),
      lab.subscribe("instances", (change) => this.#onInstance(change)),
    ];
  }

  /** An ended connection has its verdict. */
  judged(story: Story): void {
    // A proxy's pair is judged again together; a count says what was said first.
    if (isOwnQuestion(story) || !story.judged || this.#judged.has(story)) return;
    this.#judged.add(story);
    const { judged } = this.#countsOf(story.subject.role);
    const { verdict } = story.judged;
    judged.set(verdict, (judged.get(verdict) ?? 0) + 1);
  }

  close(): void {
    for (const end of this.#ends) end();
    this.#delay.disable();
  }

  #onConnection(kind: "opened" | "closed", story: Story): void {
    if (isOwnQuestion(story)) return;
    const counts = this.#countsOf(story.subject.role);
    if (kind === "opened") counts.opened += 1;
    else {
      counts.bytesIn += story.bytesIn;
      counts.bytesOut += story.bytesOut;
    }
  }

  #onInstance(change: InstanceChange): void {
    if (change.kind === "state" && change.to === "backingOff")
      this.#countsOf(change.instance.type).restarts += 1;
  }

  #countsOf(role: string): Counts {
    const name = this.#byRole.has(role) || this.#byRole.size < MAX_ROLES ? role : OTHER;
    const known = this.#byRole.get(name);
    if (known) return known;
    const counts = { opened: 0, restarts: 0, bytesIn: 0, bytesOut: 0, judged: new Map<string, number>() };
    this.#byRole.set(name, counts);
    return counts;
  }

  /** All figures of this moment. The loop's delay is that since the reading before. */
  families(): Family[] {
    return [...this.#ofLab(), ...this.#connections(), ...this.#process()];
  }

  #ofLab(): Family[] {
    const lab = this.#lab;
    const states = Map.groupBy(lab.instances, ({ state }) => state);
    return [
      {
        name: "netlabd_build",
        type: "info",
        help: "The daemon's version and the lab that it plays.",
        samples: [{ suffix: "_info", labels: { version: lab.version, lab: lab.name }, value: 1 }],
      },
      gauge("netlabd_roles", "Roles by the state that their supervisor has them in.", [
        ...STATES.map((state) => ({ labels: { state }, value: states.get(state as never)?.length ?? 0 })),
      ]),
      this.#counter(
        "netlabd_role_restarts",
        "Restarts of roles that had crashed or ended.",
        (one) => one.restarts,
      ),
      gauge("netlabd_descriptors_left", "File descriptors that peers may still take.", [
        { value: lab.status().descriptorsLeft },
      ]),
      bytes("netlabd_stories_bytes", "Memory of recorded stories.", lab.status().recordedBytes),
    ];
  }

  #connections(): Family[] {
    const live = this.#lab.liveStories().filter((story) => !isOwnQuestion(story));
    const byRole = Map.groupBy(live, ({ subject }) => this.#nameOf(subject.role));
    const sum = (role: string, of: (story: Story) => number) =>
      (byRole.get(role) ?? []).reduce((total, story) => total + of(story), 0);
    const byVerdict = Map.groupBy(live, (story) => this.#lab.judged(story).verdict);
    return [
      gauge("netlabd_connections", "Peers now: connections, and senders of datagrams of the last minute.", [
        ...[...this.#byRole.keys()].map((role) => ({
          labels: { role },
          value: byRole.get(role)?.length ?? 0,
        })),
      ]),
      gauge("netlabd_connections_by_verdict", "The same by what is judged of them at this moment.", [
        ...verdicts.map((verdict) => ({ labels: { verdict }, value: byVerdict.get(verdict)?.length ?? 0 })),
      ]),
      this.#counter("netlabd_connections_opened", "Peers that came.", (one) => one.opened),
      {
        name: "netlabd_verdicts",
        type: "counter",
        help: "Ended connections by what was judged of them.",
        samples: [...this.#byRole].flatMap(([role, { judged }]) =>
          [...judged].map(([verdict, value]) => ({
            suffix: "_total" as const,
            labels: { role, verdict },
            value,
          })),
        ),
      },
      {
        ...this.#counter(
          "netlabd_received_bytes",
          "Bytes from peers.",
          (one, role) => one.bytesIn + sum(role, (s) => s.bytesIn),
        ),
        unit: "bytes",
      },
      {
        ...this.#counter(
          "netlabd_sent_bytes",
          "Bytes to peers.",
          (one, role) => one.bytesOut + sum(role, (s) => s.bytesOut),
        ),
        unit: "bytes",
      },
    ];
  }

  #nameOf(role: string): string {
    return this.#byRole.has(role) ? role : OTHER;
  }

  #counter(name: string, help: string, value: (counts: Counts, role: string) => number): Family {
    const samples = [...this.#byRole].map(([role, counts]) => ({
      suffix: "_total" as const,
      labels: { role },
      value: value(counts, role),
    }));
    return { name, type: "counter", help, samples };
  }

  #process(): Family[] {
    const { rss, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    const loop = PERCENTILES.map((percentile) => ({
      labels: { percentile: String(percentile) },
      value: this.#delay.count === 0 ? 0 : seconds(this.#delay.percentile(percentile)),
    }));
    this.#delay.reset();
    return [
      {
        ...gauge(
          "netlabd_loop_delay_seconds",
          "How late the event loop was, since the reading before.",
          loop,
        ),
        unit: "seconds",
      },
      bytes("process_resident_memory_bytes", "Resident memory.", rss),
      bytes("nodejs_heap_used_bytes", "Memory of JavaScript objects.", heapUsed),
      {
        name: "process_cpu_seconds",
        type: "counter",
        unit: "seconds",
        help: "Processor time of the daemon.",
        samples: [{ suffix: "_total", value: (user + system) / 1e6 }],
      },
      {
        ...gauge("process_start_time_seconds", "When the daemon started, in seconds since 1970.", [
          { value: this.#lab.startedAt / 1_000 },
        ]),
        unit: "seconds",
      },
    ];
  }
}

const gauge = (name: string, help: string, samples: readonly Sample[]): Family => ({
  name,
  type: "gauge",
  help,
  samples,
});

const bytes = (name: string, help: string, value: number): Family => ({
  ...gauge(name, help, [{ value }]),
  unit: "bytes",
});

/** The timer that measures is itself as long as its resolution. */
const seconds = (ns: number) => Math.max(0, ns - RESOLUTION_MS * 1e6) / NS;
