/**
 * Assumptions about a conversation that was none of ours: what its server was started with, and what the world told it, as far as its words
 * show. With them our own machine of the role can follow it, and say where it would have spoken otherwise.
 */

/** Both sides' words, each as its reads, in order. */
export interface Overheard {
  readonly client: readonly Buffer[];
  readonly server: readonly Buffer[];
  readonly first: "client" | "server" | undefined;
  /** All that the client said before the server's first word, or that word's answer where the server began. */
  readonly opening: Buffer;
}

/** Words of the server from the moment on at which its machine asked the world. */
export interface Reply {
  /** To the end of the conversation. */
  readonly reads: readonly Buffer[];
  /** Bytes that went over the wire before the client spoke again, whether all of them were seen or not. */
  readonly sizeBytes: number;
  /** Bytes of these that were seen. */
  readonly bytes: Buffer;
}

/** `none`: there is no such thing. Undefined: it cannot be told, and what follows is not judged. */
type Told<Value> = Value | "none" | undefined;

/** Answers of the world to the questions that a machine may ask. */
export interface AssumedWorld {
  /** Size of a file that was asked for; `later` where the server's next word was about something else. */
  readonly file?: (name: string, reply: Reply) => Told<number> | "later";
  /** Output of a program. */
  readonly program?: (argv: readonly string[], reply: Reply) => Buffer | undefined;
  /** Name behind an address in the address book. */
  readonly addressee?: (email: string, reply: Reply) => Told<string>;
  /** Answer of the hub to a question, as it is named there; undefined: it is none that the machine waits for. */
  readonly hub?: (
    question: string,
    args: readonly unknown[],
    reply: Reply,
  ) => { readonly answer: unknown } | "unknown" | undefined;
  /** Entries of the registry. */
  readonly listings?: (reply: Reply) =>
    | readonly {
        readonly ip: string;
        readonly port: number;
        readonly service: string;
        readonly token: string;
      }[]
    | undefined;
}

export interface Assumption {
  /** Options other than the defaults. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Words of the conversation that no reader is to see. */
  readonly secrets?: readonly string[];
  readonly world?: AssumedWorld;
  /** Both say the same to a client: a date, whatever day it is. */
  readonly isAlike?: (said: string, ours: string) => boolean;
  /** True where it cannot be followed: the server showed the client the door, or its words leave open what was meant. */
  readonly isUnclear?: boolean;
}

/** First line or C string of what was said. */
export const firstWord = (bytes: Buffer): string => bytes.toString("utf8").split(/[\0\r\n]/, 1)[0] ?? "";

/** Lines and C strings of what was said, in order. */
export const linesIn = (reads: readonly Buffer[]): string[] =>
  reads.flatMap((bytes) => bytes.toString("utf8").split(/[\0\r\n]+/)).filter((line) => line !== "");

/** Text of a read without the ending that programs put behind it. */
export const textOfRead = (bytes: Buffer | undefined) =>
  (bytes?.toString("utf8") ?? "").replace(/[\0\r\n]+$/, "");
