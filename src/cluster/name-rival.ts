/** Lease under our name that another daemon has: it is there, or dead once it is not renewed for long enough. */
import type { Clock } from "../machines/_world.ts";
import type { NodeRecord } from "./lease-records.ts";
import { steadyNow } from "./steady-clock.ts";

export interface LeaseIdentity {
  readonly name: string;
  readonly version: string;
  readonly pid: number;
  /** Machine, where the process number means something. */
  readonly host: string;
}

export interface NameRivalParts {
  readonly clock: Clock;
  readonly identity: LeaseIdentity;
  /** Whether a process of this machine is there. */
  readonly isRunning: (pid: number) => boolean;
  readonly deadAfterMs: (record: NodeRecord) => number;
}

export class NameRival {
  readonly #parts: NameRivalParts;
  #seen: { readonly incarnation: string; readonly revision: number; readonly since: number } | undefined;

  constructor(parts: NameRivalParts) {
    this.#parts = parts;
  }

  /** `renewed`: it is there; `waiting`: asked again later, it will be known. */
  judge(record: NodeRecord, revision: number): "gone" | "waiting" | "renewed" {
    const { incarnation, host, pid } = record;
    const { clock, identity, isRunning, deadAfterMs } = this.#parts;
    // The number of this very process tells nothing: each container counts from one.
    if (host === identity.host && pid !== identity.pid && !isRunning(pid)) return "gone";
    const seen = this.#seen;
    const now = steadyNow(clock);
    if (seen?.incarnation === incarnation && seen.revision === revision)
      return now - seen.since > deadAfterMs(record) ? "gone" : "waiting";
    this.#seen = { incarnation, revision, since: now };
    return seen?.incarnation === incarnation ? "renewed" : "waiting";
  }
}
