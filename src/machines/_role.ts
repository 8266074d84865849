/**
 * The role contract: one file in this folder = one role. A role is data: what it is called, what it listens on,
 * which options it takes, the statechart of its conversation, and for each state that waits for the peer, how
 * bytes become messages there (a *phase*).
 */
import type { AnyStateMachine } from "xstate";
import type * as z from "zod";
import type { PeerMessage } from "../wire/message.ts";
import type { WireForm } from "../wire/wire-form.ts";
import type { Asking } from "./_asking.ts";
import type { Assumption, Overheard } from "./_assumed.ts";
import type { Dialogue } from "./_dialogue.ts";
import type { AsyncHub, HubWorld, Peer, World } from "./_world.ts";

/** Kind of input that a state reads [FRAME-1]: framed text, chunks as they come, or a binary record. */
export type Reads = "text" | "raw" | "record";

/** Bytes as a record phase's decoder is shown them. */
export interface Undecoded {
  readonly bytes: Buffer;
  /** How long nothing more has come. */
  readonly stillMs: number;
  /** The peer has sent its FIN: nothing more will come. */
  readonly ended: boolean;
}

/** Take so many bytes as one message with this value; or wait, at most so long, for more. */
export type Decoded = { take: number; value: unknown } | { waitMs: number } | undefined;

/** Means of a phase's handler: the machine's own context, and the peer that spoke. */
export interface Session<Context = unknown> {
  readonly context: Context;
  readonly peer: Peer;
}

/**
 * State that waits for the peer. Without `handle` the message itself is the event `peer.message`; with it the
 * handler replies and returns nothing, or returns the event that moves the machine - so the steady state of a
 * conversation costs no macrostep.
 */
// biome-ignore lint/suspicious/noExplicitAny: a handler is typed by its own role's context; the table holds all of them.
export interface Phase<Context = any> {
  readonly reads: Reads;
  /** The wire rule that governs this state, e.g. `FILE-1`. */
  readonly rule: string;
  /** Expected input, in words: "a token". */
  readonly expects: string;
  /** Something is under way for the peer here: a role that stops lets it finish. */
  readonly underWay?: boolean;
  /** For clients: the server's greeting or answer is due here, or its own user's next word; none: there may be silence. */
  readonly due?: "greeting" | "answer" | "user";
  /** Input that is no text, whatever it looks like: a size, a file, a record. */
  readonly isBinary?: boolean;
  readonly handle?: (message: PeerMessage, session: Session<Context>) => RoleEvent | undefined;
  /** Takes glued messages of a bare peer apart [FRAME-3]; undefined: it is one message. */
  readonly unglue?: (text: string, session: Session<Context>) => readonly string[] | undefined;
  /** Whether a line without its end is a whole word of this phase [FRAME-2]. */
  readonly isWord?: (text: string) => boolean;
  /** For `record` phases: bytes to values. Pure. */
  readonly decode?: (pending: Undecoded, session: Session<Context>) => Decoded;
}

export interface RoleEvent {
  readonly type: string;
}

/**
 * Shared state of an instance's connections: a chat room, a map of names, the operator's barrier. `create` is called when
 * the instance opens, and again after a crash with the memberships that were told by `members`, so that it is rebuilt.
 */
// biome-ignore lint/suspicious/noExplicitAny: a hub is typed by its own role; the table holds all of them.
export interface HubDefinition<Hub = any> {
  readonly create: (world: HubWorld<never>, remembered: readonly HubMember[]) => Hub;
  /** Members as of now, with all that is needed to remember each. */
  readonly members: (hub: Hub) => readonly HubMember[];
  /** Tells its members that it crashed and was made again, if the protocol has a word for that. */
  readonly restarted?: (hub: Hub) => void;
  /** Does `say <role> <text>`: the answer is what the operator reads. */
  readonly say?: (hub: AsyncHub<Hub>, text: string, options: SayOptions) => Promise<string>;
  /** Every message of a peer waits for the operator's answer, not the other way round. */
  readonly isAnsweredByOperator?: boolean;
  /** A connection is over, however it ended - its machine's crash included. Called for those too that never belonged. */
  readonly forget?: (hub: AsyncHub<Hub>, id: string) => void;
}

export interface HubMember {
  /** The connection's id. */
  readonly id: string;
  /** As others know it. */
  readonly name: string;
  readonly details: Readonly<Record<string, string>>;
}

export interface SayOptions {
  /** Without waiting for any client [REV-2]. */
  readonly now: boolean;
  /** Aborted by the operator's Ctrl-C. */
  readonly signal: AbortSignal;
  /** A word while it is waited: for whom. */
  readonly progress: (text: string) => void;
}

/** `proxy`: it stands between a client and a server, plays neither, and passes on what they say. */
export type Side = "server" | "client" | "proxy";
export type Transport = "tcp" | "udp";

export interface RoleDefinition<Schema extends z.ZodObject = z.ZodObject> {
  /** As typed: `spawn file-server`. */
  readonly name: string;
  readonly summary: string;
  readonly side: Side;
  readonly transport: Transport;
  /** The default; `--port 0` is any free one. A client's is its server's. */
  readonly port: number;
  /** Validates `spawn`, the lab file, help and completion. Secrets carry `.meta({ secret: true })`. */
  readonly options: Schema;
  /** tcp: one actor a connection; udp: one a listener; client: one a run. */
  readonly machine: AnyStateMachine;
  readonly phases: Readonly<Record<string, Phase>>;
  /** Messages of both sides as data, for readers from outside: `dissector` makes a dissector for Wireshark of it. Of a server. */
  readonly wire?: WireForm;
  /** A right client's conversation with a server, for the contract test. */
  readonly dialogue?: Dialogue;
  /** Meaning of each state, in words, for `--explain`; at least of those that a person would wonder about. */
  readonly steps?: Readonly<Record<string, string>>;
  readonly hub?: HubDefinition;
  /** Of a proxy that is played: the role whose client and server talk through it. */
  readonly proxied?: Role;
  /** The name that a peer has given, from what its machine remembers: kept with its story, and for `members` where the role has no hub. */
  // biome-ignore lint/suspicious/noExplicitAny: a role knows its own machine's context; the table holds all of them.
  readonly peerName?: (context: any) => string | undefined;
  /** How a line of this conversation is shown wherever netlabd shows one, e.g. reversed [REV-4]. */
  readonly display?: (text: string) => string;
  /** Secrets of this conversation that no option holds: which a text tells, and how it is shown without them. */
  readonly secrets?: {
    readonly find: (text: string) => readonly string[];
    readonly hide: (text: string, mask: string) => string;
  };
  /**
   * For an onlooker of a conversation that is not ours: options that its server must have had, and what the world told it. Without it the
   * role is followed with its defaults, and a machine that asks the world is not judged from there on.
   */
  readonly assume?: (overheard: Overheard) => Assumption;
  /** Of a client that asks by datagram. */
  readonly asks?: Asking;
  /** Optional actor that lives as long as the instance listens (a file server's registration). */
  readonly companion?: AnyStateMachine;
  /** File descriptors that one peer may have us hold, its connection included: 1, unless told. */
  readonly descriptors?: number;
  /** Answer to a peer over `--max-connections`; default `Too many clients`. */
  readonly refusal?: (options: z.output<Schema>) => string | Uint8Array;
  /** Last word to peers when the role stops, if its protocol has one; default nothing. */
  readonly farewell?: (options: z.output<Schema>) => string;
  /** Further ports it is reached on. */
  readonly extraPorts?: (port: number, options: z.output<Schema>) => readonly number[];
  /** Offer of an instance, in one line. */
  readonly offers?: (options: z.output<Schema>) => string;
  /** Something to type at it, for the first screen. */
  readonly tryIt?: (at: { host: string; port: number }, options: z.output<Schema>) => string;
}

/** The table's view of a role: its options erased. */
export type Role = RoleDefinition;

/** Types a role and hands it on unchanged; the folder scan checks it (`src/catalogue/role-folder.ts`). */
export function defineRole<Schema extends z.ZodObject>(role: RoleDefinition<Schema>): Role {
  definitions.set(role, new Error("defined here"));
  return role as unknown as Role;
}

/** Errors that were never thrown: their stacks are written out only where one is asked for. */
const definitions = new WeakMap<object, Error>();

/** Place where a role was defined, so that a fault of it can be told there. */
export const definitionStack = (role: unknown): string | undefined =>
  typeof role === "object" && role !== null ? definitions.get(role)?.stack : undefined;

export type { World };
