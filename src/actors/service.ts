/** Contract of an instance's service, and all that one is given, whatever its transport. */

import type { Ids } from "../ids.ts";
import type { DistantLines } from "../link/line.ts";
import type { Link } from "../link/link.ts";
import type { HubMember, Role } from "../machines/_role.ts";
import type { AddressBook, Clock, Files, Programs, Registry, Screen } from "../machines/_world.ts";
import type { Recorder } from "../stories/recorder.ts";
import type { FramingOption } from "../wire/framer.ts";
import type { Admission } from "./admission.ts";
import type { ConnectionControl } from "./connection-control.ts";
import type { DescriptorBudget } from "./descriptor-budget.ts";
import type { HubFace, Hubs } from "./hubs.ts";
import type { surveyPort } from "./port-survey.ts";
import type { Service } from "./supervision.ts";
import type { Telemetry } from "./telemetry.ts";

/** Surroundings that all instances share. */
export interface Environment {
  readonly clock: Clock;
  readonly random: () => number;
  readonly files: Files;
  readonly registry: Registry;
  /** Registry of a student or a group, by label; without it all have the lab's. */
  readonly ownRegistry?: (label: string) => Registry;
  readonly addressBook: AddressBook;
  readonly programs: Programs;
  readonly recorder: Recorder;
  readonly telemetry: Telemetry;
  readonly descriptors: DescriptorBudget;
  /** The instance that listens on this port now. */
  readonly holderOf?: (transport: "tcp" | "udp", port: number) => string | undefined;
  /** Whether nothing but TIME_WAIT holds this TCP port; undefined where the system does not tell. */
  readonly isLingering?: (port: number) => Promise<boolean>;
  /** Holders of a port of this machine that did not answer, as remarks; none where that is not wanted. */
  readonly surveyPort?: typeof surveyPort;
  readonly hubs: Hubs;
  /** From so many connections of an instance on, machines that wait sleep; there is a default. */
  readonly sleepFrom?: number;
  readonly ids: Ids;
  /** Numbers peers, where another process has the numbers: calls back, in the order of the calls, when the next one has its own. */
  readonly numbered?: (kind: "connection" | "sender", then: () => void) => void;
  /** The service of a role that plays in a process of its own; undefined where it plays here. */
  readonly apart?: (context: ServiceContext) => InstanceService | undefined;
  /** Rules of the lab for new peers. */
  readonly admission?: Admission;
  /** Hears of each peer's link before its first byte, and answers what stands in its place: itself, tapped perhaps, or a wrapper. */
  readonly onLink?: (link: Link, id: string) => Link;
}

/** Options that every instance has, whatever its role. */
export interface CommonOptions {
  readonly name?: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly maxConnections: number;
  readonly maxMessage: number;
  readonly maxQueue: number;
  readonly idle: number;
  readonly framing: FramingOption;
  /** Of users' roles alone. */
  readonly watchdog?: number;
  readonly memory?: number;
}

export interface ServiceContext {
  readonly id: string;
  readonly label: string | undefined;
  /** The role as it is now: loading it again replaces it for new connections. */
  readonly role: () => Role;
  /** The role's own options, as they are now. */
  readonly options: unknown;
  /** All that it was given, as it was typed or written. */
  readonly given?: Readonly<Record<string, unknown>>;
  readonly common: CommonOptions;
  /** The port of last time, where the option says any. */
  readonly preferredPort: number;
  readonly environment: Environment;
  /** Reader of what a client gets; without one, its story has it. */
  readonly screen?: Screen;
  readonly onCrash: (error: unknown) => void;
  readonly onFinished: (output: unknown) => void;
}

/** Registry of an instance: its label's own, or the lab's. */
export function registryOf({ label, environment }: Pick<ServiceContext, "label" | "environment">): Registry {
  const { registry, ownRegistry } = environment;
  return label === undefined || !ownRegistry ? registry : ownRegistry(label);
}

/** A service that can be looked at. */
export interface InstanceService extends Service {
  /** Addresses on which it listens; empty while it does not. */
  readonly hosts: readonly string[];
  readonly port: number;
  /** Further ports that it is reached on [FILE-6]. */
  readonly otherPorts?: readonly number[];
  /** Peers now, refused ones that are on their way out not counted. */
  readonly peers: number;
  /** The state of the companion or of the client's run, if there is one. */
  readonly machineState: string | undefined;
  /** Hub that its connections share, where its role has one. */
  readonly hub?: HubFace | undefined;
  /** Peers by the names that they gave; undefined where the role has none. */
  readonly members?: readonly HubMember[] | undefined;
  /** The hand on one of its peers that is there. */
  control(id: string): ConnectionControl | undefined;
  /** Brings what it tells up to this moment, where it plays elsewhere. `withSnapshots`: machines too. */
  fresh?(withSnapshots: boolean): Promise<void>;
  /** Lines of its peers, where it plays elsewhere. */
  readonly lines?: DistantLines;
  /** Takes note that role and options are another edition's now: told where that does not wait for the next connection. */
  adopt?(): void;
  /** A client's user speaks. */
  say?(text: string): void;
}
