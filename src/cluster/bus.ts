/**
 * Engine between the daemons of one lab: messages to all who hear a subject, questions, keys with revisions, and a log that
 * keeps the newest entry of each key. NATS is one; another is memory, for tests that cut, delay, lose and repeat.
 */

/** Words with dots between them, e.g. `nl.demo.ctl.node2`; in a subscription, `*` stands for one word and `>` for all that follow. */
export type Subject = string;

export interface BusMessage {
  readonly subject: Subject;
  readonly data: Uint8Array;
  /** Undefined where no answer is awaited. Several answers to one question are kept apart, in order. */
  readonly respond: ((data: Uint8Array) => void) | undefined;
}

/** Trouble that a bus meets on its own, where no answer is awaited. */
export type BusTrouble =
  /** Complaint of the engine, e.g. of a right that is missing. */
  | { readonly kind: "engine"; readonly why: string }
  /** The engine has no room for what is written to it. */
  | { readonly kind: "full"; readonly why: string }
  /** A listener threw: the message is passed over, and the others hear it. */
  | { readonly kind: "listener"; readonly of: string; readonly error: unknown };

export interface Bus {
  /** Whether the engine is there now. Nothing that is published meanwhile arrives: it is at most once, and who needs more numbers and repeats. */
  readonly isConnected: boolean;
  /** Largest message that the engine takes, in bytes. */
  readonly maxMessageBytes: number;
  /** Hears each change of `isConnected`, until the answer is called. */
  watchConnection(listener: (isConnected: boolean) => void): () => void;
  publish(subject: Subject, data: Uint8Array): void;
  /** Own messages come too. Ends when the answer is called. */
  subscribe(subject: Subject, listener: (message: BusMessage) => void): () => void;
  /** Hears answers one by one until it ends what it was given back; nothing says how many come. */
  ask(subject: Subject, data: Uint8Array, onAnswer: (data: Uint8Array) => void): () => void;
  /** Keys of a name, made where they are not there yet. Rejects with a NetlabError where the engine has none or does not answer. */
  keys(name: string): Promise<BusKeys>;
  /** Log of a name, made where it is not there yet. Rejects as `keys` does. */
  log(name: string): Promise<BusLog>;
  /** Ends it, once all that was published is on its way. */
  close(): Promise<void>;
}

/** A key as it was written last; without a value it was deleted. */
export interface BusEntry {
  readonly key: string;
  readonly value: string | undefined;
  /** Goes up with each write of any key. */
  readonly revision: number;
}

/** Another writer was faster: the key is not at the revision that the writer knew. */
export class OutpacedError extends Error {
  readonly key: string;

  constructor(key: string) {
    super(`${key} was written by another meanwhile`);
    this.name = "OutpacedError";
    this.key = key;
  }
}

/** Values under keys of `[-_=.a-zA-Z0-9]`. A write answers its revision, and rejects with an OutpacedError where another was faster, or with what the engine says. */
export interface BusKeys {
  get(key: string): Promise<BusEntry | undefined>;
  /** Only where there is none, or a deleted one. */
  create(key: string, value: string): Promise<number>;
  /** Of several that know one revision more than one may be answered, and the last is the one that holds: see `settle`. */
  update(key: string, value: string, revision: number): Promise<number>;
  delete(key: string, revision?: number): Promise<void>;
  /** Deletes the key once more, behind all that was found to fit before: what is read afterwards has come after that. */
  settle(key: string): Promise<void>;
  /** Tells what there is (deleted ones may be among it) in the order of the revisions, then each change; may miss some in silence. Ends when the answer is called. */
  watch(listener: (entry: BusEntry) => void): () => void;
}

export interface LogEntry {
  /** From 1 on; gaps are entries whose key was written again. */
  readonly sequence: number;
  /** Words with dots between them, of `[-_=a-zA-Z0-9]`. */
  readonly key: string;
  readonly data: Uint8Array;
  readonly headers: ReadonlyMap<string, string>;
  /** How long the engine had it before it came here, in whole milliseconds, by the engine's own clock. */
  readonly ageMs: number;
}

/** For so long an engine knows the names of writes. */
export const WRITES_KNOWN_MS = 300_000;

export interface AppendOptions {
  readonly headers?: ReadonlyMap<string, string>;
  /** Name of the write: the engine takes it once, and answers another attempt with the sequence of the first. */
  readonly write?: string;
  /** Only where the newest entry of the key has this sequence: else it rejects with an OutpacedError. */
  readonly after?: number | undefined;
}

export interface BusLog {
  /** Answers the sequence once the engine has it; rejects where that is not known. */
  append(key: string, data: Uint8Array, options?: AppendOptions): Promise<number>;
  /** Highest sequence that the engine has given. */
  lastSequence(): Promise<number>;
  /** Newest entry of a key. */
  newest(key: string): Promise<LogEntry | undefined>;
  /** Entries from this sequence on, in order, those that are yet to come too; may stall in silence. Ends when the answer is called. */
  follow(from: number, listener: (entry: LogEntry) => void): () => void;
}
