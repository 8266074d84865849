/**
 * Messages between a page and its server, as types: both ends read this file. State is sent, never a queue: a topic is
 * answered with how things stand, and again when they stand otherwise.
 */
import type { Chart } from "../charts/chart.ts";
import type { Participant, Step } from "../charts/sequence-steps.ts";
import type { ConnectionDocument, InstanceDocument } from "../lab/documents.ts";
import type { Load } from "../lab/load-meter.ts";

export type { ConnectionDocument };

/** Rights of a visitor: everything an operator may, look at everything, or look at what is a student's own. */
export type Level = "operator" | "observer" | `student:${string}`;

/** Codes with which the server closes a socket. A refusal of the upgrade could not be told from a dead server. */
export const CLOSED = { notLoggedIn: 4401, revoked: 4403, tooMany: 4409, off: 4410 } as const;

// -- from the page -----------------------------------------------------------------------------------------------------

export type PageMessage =
  /** The first one, and no other before it. */
  | { readonly session: string }
  /** In place of what was looked at before. */
  | { readonly see: readonly Topic[] }
  | { readonly ask: number; readonly question: Question }
  /** A request of the control protocol. */
  | { readonly prompt: Readonly<Record<string, unknown>> };

/** `wall`, `lab`, `me/<label>`, `connection/<id>`, `role/<id>`, `chart/<role>`. */
export type Topic = string;

export type Question = { readonly about: "moment"; readonly connection: string; readonly entry: number };

// -- from the server ---------------------------------------------------------------------------------------------------

export type ServerMessage =
  | { readonly hello: Hello }
  | { readonly topic: Topic; readonly state: unknown }
  | { readonly answer: number; readonly value: unknown }
  | { readonly answer: number; readonly problem: string }
  | { readonly prompt: Readonly<Record<string, unknown>> };

export interface Hello {
  readonly level: Level;
  readonly lab: string;
  readonly version: string;
  /** By the server's clock, to which all times here belong. */
  readonly now: number;
}

/** A student, or where there is no class an instance. Times are moments, so that a tile counts by itself and nothing is sent meanwhile. */
export interface Tile {
  readonly id: string;
  readonly kind: "student" | "instance";
  /** Another node that plays it; absent: this one. */
  readonly node?: string;
  readonly group: string | null;
  /** Open connections. */
  readonly connected: number;
  /** Id of the newest one, live or ended. */
  readonly connection: string | null;
  readonly role: string | null;
  readonly state: string | null;
  /** Since when their program has had to speak, and has not. */
  readonly waitingSince: number | null;
  /** Since when nothing has gone on although something should. */
  readonly stuckSince: number | null;
  /** The furthest rule that was kept. */
  readonly furthest: string | null;
  readonly card: { readonly id: string; readonly title: string; readonly connection: string } | null;
  readonly checks: { readonly passed: number; readonly of: number } | null;
  readonly isDone: boolean;
  /** Of an instance that does not run as it should. */
  readonly trouble: string | null;
}

/** The wall as it stands, or what has changed of it since the last one. */
export interface WallState {
  readonly isWhole: boolean;
  readonly tiles: readonly Tile[];
  /** Ids of all tiles in their order; absent where none came or went. */
  readonly order?: readonly string[];
}

export interface ConnectionState {
  readonly connection: ConnectionDocument;
  readonly reason: string | null;
  readonly isLive: boolean;
  readonly role: string;
  readonly transport: "tcp" | "udp";
  /** Ids of the chart's states in which it is, or ended. */
  readonly current: readonly string[];
  readonly entries: readonly StoryEntry[];
  /** Entries between the first and the last ones that are no longer kept. */
  readonly omitted: number;
  readonly cards: readonly CardState[];
  /** Sentences where there is no card. */
  readonly remarks: readonly string[];
  readonly sequence: SequenceState;
  /** Whether its moments can be gone through. */
  readonly canRewind: boolean;
}

export interface StoryEntry {
  /** In the story, counted from 1. */
  readonly number: number;
  /** Microseconds since it opened. */
  readonly us: number;
  readonly kind: string;
  readonly text: string;
}

export interface CardState {
  readonly id: string;
  readonly level: "note" | "violation";
  readonly title: string;
  readonly rule: string;
  readonly came: string | null;
  readonly expected: string;
  readonly cause: string;
  readonly advice: readonly string[];
  readonly reproduce: string;
}

export interface SequenceState {
  readonly startedAt: number;
  readonly participants: readonly Participant[];
  readonly steps: readonly Step[];
  readonly ends: readonly (readonly [string, number])[];
}

export interface ChartState {
  readonly chart: Chart;
  readonly summary: string;
}

/** A recorded moment: what the machine knew after an entry. */
export interface MomentState {
  readonly entry: number;
  readonly state: string;
  readonly current: readonly string[];
  readonly framing: string;
  readonly knows: readonly (readonly [name: string, value: string])[];
  readonly unread: readonly string[];
  /** Played again, it goes another way from this entry on: the role has changed. */
  readonly difference: number | null;
}

export interface RoleState {
  readonly instance: InstanceDocument;
  readonly summary: string;
  /** How many connections are in each state of its chart. */
  readonly counts: Readonly<Record<string, number>>;
  /** The newest first, and not all where there are many. */
  readonly connections: readonly ConnectionDocument[];
  readonly connectionsInAll: number;
}

/** Numbers of the last minutes, oldest first. */
export interface LabState {
  readonly load: Load;
  readonly history: LoadHistory;
}

export interface LoadHistory {
  /** In seconds since 1970. */
  readonly at: readonly number[];
  readonly connections: readonly number[];
  readonly opened: readonly number[];
  readonly bytesIn: readonly number[];
  readonly bytesOut: readonly number[];
  readonly loopP99: readonly number[];
  readonly memory: readonly number[];
}

/** A student's own work. */
export interface MeState {
  readonly tile: Tile;
  /** Places to connect to. */
  readonly instances: readonly {
    readonly id: string;
    readonly role: string;
    readonly transport: "tcp" | "udp";
    readonly port: number;
    readonly state: string;
    readonly whose: "own" | "group" | "shared";
  }[];
  readonly card: CardState | null;
  /** Cards that the instructor has sent, the newest first. */
  readonly hints: readonly {
    readonly card: string;
    readonly title: string;
    readonly text: string;
    /** Milliseconds since 1970. */
    readonly at: number;
  }[];
  readonly connections: readonly ConnectionDocument[];
}
