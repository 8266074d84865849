/** A machine's snapshot as a copy that is data alone: the peer, the clock, hubs and whatever else acts stay where they are. */
import type { AnyMachineSnapshot } from "xstate";
import { MASK } from "../../lab/documents.ts";
import { dataCopy } from "../../machines/_data-copy.ts";
import type { Role } from "../../machines/_role.ts";
import { eventsOf, stateName } from "../../machines/_state-names.ts";
import { flagsOf } from "../option-flags.ts";
import { Surface } from "./surface.ts";

export class MachineSnapshot extends Surface {
  /** `awaitingToken`, or `sending.paused` for a nested one. */
  readonly state: string;
  readonly status: string;
  /** The events that the present state takes. */
  readonly takes: readonly string[];
  /** Context that the machine remembers; secrets of its options are masked. */
  readonly context: Readonly<Record<string, unknown>>;

  constructor(state: string, status: string, takes: readonly string[], context: Record<string, unknown>) {
    super("Snapshot");
    this.state = state;
    this.status = status;
    this.takes = takes;
    this.context = context;
  }

  override line() {
    return this.state;
  }

  override brief() {
    const { state, status, takes, context } = this;
    return { state, status, takes, context };
  }
}

export function snapshotOf(snapshot: AnyMachineSnapshot, role: Role | undefined): MachineSnapshot {
  const context = (dataCopy(snapshot.context) ?? {}) as Record<string, unknown>;
  const options = context.options as Record<string, unknown> | undefined;
  const secrets = role ? flagsOf(role.options).filter(({ isSecret }) => isSecret) : [];
  for (const { key } of options ? secrets : []) if (options?.[key] !== undefined) options[key] = MASK;
  return new MachineSnapshot(stateName(snapshot.value), snapshot.status, eventsOf(snapshot), context);
}
