/**
 * The conversation that most lab clients have: connect, wait for a greeting where there is one, say what opens the
 * conversation, then say what the user says and show what comes. A role adds its words.
 *
 *   connecting → awaitingGreeting → listening ⇄ awaitingReply → leaving → done
 *        └──────────────┴───────────────┴────────────┴────────────────→ failed
 *
 * Lab servers take one recv() for one message, so the next line waits for the reply to the last one, or for as long as a
 * message that has no reply may take (`paceLimit`): typed and piped input are paced alike. Where a reply is to be kept as
 * bytes instead of being shown, the way is  listening → awaitingBytes → receiving → keeping → listening.
 */
import { assign, fromPromise, setup } from "xstate";
import { z } from "zod";
import { type ErrorCode, messageOf, NetlabError } from "../errors.ts";
import { type Cause, cause } from "../stories/causes.ts";
import { dropTrailing } from "../wire/drop-trailing.ts";
import { duration } from "./_options.ts";
import type { Decoded, Phase, Session, Undecoded } from "./_role.ts";
import type { Peer, World } from "./_world.ts";

/** Options of every talking client; a role adds its own. */
export const talkOptions = {
  quiet: duration().default(200).describe("a reply is whole when the peer is silent for this long"),
  timeout: duration().default(5_000).describe("how long to wait for a connection, a greeting, and the end"),
  localPort: z.number().int().min(1).max(65_535).optional().describe("bind our own end to this port"),
};

interface TalkOptions {
  readonly host: string;
  readonly port: number;
  readonly quiet: number;
  readonly timeout: number;
  readonly localPort?: number | undefined;
}

export type TalkResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string; readonly cause?: Cause };

/** What was bad about a reply: a cause of the table, or a sentence of a user's role. */
export type TalkVerdict = { readonly code: ErrorCode } & (
  | { readonly cause: Cause }
  | { readonly message: string }
);

/** Is given the whole reply to a line, byte for byte, instead of its being shown; what it answers is told as a hint. */
export type KeepReply = (reply: Buffer, world: World) => Promise<string>;

export interface TalkWords<Options> {
  readonly id: string;
  /** The wire rule of the conversation. */
  readonly rule: string;
  /** The server speaks first. */
  readonly greets: boolean | ((options: Options) => boolean);
  /** What is said first, each a message of its own. */
  readonly opening: (options: Options) => readonly string[];
  /** What is said when the user has no more to say; undefined: nothing, only our FIN. */
  readonly farewell?: string;
  /** The user's line as it is sent; a hint is for the user. Undefined: nothing is sent. */
  readonly prepare?: (
    line: string,
    options: Options,
  ) => { readonly send: string | undefined; readonly hint?: string; readonly keep?: KeepReply };
  /** Every message has a reply, however late: the next one waits for it. */
  readonly answersAll?: boolean;
  /** What came, as the user reads it. */
  readonly display?: (text: string, options: Options, isGreeting: boolean) => string;
  /** A reply that ends the conversation badly, e.g. a refusal. */
  readonly judge?: (text: string, options: Options, isGreeting: boolean) => TalkVerdict | undefined;
  /** A reply that ends the conversation well: the server closes after it. */
  readonly isLast?: (text: string) => boolean;
}

interface Line {
  readonly text: string;
  /** The role's own words are sent as they are; the user's are prepared. */
  readonly isOwn: boolean;
}

interface Context extends World<TalkOptions> {
  readonly peer: Peer | undefined;
  /** The connection is over. */
  readonly isPeerGone: boolean;
  /** What comes next is the server's greeting. */
  readonly isGreetingDue: boolean;
  /** Said by the user or the opening, not sent yet. */
  readonly unsaid: readonly Line[];
  readonly isInputOver: boolean;
  readonly hasSaidFarewell: boolean;
  /** What is to become of the reply that comes. */
  readonly keep: KeepReply | undefined;
  /** As much as has come of it, added to in place. */
  readonly received: { readonly chunks: Buffer[]; sizeBytes: number };
  readonly result: TalkResult | undefined;
}

type Event =
  | { type: "peer.message"; value: unknown; bytes: Buffer }
  | { type: "peer.ended" }
  | { type: "peer.closed" }
  | { type: "operator.say"; text: string }
  | { type: "operator.ended" }
  | { type: "operator.stop" };

/** A reply that is kept is no larger than this. */
const LARGEST_KEPT = 64 * 1_048_576;

/** The machine and the phases of a talking client. */
export function talkClient<Options>(words: TalkWords<Options>) {
  const machine = setup({
    types: {
      context: {} as Context,
      events: {} as Event,
      input: {} as World<TalkOptions>,
      output: {} as TalkResult,
    },
    guards: {
      hasUnsaid: ({ context }) => context.unsaid.length > 0,
      isInputOver: ({ context }) => context.isInputOver,
      isPeerGone: ({ context }) => context.isPeerGone,
      isNextKept: ({ context }) => prepared(context)?.keep !== undefined,
      isTooLarge: ({ context }) => context.received.sizeBytes > LARGEST_KEPT,
      isGreetingDue: ({ context }) => context.isGreetingDue,
      isBad: ({ context, event }) => judged(context, event) !== undefined,
      isLast: ({ event }) => event.type === "peer.message" && words.isLast?.(String(event.value)) === true,
      isLeaving: ({ context }) => context.hasSaidFarewell || context.isInputOver,
    },
    actions: {
      keepPeer: assign({ peer: (_, peer: Peer) => peer }),
      queueOpening: assign({
        unsaid: ({ context }) => [
          ...words.opening(context.options as Options).map((text) => ({ text, isOwn: true })),
          ...context.unsaid,
        ],
      }),
      queue: assign({
        unsaid: ({ context, event }) =>
          event.type === "operator.say"
            ? [...context.unsaid, { text: event.text, isOwn: false }]
            : context.unsaid,
      }),
      sayNext: ({ context }) => say(context),
      dropNext: assign(({ context }) => ({
        unsaid: context.unsaid.slice(1),
        hasSaidFarewell: context.hasSaidFarewell || context.unsaid[0]?.text === words.farewell,
      })),
      show: ({ context, event }) => {
        if (event.type !== "peer.message") return;
        const text = String(event.value);
        context.screen.show(words.display?.(text, context.options as Options, context.isGreetingDue) ?? text);
      },
      noteGreeted: assign({ isGreetingDue: false }),
      noteInputOver: assign({ isInputOver: true }),
      sayFarewell: ({ context }) => {
        if (words.farewell !== undefined && !context.hasSaidFarewell)
          context.peer?.send(words.farewell, { apart: true });
        else if (words.farewell === undefined) context.peer?.close();
      },
      notePeerGone: assign({ isPeerGone: true }),
      expectBytes: assign(({ context }) => ({
        keep: prepared(context)?.keep,
        received: { chunks: [], sizeBytes: 0 },
      })),
      collect: ({ context: { received }, event }) => {
        if (event.type !== "peer.message") return;
        received.chunks.push(event.bytes);
        received.sizeBytes += event.bytes.length;
      },
      hint: ({ context }, hint: string) => context.screen.hint(hint),
      hintNoReply: ({ context: { screen, options } }) =>
        screen.hint(`no reply within ${options.timeout / 1_000} s`),
      noteNotKept: assign({ result: (_, { error }: { error: unknown }) => notKept(error) }),
      noteNoReply: assign({ result: failed("timed-out", cause("no-reply", {})) }),
      noteTooLarge: assign({
        result: failed("peer-error", cause("reply-too-large", { limit: LARGEST_KEPT })),
      }),
      // What went wrong on the way stays the result.
      noteDone: assign({ result: ({ context }) => context.result ?? { ok: true } }),
      noteBad: assign({ result: ({ context, event }) => judged(context, event) }),
      noteEnded: assign({ result: failed("peer-error", cause("server-closed", {})) }),
      noteSilent: assign({
        result: ({ context }) =>
          failed("timed-out", cause("no-greeting", { withinMs: context.options.timeout })),
      }),
      noteError: assign({ result: (_, { error }: { error: unknown }) => failureOf(error) }),
      hangUp: ({ context }) => context.peer?.close(),
    },
    actors: {
      connect: fromPromise<Peer, Context>(async ({ input: { network, options }, signal }) => {
        const peer = await network.connect({ host: options.host, port: options.port }, options.localPort);
        // A connection that is made for a run that has been stopped meanwhile is nobody's.
        if (signal.aborted) peer.close();
        return peer;
      }),
      keep: fromPromise<string, Context>(({ input }) => kept(input)),
    },
    delays: {
      answerLimit: ({ context }) => context.options.timeout,
      quietLimit: ({ context }) => context.options.quiet,
      /** A message that has no reply is followed by the next one after this. */
      paceLimit: ({ context: { options } }) => (words.answersAll ? options.timeout : options.quiet + 100),
    },
  }).createMachine({
    id: words.id,
    context: ({ input }) => ({
      ...input,
      peer: undefined,
      isPeerGone: false,
      isGreetingDue:
        typeof words.greets === "function" ? words.greets(input.options as Options) : words.greets,
      unsaid: [],
      isInputOver: false,
      hasSaidFarewell: false,
      keep: undefined,
      received: { chunks: [], sizeBytes: 0 },
      result: undefined,
    }),
    initial: "connecting",
    output: ({ context }) => context.result ?? { ok: true },
    on: {
      "operator.say": { actions: "queue" },
      "operator.ended": { actions: "noteInputOver" },
      "operator.stop": { target: ".done", actions: "noteDone" },
      "peer.closed": { actions: "notePeerGone" },
    },
    states: {
      connecting: {
        invoke: {
          src: "connect",
          input: ({ context }) => context,
          onDone: [
            {
              guard: "isGreetingDue",
              target: "awaitingGreeting",
              actions: [{ type: "keepPeer", params: ({ event }) => event.output }, "queueOpening"],
            },
            {
              target: "listening",
              actions: [{ type: "keepPeer", params: ({ event }) => event.output }, "queueOpening"],
            },
          ],
          onError: {
            target: "failed",
            actions: { type: "noteError", params: ({ event }) => ({ error: event.error }) },
          },
        },
      },
      awaitingGreeting: {
        on: {
          "peer.message": [
            { guard: "isBad", target: "failed", actions: ["show", "noteBad"] },
            { target: "listening", actions: ["show", "noteGreeted"] },
          ],
          "peer.ended": { target: "failed", actions: "noteEnded" },
          "peer.closed": { target: "failed", actions: "noteEnded" },
        },
        after: { answerLimit: { target: "failed", actions: "noteSilent" } },
      },
      listening: {
        always: [
          { guard: "isPeerGone", target: "ended" },
          { guard: "isNextKept", target: "awaitingBytes" },
          { guard: "hasUnsaid", target: "awaitingReply" },
          { guard: "isInputOver", target: "leaving" },
        ],
        on: {
          "peer.message": [
            { guard: "isBad", target: "failed", actions: ["show", "noteBad"] },
            { guard: "isLast", target: "done", actions: ["show", "noteDone"] },
            { actions: "show" },
          ],
          "peer.ended": { target: "ended" },
          "peer.closed": { target: "ended" },
        },
      },
      awaitingReply: {
        entry: ["sayNext", "dropNext"],
        on: {
          "peer.message": [
            { guard: "isBad", target: "failed", actions: ["show", "noteBad"] },
            { guard: "isLast", target: "done", actions: ["show", "noteDone"] },
            { target: "listening", actions: "show" },
          ],
          "peer.ended": { target: "ended" },
          "peer.closed": { target: "ended" },
        },
        after: {
          paceLimit: {
            target: "listening",
            ...(words.answersAll ? { actions: ["hintNoReply", "noteNoReply"] } : {}),
          },
        },
      },
      awaitingBytes: {
        entry: ["sayNext", "expectBytes", "dropNext"],
        on: {
          "peer.message": { target: "receiving", actions: "collect" },
          "peer.ended": { target: "ended" },
          "peer.closed": { target: "ended" },
        },
        after: { answerLimit: { target: "listening", actions: ["hintNoReply", "noteNoReply"] } },
      },
      receiving: {
        always: { guard: "isTooLarge", target: "failed", actions: "noteTooLarge" },
        on: {
          "peer.message": { target: "receiving", reenter: true, actions: "collect" },
          "peer.ended": "keeping",
          "peer.closed": { target: "keeping", actions: "notePeerGone" },
        },
        after: { quietLimit: "keeping" },
      },
      keeping: {
        invoke: {
          src: "keep",
          input: ({ context }) => context,
          onDone: {
            target: "listening",
            actions: { type: "hint", params: ({ event }) => event.output },
          },
          onError: {
            target: "listening",
            actions: [
              { type: "hint", params: ({ event }) => messageOf(event.error) },
              { type: "noteNotKept", params: ({ event }) => ({ error: event.error }) },
            ],
          },
        },
      },
      leaving: {
        entry: "sayFarewell",
        on: {
          "peer.message": { actions: "show" },
          "peer.ended": { target: "done", actions: "noteDone" },
          "peer.closed": { target: "done", actions: "noteDone" },
        },
        after: { answerLimit: { target: "done", actions: "noteDone" } },
      },
      ended: {
        always: [
          { guard: "isLeaving", target: "done", actions: "noteDone" },
          { target: "failed", actions: "noteEnded" },
        ],
      },
      done: { type: "final", entry: "hangUp" },
      failed: { type: "final", entry: "hangUp" },
    },
  });

  /** The next line, made ready; undefined: it is said as it is. */
  function prepared({ unsaid: [line], options }: Context) {
    return line && !line.isOwn ? words.prepare?.(line.text, options as Options) : undefined;
  }

  function say(context: Context): void {
    const {
      unsaid: [line],
      peer,
      screen,
    } = context;
    if (line === undefined) return;
    const { send, hint } = prepared(context) ?? { send: line.text, hint: undefined };
    if (hint !== undefined) screen.hint(hint);
    // Two messages in one read would be one message to a program that takes one recv() for one.
    if (send !== undefined) peer?.send(send, { apart: true });
  }

  function judged({ options, isGreetingDue }: Context, event: Event): TalkResult | undefined {
    const verdict =
      event.type === "peer.message"
        ? words.judge?.(String(event.value), options as Options, isGreetingDue)
        : undefined;
    if (!verdict) return undefined;
    return failed(
      verdict.code,
      "cause" in verdict ? verdict.cause : cause("failure", { text: verdict.message }),
    );
  }

  const phase = (expects: string, decode: Phase<Context>["decode"] = untilQuiet): Phase<Context> => ({
    reads: "record",
    rule: words.rule,
    expects,
    decode,
  });
  const phases = {
    awaitingGreeting: phase("the greeting"),
    listening: phase("whatever the server says"),
    awaitingReply: phase("the reply"),
    awaitingBytes: phase("the reply's bytes", asTheyCome),
    receiving: phase("more of the reply's bytes", asTheyCome),
    leaving: phase("the server's last words"),
  };
  return { machine, phases };
}

/** Bytes of a reply that may be longer than any message. */
function asTheyCome({ bytes }: Undecoded): Decoded {
  return bytes.length > 0 ? { take: bytes.length, value: undefined } : undefined;
}

async function kept({ keep, received, ...world }: Context): Promise<string> {
  if (!keep) throw new Error("asked to keep a reply that was to be shown");
  return keep(Buffer.concat(received.chunks), world);
}

/** [FRAME-9] What came until the peer is quiet, or has ended, is the reply; clients never guess a habit. */
export function untilQuiet({ bytes, stillMs, ended }: Undecoded, { context }: Session<Context>): Decoded {
  if (bytes.length === 0) return undefined;
  const { quiet } = context.options;
  if (!ended && stillMs < quiet) return { waitMs: quiet - stillMs };
  return { take: bytes.length, value: dropTrailing(bytes.toString("utf8"), "\0\r\n") };
}

function failed(code: ErrorCode, why: Cause): TalkResult {
  return failureOf(NetlabError.of(code, why));
}

/** It was told when it happened; the conversation goes on, and its end remembers it. */
function notKept(error: unknown): TalkResult {
  if (error instanceof NetlabError) return failed(error.code, cause("not-saved", {}));
  throw error;
}

function failureOf(error: unknown): TalkResult {
  if (error instanceof NetlabError) return { ok: false, ...error.asResult };
  throw error;
}
