/** The contract of talking clients: their options, the words that a role adds, and what a run remembers and comes to. */
import * as z from "zod";
import type { ErrorCode } from "../errors.ts";
import type { Cause } from "../stories/causes.ts";
import { duration } from "./_options.ts";
import type { Peer, World } from "./_world.ts";

/** Options of every talking client; a role adds its own. */
export const talkOptions = {
  quiet: duration().default(200).describe("a reply is whole when the peer is silent for this long"),
  timeout: duration().default(5_000).describe("how long to wait for a connection, a greeting, and the end"),
  localPort: z.number().int().min(1).max(65_535).optional().describe("bind our own end to this port"),
};

export interface TalkOptions {
  readonly host: string;
  readonly port: number;
  readonly quiet: number;
  readonly timeout: number;
  readonly localPort?: number | undefined;
}

export type TalkResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string; readonly cause?: Cause };

/** Fault of a reply: a cause of the table, or a sentence of a user's role. */
export type TalkVerdict = { readonly code: ErrorCode } & (
  | { readonly cause: Cause }
  | { readonly message: string }
);

/** Keeps the whole reply to a line, byte for byte, instead of its being shown; the answer is told as a hint. */
export type KeepReply = (reply: Buffer, world: World) => Promise<string>;

/** A reply's part in an open question: its answer; something else that was said; or wrong, and by which rule. */
export type Answered = "answer" | "other" | Cause;
export type Due = (reply: string) => Answered;

export interface TalkWords<Options> {
  readonly id: string;
  /** The wire rule of the conversation. */
  readonly rule: string;
  /** The server speaks first. */
  readonly greets: boolean | ((options: Options) => boolean);
  /** Opening words, each a message of its own. */
  readonly opening: (options: Options) => readonly string[];
  /** Last word when the user has no more to say; undefined: none, only our FIN. */
  readonly farewell?: string;
  /** The user's line as it is sent; a hint is for the user. Undefined: nothing is sent. */
  readonly prepare?: (
    line: string,
    options: Options,
  ) => { readonly send: string | undefined; readonly hint?: string; readonly keep?: KeepReply };
  /** The answer that a message must have, which the next one waits for; undefined: it has none, or none that must be. `stale`: left behind it in a buffer that is never cleared. */
  readonly due?: (sent: string, options: Options, isScripted: boolean, stale: string) => Due | undefined;
  /** Others may speak too: of the lines of one read any may be the answer, and all others are none. */
  readonly hasOthers?: boolean;
  /** A question without an answer ends the conversation: nothing could follow it. */
  readonly givesUp?: boolean;
  /** A word for the user about what came though nothing was asked; `isFarewell`: after the leaving word. */
  readonly unasked?: (text: string, options: Options, isFarewell: boolean) => string | undefined;
  /** Fault of a line that answers no question, beside the last message that was said. */
  readonly faultIn?: (line: string, sent: string, options: Options) => Cause | undefined;
  /** Shows a reply as the user reads it. */
  readonly display?: (text: string, options: Options, isGreeting: boolean) => string;
  /** A reply that ends the conversation badly, e.g. a refusal. */
  readonly judge?: (text: string, options: Options, isFirst: boolean) => TalkVerdict | undefined;
  /** A reply that ends the conversation well: the server closes after it. */
  readonly isLast?: (text: string) => boolean;
}

export interface Line {
  readonly text: string;
  /** The role's own words are sent as they are; the user's are prepared. */
  readonly isScripted: boolean;
}

export interface TalkContext extends World<TalkOptions> {
  readonly peer: Peer | undefined;
  /** The connection is over. */
  readonly isPeerGone: boolean;
  /** The next message is the server's greeting. */
  readonly isGreetingDue: boolean;
  /** Said by the user or the opening, not sent yet. */
  readonly unsaid: readonly Line[];
  readonly isInputOver: boolean;
  readonly hasSaidFarewell: boolean;
  /** All that was said, one over the other: as it lies in a server's buffer that is never cleared. */
  readonly overwritten: string;
  /** The last message that was said. */
  readonly lastSaid: string;
  /** Questions that have had no answer yet, the oldest first. */
  readonly owed: readonly Due[];
  /** The last message is one of them, or asks for a file: the next one waits for its answer. */
  readonly isAnswerDue: boolean;
  /** Nothing has come yet. */
  readonly isFirstDue: boolean;
  readonly hasToldPadding: boolean;
  /** Keeper of the reply that comes. */
  readonly keep: KeepReply | undefined;
  /** As much as has come of it, added to in place. */
  readonly received: { readonly chunks: Buffer[]; sizeBytes: number };
  readonly result: TalkResult | undefined;
}

export type TalkEvent =
  | { type: "peer.message"; value: unknown; bytes: Buffer }
  | { type: "peer.ended" }
  | { type: "peer.closed" }
  | { type: "operator.say"; text: string }
  | { type: "operator.ended" }
  | { type: "operator.stop" };
