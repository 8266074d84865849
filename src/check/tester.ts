/**
 * Tools of a case, `t`: connections to a server that is checked, or a server of ours for a client that is checked. Each
 * expectation that is not met throws, and what is thrown is the verdict; a case has nothing to clean up.
 *
 * The checker leaves every connection by a reset, so that the program's port is free again at once.
 */
import type { Draws } from "./chance.ts";
import type { Exit, Program } from "./program.ts";
import type { Words } from "./stage.ts";
import type { UsualAnswers } from "./usual-answers.ts";

/** A single answer has so long, unless a call says otherwise. */
export const ANSWER_MS = 2_000;

export interface Waiting {
  /** Default: ANSWER_MS. */
  readonly withinMs?: number;
}

interface Tester extends Draws {
  /** Undefined with HOST:PORT: the program was not started by the checker. A case that wants it has `needs: ["start"]`. */
  readonly program: Program | undefined;
  /** Values of the role's words, as its `prepare` has made them. */
  readonly words: Words;
  /** Whether the program's command names this word: only then does the program know its value. */
  names(word: string): boolean;
  /** Registrations that have come to the registry of this try; undefined: there is none. */
  readonly registered: readonly string[] | undefined;
  /** Something that was accepted though it is not quite right: told with the verdict. */
  remark(text: string): void;
  /** Leaves it unjudged, e.g. with this SCRIPT. */
  skip(why: string): never;
  /** The program did otherwise than the rule says; `expected` and `got` as text or bytes. */
  fail(
    message: string,
    found?: { readonly expected?: string | Uint8Array; readonly got?: string | Uint8Array },
  ): never;
  pause(ms: number): Promise<void>;
  /** Waits until it holds; fails with the message where it does not. */
  until(message: string, holds: () => boolean | Promise<boolean>, waiting?: Waiting): Promise<void>;
}

/** Of `check server`. The program runs and listens when the case begins. */
export interface ServerTester extends Tester {
  readonly host: string;
  readonly port: number;
  /** The port that its command told it; undefined with HOST:PORT, and where the command does not name {port}. */
  readonly toldPort: number | undefined;
  /** Answers in which this server differs from its role's dialogue also where nothing unusual is done; for families. */
  readonly usual: UsualAnswers | undefined;
  /** Reads lines, as `readLine()` does: messages that are glued are one line to it, as they are to a server of ours [FRAME-3]. */
  readonly takesLines: boolean;
  /** By IPv4 where nothing is asked for. Fails where the server does not take it. */
  connect(options?: ConnectOptions): Promise<TestConnection>;
  /** A sender of datagrams of its own. */
  datagrams(): Promise<TestDatagrams>;
  /** Ends the program and starts it anew, on the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface ConnectOptions {
  readonly family?: 4 | 6;
}

export interface Amid {
  /**
   * Other words may stand before each value, e.g. a greeting that is no part of the protocol, or `= `: they are remarked. Not behind it; and what
   * stands there once is not heard amid the next answer either.
   */
  readonly amid?: boolean;
}

interface Listener {
  /**
   * The very text, and nothing else in that reply. A line end or NULs behind it are taken, and remarked. `more`: other texts may
   * follow at once, which the next call expects.
   */
  expect(text: string, waiting?: Waiting & { readonly more?: boolean }): Promise<void>;
  /** The same by value, one after another: numbers as numbers, texts without the white space around them. For families. */
  like(texts: string | readonly string[], waiting?: Waiting & Amid): Promise<void>;
  /** Drops what came and was not expected, with a remark: of a case that is about something else. */
  passOver(): Promise<void>;
  /** The next message, whatever it is: all that comes until nothing more does for `quietMs` (default 60). */
  message(waiting?: Waiting & { readonly quietMs?: number }): Promise<string>;
  /** Fails where anything comes. Returns sooner where the program only waits for others. */
  nothing(ms?: number): Promise<void>;
  /** All that came and was not expected yet. */
  readonly unread: Buffer;
  /** All that came. */
  readonly came: Buffer;
}

export interface TestConnection extends Listener {
  readonly localPort: number;
  /** Sizes of all reads, as they came. */
  readonly reads: readonly number[];
  /** A message as this program takes it: bare, or as a line where it takes lines only. One write. */
  say(text: string): void;
  /** These bytes, in one write. `unfinished`: a message goes on with the next ones. */
  send(bytes: string | Uint8Array, options?: { readonly unfinished?: boolean }): void;
  /** The program has read all that was sent: what is sent now is another read for it, for certain. False: it did not in time. */
  taken(): Promise<boolean>;
  /** After a message that has no answer: the program has read it, and is through with it, so that the next one is another message. */
  settled(): Promise<void>;
  /** `say` and `like`. */
  asks(question: string, answer: string | readonly string[], waiting?: Waiting & Amid): Promise<void>;
  /** The text comes somewhere among what comes: of rooms, where others speak too. What came before it is dropped. */
  hears(text: string | Uint8Array, waiting?: Waiting): Promise<void>;
  /**
   * The first of several that comes, by its place in the list; undefined where none does. What came before it is answered, and dropped with it;
   * where none came, all that did stays in `unread`.
   */
  hearsOne(
    texts: readonly (string | Uint8Array)[],
    waiting?: Waiting,
  ): Promise<{ readonly which: number; readonly before: Buffer } | undefined>;
  /** Exactly so many bytes. */
  read(sizeBytes: number, waiting?: Waiting): Promise<Buffer>;
  /** The server ends the connection; what came before its end and was not expected yet stays in `unread`. */
  ends(waiting?: Waiting): Promise<"clean" | "reset">;
  /** Waits until it is over on our side, too, after both FINs; not for longer than a moment. */
  left(): Promise<void>;
  /** Undefined: the server has not ended it. */
  readonly closing: "clean" | "reset" | undefined;
  /** Our FIN. */
  fin(): void;
  /** Our RST. */
  reset(): void;
  /** Reads nothing any more until `resume`: a slow reader. */
  pause(): void;
  resume(): void;
}

/** Datagrams: each is a message, so `message` is the next one. */
export interface TestDatagrams extends Listener {
  readonly localPort: number;
  send(bytes: string | Uint8Array): void;
  /** Closes the socket at once, as a program does that sends one datagram and ends. */
  close(): void;
  /** `send` and `expect`. */
  asks(question: string, answer: string, waiting?: Waiting): Promise<void>;
}

/** Of `check client`. A case serves, with the role of ours as it is or with a deviation, and then starts the client. */
export interface ClientTester extends Tester {
  /** Lines that are typed into the client. */
  readonly script: readonly string[];
  /** A server of ours, with options of its role beside the defaults. */
  serve(options?: ServeOptions): Promise<TestServer>;
  /** A port without a listener. */
  nobody(): Promise<number>;
  /** Starts the client against the server that was opened last, and types the script, line after line, as the client takes it. */
  start(options?: StartOptions): Promise<Program>;
  /** Folders in which a client may have saved what it got: where it runs. */
  readonly folders: readonly string[];
  /** Done when the case is over, however it ends. */
  after(close: () => void): void;
  /** The client has printed this text, by value: numbers as numbers, any white space for any other. */
  prints(text: string, waiting?: Waiting): Promise<void>;
  /** Every message that the server said is on the client's screen; answers false where one is not, by then. */
  showsAll(waiting?: Waiting): Promise<boolean>;
  /** Text that it prints of this message of a server; undefined: nothing. */
  shown(said: string): string | undefined;
  /** Output of it, cut where each line of the SCRIPT was typed. */
  readonly stretches: readonly string[];
  /** Whether it shows what a server says that does nothing unusual: found out once, with this SCRIPT. What it does not show then is no other case's affair. */
  showsUsually(): Promise<boolean>;
  /** Sign of a crash in what it has printed: a traceback, or the end by a signal. */
  readonly crash: string | undefined;
  /** Ctrl-D. */
  endInput(): void;
  /** The client has ended by itself. */
  exits(waiting?: Waiting): Promise<Exit>;
  /** The whole script was typed, and the client waits or has ended. */
  typed(waiting?: Waiting): Promise<void>;
}

export interface StartOptions {
  /** Default: that of the server which was opened last. */
  readonly port?: number;
  /** So many lines of the script are typed, and no more; default: all. */
  readonly lines?: number;
  /** No more lines are typed once it holds, e.g. when the client has said its name: menus and questions may come first. */
  readonly until?: () => boolean;
}

export interface ServeOptions {
  readonly given?: Readonly<Record<string, unknown>>;
  readonly deviation?: Deviation;
  /** Names by e-mail address, for an address book. */
  readonly book?: Readonly<Record<string, string>>;
  /** Folder of files that it hands out. */
  readonly root?: string | undefined;
}

/** Otherwise than our role does it: what a write of its becomes, counted from 0 for each connection. */
export interface Deviation {
  write?(bytes: Buffer, nth: number): readonly WireStep[];
  /** As soon as the connection is there. */
  opened?(): readonly WireStep[];
}

/** A piece that goes out; `taken`: when the client has read what went before; or the end. */
export type WireStep = Uint8Array | "taken" | "fin" | "reset" | { readonly waitMs: number };

/** A server of ours, and what the client said to it. */
export interface TestServer {
  readonly port: number;
  /** Messages of the client, in the order in which they came, of all its connections. */
  readonly heard: readonly string[];
  /** Words of the server, write by write. */
  readonly said: readonly string[];
  /** Waits for a message that `is` takes; answers it. Fails with what came instead. */
  hears(what: string, is: (message: string) => boolean, waiting?: Waiting): Promise<string>;
  /** How many connections there were. */
  readonly connections: number;
  /** Another client, of the checker's: what it says is none of what was heard, and goes out as the role sends it. */
  guest(): Promise<{ send(text: string): void; leave(): void }>;
  /** How the client ended its last connection; undefined: it has not. */
  readonly closing: "clean" | "reset" | undefined;
  /** Longest time between two parts of one of its messages, where a deviation has parted it. */
  readonly pauseMs: number;
}
