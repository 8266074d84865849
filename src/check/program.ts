/**
 * The program that is checked, as the checker sees it: started, looked at, typed to and ended. Who starts it - in a box, with limits, on
 * a terminal - stands behind `Programs`; a case knows these interfaces alone.
 */
import type { BoxReport } from "./report.ts";

export interface Limits {
  readonly cpuMs: number;
  readonly memoryBytes: number;
  readonly processes: number;
  /** Of the whole check. */
  readonly timeMs: number;
  readonly files: number;
  readonly outputBytes: number;
  readonly diskBytes: number;
}

export interface StartRequest {
  /** With {host} and {port}, which `port` and `host` stand for. */
  readonly command: string;
  readonly host: string;
  readonly port: number;
  /** Standard input and output of it are a terminal: a program that does not flush says nothing else. */
  readonly onTerminal: boolean;
}

/** Starter of programs. One a check. */
export interface Programs {
  readonly box: BoxReport;
  /** Folder that the checker and its programs see at the same path, in which both may write. Undefined: the system's for temporary files. */
  readonly shared?: string | undefined;
  /** Folder in which they run. */
  readonly folder?: string;
  /** A port without a listener; in a network of its own always the same. */
  freePort(): Promise<number>;
  /** Rejects with a NetlabError where it cannot be started at all. */
  start(request: StartRequest): Promise<Program>;
  /** Ends all that was started. */
  close(): Promise<void>;
}

export interface Exit {
  /** Undefined: a signal ended it. */
  readonly code: number | undefined;
  readonly signal: string | undefined;
  /** The limit that it ran into. */
  readonly limit?: keyof Limits;
}

export interface Listening {
  readonly port: number;
  readonly address: string;
  readonly family: 4 | 6;
}

/** A wait for an answer, as far as it has come. */
export interface Silence {
  /** Since anything was said, by either. */
  readonly quietMs: number;
  /** Until it is given up. */
  readonly leftMs: number;
}

/** Measures of the program and all its children. */
export interface Sample {
  readonly cpuMs: number;
  /** For how long its threads were ready to run and had no processor; 0 where the system does not tell. */
  readonly waitedMs: number;
  /** Whether a thread of it runs, is ready to, or stands still: not all of them sleep. */
  readonly isAwake: boolean;
  readonly rssBytes: number;
  readonly fds: number;
  readonly threads: number;
  readonly processes: number;
  readonly zombies: number;
}

export interface Program {
  readonly pid: number;
  /** Undefined: it runs. */
  readonly exit: Exit | undefined;
  /** All that it has printed and that is kept: the first of it, up to the limit. */
  readonly output: string;
  /** Resolves when it has ended. */
  readonly ended: Promise<Exit>;
  /** Sockets on which it listens, from /proc, never by connecting: each of its own in LISTEN, or bound to a datagram port. */
  listening(transport: "tcp" | "udp"): Promise<readonly Listening[]>;
  /** Each thread of it waits, without a time limit of its own, for what others do: nothing more comes of itself. False: not known. */
  isWaiting(): Promise<boolean>;
  /**
   * Nothing more comes of it in time: it waits for others, sleeps for longer than is left, or has looked again and again and found nothing
   * to do. False: not known.
   */
  isSilent(silence: Silence): Promise<boolean>;
  /** Clients of this TCP port that wait to be taken; undefined: it has taken some, or may have, which is not to be told from what it has open. */
  waitingClients(port: number): Promise<number | undefined>;
  /** Undefined where the system does not tell. */
  sample(): Promise<Sample | undefined>;
  /** Types at its terminal, or into its standard input. */
  type(text: string): void;
  /** Ctrl-D, or the end of its standard input. */
  endInput(): void;
  /** Hears each piece of output, until the answer is called. */
  onOutput(listener: (text: string) => void): () => void;
  /** Ends it and its children; resolves when its listener is gone too. */
  stop(): Promise<void>;
}
