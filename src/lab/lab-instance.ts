/** An instance as plain data, of this moment: what commands, documents and pages need of it, and nothing that acts. */
import type { Instance } from "../actors/instance.ts";
import { type InstanceOptions, optionsWithoutEffect } from "../catalogue/instance-options.ts";
import { secretKeysOf } from "../machines/_options.ts";
import type { Role } from "../machines/_role.ts";

export interface LabInstance {
  readonly id: string;
  /** Name of its role. */
  readonly type: string;
  readonly name: string | undefined;
  readonly label: string | undefined;
  readonly side: Role["side"];
  readonly transport: Role["transport"];
  readonly state: string;
  /** The port it listens on, else the one it wants, else the one it had in an earlier run; 0: any. */
  readonly port: number;
  /** Ports on which it listens besides. */
  readonly otherPorts: readonly number[];
  /** Addresses on which it listens; empty while it does not. */
  readonly hosts: readonly string[];
  /** Options in force. Secrets are as they are here: `instanceDocument` masks them for readers. */
  readonly options: InstanceOptions;
  /** Names of options that are secrets. */
  readonly secrets: readonly string[];
  /** Names of options that do nothing here. */
  readonly withoutEffect: readonly string[];
  /** Options as they were typed or written. */
  readonly given: Readonly<Record<string, unknown>>;
  /** Secrets that were made because none were chosen, by option. */
  readonly made: Readonly<Record<string, string>>;
  readonly restart: InstanceOptions["restart"];
  /** Named in the lab file: it comes from there at each start. */
  readonly isFromLab: boolean;
  /** Peers now. */
  readonly connections: number;
  readonly restarts: number;
  readonly startedAt: number | undefined;
  readonly lastError: string | undefined;
  /** State of its companion, or of a client's run. */
  readonly machineState: string | undefined;
  /** Outcome of a client's run. */
  readonly result: unknown;
  /** Whether it has a use for an operator's word. */
  readonly canSay: boolean;
}

export function labInstance(instance: Instance): LabInstance {
  const { id, spec, role, service } = instance;
  const { options, given, made, isFromLab } = spec;
  return {
    id,
    type: role.name,
    name: options.name,
    label: options.label,
    side: role.side,
    transport: role.transport,
    state: instance.state,
    port: instance.port,
    otherPorts: service.otherPorts ?? [],
    hosts: service.hosts,
    options,
    secrets: secretKeysOf(role),
    withoutEffect: optionsWithoutEffect(role),
    given,
    made,
    restart: options.restart,
    isFromLab,
    connections: service.peers,
    restarts: instance.restarts,
    startedAt: instance.startedAt,
    lastError: instance.lastError,
    machineState: service.machineState,
    result: instance.result,
    canSay: service.hub?.say !== undefined || role.machine.events.includes("operator.say"),
  };
}
