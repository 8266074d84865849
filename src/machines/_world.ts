/**
 * The world as a machine sees it: interfaces only, handed in through `input`. The real things behind them
 * live in `src/actors` and `src/stores`; tests hand in fakes.
 *
 * Long, because a machine meets the whole of its world here.
 */

import type { Cause } from "../stories/causes.ts";

/** Milliseconds and timers; the same shape as XState's clock, so one simulated clock turns everything. */
export interface Clock {
  now(): number;
  /** Microseconds that never go back, where a clock has them apart from `now`. */
  monotonic?(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(id: unknown): void;
}

/** The other end of a conversation, with the rules of the wire behind it. */
export interface Peer {
  /** `file-server-1/c17`, or `bootstrap-1/u7` for a sender of datagrams. */
  readonly id: string;
  readonly remote: { readonly address: string; readonly port: number };
  /**
   * Sends a message in one write, ended the way this peer ends its own: nothing, `\n` or NUL [FRAME-5, FRAME-6].
   * `apart`: a read of its own for the peer, so never within the gap time of the write before it.
   */
  send(text: string, options?: { readonly apart?: boolean }): void;
  /** Sends a message of exactly these bytes, which must not change any more. */
  sendBytes(bytes: Uint8Array): void;
  /** Exactly `file.sizeBytes` bytes of it, at the speed the peer reads. Rejects when the peer goes or the file shrinks; closes the file. */
  sendFile(file: OpenFile): Promise<void>;
  /** The next `sizeBytes` bytes into `sink`, past all framing. Rejects when the peer ends before the last one. */
  receiveInto(sink: ByteSink, sizeBytes: number): Promise<void>;
  /** Says `words`, and remembers that this peer was refused, by which rule and why. The machine closes. */
  refuse(words: string, rule: string, why: string): void;
  refuse(words: string, cause: Cause): void;
  /** The same where the protocol has a record for it: exactly these bytes. */
  refuseBytes(bytes: Uint8Array, rule: string, why: string): void;
  refuseBytes(bytes: Uint8Array, cause: Cause): void;
  /** A remark for the story and the log: what the wire could not say. */
  remark(remark: string | Cause): void;
  /** FIN, then a bounded drain [FRAME-8]. A machine that ends (`type: "final"`) closes by itself. */
  close(): void;
}

/** A regular file, open, under the root it was asked for. */
export interface OpenFile {
  readonly name: string;
  readonly sizeBytes: number;
  /** Fills `into` from `position`; answers how many bytes it got, 0 at the end. */
  read(into: Uint8Array, position: number): Promise<number>;
  close(): Promise<void>;
}

export interface ByteSink {
  write(bytes: Uint8Array): Promise<void> | void;
}

export type FileAnswer =
  | { ok: true; file: OpenFile }
  /** `listed`: some of the names that a peer could have asked for instead, for who explains it. */
  | { ok: false; why: string; listed?: readonly string[] };

/** Files that peers may read [FILE-3]. */
export interface Files {
  /** Opens `name` under `root` for a peer; every reason not to is a value. `extension` without dot, or undefined for any. */
  open(root: string, name: string, extension: string | undefined): Promise<FileAnswer>;
  /** A new file that appears under `path` only when it is whole: written to `<path>.part`, renamed by `finish`. */
  create(path: string, options: { overwrite: boolean }): Promise<PartialFile>;
}

export interface PartialFile extends ByteSink {
  readonly path: string;
  /** Renames to the final name; answers the SHA-256 in hex. */
  finish(): Promise<string>;
  /** Removes what was written. Safe to call twice, and after `finish`. */
  discard(): Promise<void>;
}

/** The network as clients use it. */
export interface Network {
  /**
   * Sends one datagram and collects the answers until `isLast` says so, or `timeoutMs` passes.
   * Rejects with a NetlabError when the port is closed.
   */
  ask(question: Question): Promise<string[]>;
  /** Sends one datagram and waits for nothing. */
  send(to: HostPort, text: string): Promise<void>;
  /** Connects; from then on the peer's messages are events of this run's machine. */
  connect(to: HostPort, localPort?: number): Promise<Peer>;
  /** This machine's own address on the way to `to`. */
  localAddressTowards(to: HostPort): Promise<string>;
}

export interface Question {
  readonly to: HostPort;
  readonly text: string;
  readonly timeoutMs: number;
  readonly isLast: (answer: string) => boolean;
  /** A look into a registry: where that is one of ours, it is no visit. */
  readonly isLook?: boolean;
}

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** A file server as the registry knows it [BOOT-1]. Times are milliseconds since 1970. */
export interface Registration {
  readonly ip: string;
  readonly port: number;
  readonly service: string;
  readonly token: string;
  readonly registeredAt: number;
  readonly lastSeenAt: number;
  /** Undefined: it stays until replaced or removed [BOOT-7]. */
  readonly expiresAt: number | undefined;
}

/** Registry of file servers. Reading is from memory; changing is answered after it is on disk. */
export interface Registry {
  /** Changes with every change that a reader could see. */
  readonly version: number;
  /** Live entries in the order they came, of one service or all. */
  list(service?: string): readonly Registration[];
  /** Stores or replaces by ip and port [BOOT-3]; resolves once committed, rejects when it could not be stored. */
  register(
    entry: { ip: string; port: number; service: string; token: string },
    leaseMs?: number,
  ): Promise<void>;
  /** The same for a caller who waits for nothing: `failed` hears where it could not be stored. */
  store(
    entry: { ip: string; port: number; service: string; token: string },
    leaseMs: number | undefined,
    failed: (error: Error) => void,
  ): void;
  /** Resolves to whether an entry matched; without a token any does. */
  deregister(entry: { ip: string; port: number; token?: string | undefined }): Promise<boolean>;
  /** Runs `then` now, or after the changes already asked for are committed. */
  settled(then: () => void): void;
  /** Calls back after each visible change, until the answer is called. */
  watch(onChange: () => void): () => void;
}

/** The address book of the daemon [BOOK-5]. Reading is from memory; changing is answered after it is on disk. */
export interface AddressBook {
  /** Exact first, then without regard to case and surrounding white space [BOOK-3]; undefined: unknown. */
  find(email: string): string | undefined;
}

/** Programs that peers may run [ECHO-1]. */
export interface Programs {
  /**
   * Runs `argv[0]` with its arguments - never a shell - in the role's root, with a minimal environment, and answers what it
   * printed on both outputs, cut at `maxBytes`, ended with its whole process group after `timeoutMs`. What cannot be run
   * is a sentence in `output` too.
   */
  run(root: string, argv: readonly string[], limits: ProgramLimits): Promise<ProgramAnswer>;
}

export interface ProgramLimits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Aborted when the answer is no longer wanted: the program ends too. */
  readonly signal?: AbortSignal;
}

export interface ProgramAnswer {
  readonly output: Buffer;
  /** Why it ended before its time, or did not start: for the log. */
  readonly remark?: string | Cause;
}

/** Screen on which a client shows what it got: a terminal, or its story. */
export interface Screen {
  /** Shows the peer's words, as they are to be read. */
  show(text: string): void;
  /** A word of the client's own: a warning, a hint. */
  hint(hint: string | Cause): void;
}

/** Entry of a server in a registry. */
export interface RegisteredAt {
  /** The address that it has there. */
  readonly as: HostPort;
  readonly registry: HostPort;
  /** Other machines can reach it, and are told an address of this machine alone. */
  readonly isHidden: boolean;
}

/** Input of every machine. */
export interface World<Options = unknown, Hub = unknown> {
  readonly options: Options;
  readonly clock: Clock;
  /** 0 ≤ n < 1; the only randomness a machine may use, so that a replay repeats it. */
  readonly random: () => number;
  readonly files: Files;
  readonly network: Network;
  readonly registry: Registry;
  readonly addressBook: AddressBook;
  readonly programs: Programs;
  /** A word for the log where no peer is concerned. */
  readonly note: (text: string) => void;
  /** Told by a server once a registry lists it. */
  readonly registered: (entry: RegisteredAt) => void;
  /** For clients: who reads what they get. */
  readonly screen: Screen;
  /** Shared state of this instance's connections; undefined if the role has no hub. */
  readonly hub: AsyncHub<Hub>;
  /** Address of this instance; port 0 while it does not listen. */
  readonly listening: { readonly hosts: readonly string[]; readonly port: number };
}

/** Members of a machine's context that it was given, and does not know by itself. */
export const worldMembers: ReadonlySet<string> = new Set<keyof PeerWorld>([
  "options",
  "clock",
  "random",
  "files",
  "network",
  "registry",
  "addressBook",
  "programs",
  "note",
  "registered",
  "screen",
  "hub",
  "listening",
  "peer",
]);

/** A TCP server's machine also has its peer. */
export interface PeerWorld<Options = unknown, Hub = unknown> extends World<Options, Hub> {
  readonly peer: Peer;
}

/**
 * A hub as its connections see it: every method answers later, in the order of the calls, so that the real one may live
 * behind a message bus. A call that throws is the hub's crash, not the caller's: its promise rejects, the hub is rebuilt.
 */
export type AsyncHub<Hub> = {
  readonly [Name in keyof Hub]: Hub[Name] extends (...args: infer Args) => infer Answer
    ? (...args: Args) => Promise<Awaited<Answer>>
    : never;
};

/** Means of a hub: deliver, and let go of a member. It knows no sockets; members are connection ids. */
export interface HubWorld<Options = unknown> {
  readonly options: Options;
  readonly clock: Clock;
  /**
   * The same message to each of them, in this order for everybody: encoded once. Members that are gone are passed over. To an
   * `Audience`, which a hub keeps, a message costs one step however many they are.
   */
  deliver(audience: Iterable<string>, text: string): void;
  /** Tells the operators. */
  notify(text: string): void;
}
