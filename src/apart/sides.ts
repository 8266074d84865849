/** Questions and words between the daemon and the process of an instance. All of it is data. */
import type { TelemetryEvent } from "../actors/telemetry.ts";
import type { PlainFault } from "../link/line.ts";
import type { HubMember } from "../machines/_role.ts";
import type { ProgramAnswer, Registration } from "../machines/_world.ts";
import type { OperatorAction } from "../stories/entry.ts";
import type { LiveView } from "../stories/live-view.ts";
import type { PlayedStory, StoryToPlay } from "../stories/story-to-play.ts";
import type { PlainError } from "./rpc.ts";

/** Exit status of a process whose pipe to the daemon is no open descriptor any more: code of the role has closed it. */
export const PIPE_CLOSED = 90;

/** An edition of the role: a module, what it was given, and its number among the daemon's. */
export interface PlayedEdition {
  /** File to be imported; it is gone when this is answered. */
  readonly file: string;
  readonly given: Readonly<Record<string, unknown>>;
  readonly number: number;
}

export interface Beginning extends PlayedEdition {
  readonly instance: string;
  readonly label: string | undefined;
  readonly preferredPort: number;
  readonly dataFolder: string;
  /** Whether /proc may be looked at. */
  readonly mayLook: boolean;
  readonly addresses: readonly { readonly email: string; readonly name: string }[];
  readonly registry: RegistryView;
  /** A file is open in which it keeps what must outlive it. */
  readonly hasBlackBox: boolean;
}

export interface RegistryView {
  readonly version: number;
  readonly entries: readonly Registration[];
}

/** Addresses at which it can be reached, and the state of its own actor. */
export interface Standing {
  readonly hosts: readonly string[];
  readonly port: number;
  readonly otherPorts: readonly number[];
  readonly machineState: string | undefined;
}

/** State of affairs of one moment, for a reader. */
export interface Freshness extends Standing {
  readonly members: readonly HubMember[] | undefined;
  readonly views: readonly (readonly [id: string, view: LiveView])[];
  /** By `v8.serialize`: copies of what machines remember. */
  readonly snapshots?: Buffer;
}

export interface SnapshotCopy {
  readonly id: string;
  readonly value: unknown;
  readonly status: string;
  readonly events: readonly string[];
  readonly context: unknown;
}

/** An operator's hand on one connection. */
export type Act =
  | { readonly act: "inject"; readonly bytes: Uint8Array }
  | { readonly act: "sendEvent"; readonly event: { readonly type: string } }
  | { readonly act: "kick" | "fin" | "reset" }
  | { readonly act: "kill"; readonly action: OperatorAction | undefined };

export interface ActOutcome {
  /** Answer of the connection. */
  readonly is: boolean | undefined;
  readonly acceptedEvents: readonly string[];
}

/** Answers of the process that plays an instance. */
export interface RoleSide {
  begin(beginning: Beginning): void;
  /** Reads the role and looks for faults in it, without playing it. */
  examine(file: string): readonly string[];
  /** Plays a story again, to the role that is in this file. */
  replay(file: string, story: StoryToPlay): PlayedStory;
  adopt(edition: PlayedEdition): void;
  open(): Standing;
  drain(limitMs: number): void;
  close(): void;
  fresh(withSnapshots: boolean): Freshness;
  /** Undefined: the connection is gone. */
  act(id: string, act: Act): ActOutcome | undefined;
  /** A client's user speaks. */
  say(text: string): void;
  /** An operator speaks to the hub; `key` is for progress, and for an end before the answer. */
  speak(key: number, text: string, isNow: boolean): string;
  hush(key: number): void;
  registry(view: RegistryView): void;
  /** On the lines of its peers, those that live and those that come. */
  putFault(fault: PlainFault): void;
  takeFault(id: string): void;
}

/** Answers of the daemon. */
export interface DaemonSide {
  /** The next number of a connection, or of a sender of datagrams. */
  number(kind: "connection" | "sender"): number;
  register(
    entry: { readonly ip: string; readonly port: number; readonly service: string; readonly token: string },
    leaseMs: number | undefined,
  ): void;
  deregister(entry: {
    readonly ip: string;
    readonly port: number;
    readonly token?: string | undefined;
  }): boolean;
  /** Answers when all changes that were asked for are committed. */
  settled(): void;
  runProgram(
    key: number,
    root: string,
    argv: readonly string[],
    limits: { readonly timeoutMs: number; readonly maxBytes: number },
  ): ProgramAnswer;
  endProgram(key: number): void;
  telemetry(event: TelemetryEvent, error: PlainError | undefined): void;
  crashed(error: PlainError): void;
  finished(output: unknown): void;
  progress(key: number, text: string): void;
  /** Gives a sign of life. */
  alive(): void;
  /** Last word of a process that code of the role told to exit. */
  exiting(code: number, stack: string | undefined): void;
}
