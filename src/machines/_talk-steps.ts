/** Steps of a talking client: what each name in its chart does, and how bytes become replies. */
import { assign, fromPromise, setup } from "xstate";
import { type ErrorCode, NetlabError } from "../errors.ts";
import { type Cause, cause } from "../stories/causes.ts";
import { dropTrailing } from "../wire/drop-trailing.ts";
import type { Decoded, Session, Undecoded } from "./_role.ts";
import type { TalkContext, TalkEvent, TalkOptions, TalkResult, TalkWords } from "./_talk-words.ts";
import type { Peer, World } from "./_world.ts";

/** Largest reply that is kept. */
const MAX_KEPT_BYTES = 64 * 1_048_576;

export function talkSetup<Options>(words: TalkWords<Options>) {
  return setup({
    types: {
      context: {} as TalkContext,
      events: {} as TalkEvent,
      input: {} as World<TalkOptions>,
      output: {} as TalkResult,
    },
    guards: {
      hasUnsaid: ({ context }) => context.unsaid.length > 0,
      isInputOver: ({ context }) => context.isInputOver,
      isPeerGone: ({ context }) => context.isPeerGone,
      isNextKept: ({ context }) => prepared(words, context)?.keep !== undefined,
      isTooLarge: ({ context }) => context.received.sizeBytes > MAX_KEPT_BYTES,
      isGreetingDue: ({ context }) => context.isGreetingDue,
      isBad: ({ context, event }) => judged(words, context, event) !== undefined,
      isLast: ({ event }) => event.type === "peer.message" && words.isLast?.(String(event.value)) === true,
      isLeaving: ({ context }) => context.hasSaidFarewell || context.isInputOver,
    },
    actions: {
      keepPeer: assign({ peer: (_, peer: Peer) => peer }),
      queueOpening: assign({
        unsaid: ({ context }) => [
          ...words.opening(context.options as Options).map((text) => ({ text, isScripted: true })),
          ...context.unsaid,
        ],
      }),
      queue: assign({
        unsaid: ({ context, event }) =>
          event.type === "operator.say"
            ? [...context.unsaid, { text: event.text, isScripted: false }]
            : context.unsaid,
      }),
      sayNext: ({ context }) => say(words, context),
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
        keep: prepared(words, context)?.keep,
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
        result: failed("peer-error", cause("reply-too-large", { limit: MAX_KEPT_BYTES })),
      }),
      // A failure on the way stays the result.
      noteDone: assign({ result: ({ context }) => context.result ?? { ok: true } }),
      noteBad: assign({ result: ({ context, event }) => judged(words, context, event) }),
      noteEnded: assign({ result: failed("peer-error", cause("server-closed", {})) }),
      noteSilent: assign({
        result: ({ context }) =>
          failed("timed-out", cause("no-greeting", { withinMs: context.options.timeout })),
      }),
      noteError: assign({ result: (_, { error }: { error: unknown }) => failureOf(error) }),
      hangUp: ({ context }) => context.peer?.close(),
    },
    actors: {
      connect: fromPromise<Peer, TalkContext>(async ({ input: { network, options }, signal }) => {
        const peer = await network.connect({ host: options.host, port: options.port }, options.localPort);
        // A connection that is made for a run that has been stopped meanwhile has no owner.
        if (signal.aborted) peer.close();
        return peer;
      }),
      keep: fromPromise<string, TalkContext>(({ input }) => kept(input)),
    },
    delays: {
      answerLimit: ({ context }) => context.options.timeout,
      quietLimit: ({ context }) => context.options.quiet,
      /** A message that has no reply is followed by the next one after this. */
      paceLimit: ({ context: { options } }) => (words.answersAll ? options.timeout : options.quiet + 100),
    },
  });
}

/** The next line, made ready; undefined: it is said as it is. */
function prepared<Options>({ prepare }: TalkWords<Options>, { unsaid: [line], options }: TalkContext) {
  return line && !line.isScripted ? prepare?.(line.text, options as Options) : undefined;
}

function say<Options>(words: TalkWords<Options>, context: TalkContext): void {
  const {
    unsaid: [line],
    peer,
    screen,
  } = context;
  if (line === undefined) return;
  const { send, hint } = prepared(words, context) ?? { send: line.text, hint: undefined };
  if (hint !== undefined) screen.hint(hint);
  // Two messages in one read would be one message to a program that takes one recv() for one.
  if (send !== undefined) peer?.send(send, { apart: true });
}

function judged<Options>(
  { judge }: TalkWords<Options>,
  { options, isGreetingDue }: TalkContext,
  event: TalkEvent,
): TalkResult | undefined {
  const verdict =
    event.type === "peer.message"
      ? judge?.(String(event.value), options as Options, isGreetingDue)
      : undefined;
  if (!verdict) return undefined;
  return failed(
    verdict.code,
    "cause" in verdict ? verdict.cause : cause("failure", { text: verdict.message }),
  );
}

/** Bytes of a reply that may be longer than any message. */
export function asTheyCome({ bytes }: Undecoded): Decoded {
  return bytes.length > 0 ? { take: bytes.length, value: undefined } : undefined;
}

async function kept({ keep, received, ...world }: TalkContext): Promise<string> {
  if (!keep) throw new Error("asked to keep a reply that was to be shown");
  return keep(Buffer.concat(received.chunks), world);
}

/** [FRAME-9] All that came until the peer is quiet, or has ended, is the reply; clients never guess a habit. */
export function untilQuiet({ bytes, stillMs, ended }: Undecoded, { context }: Session<TalkContext>): Decoded {
  if (bytes.length === 0) return undefined;
  const { quiet } = context.options;
  if (!ended && stillMs < quiet) return { waitMs: quiet - stillMs };
  return { take: bytes.length, value: dropTrailing(bytes.toString("utf8"), "\0\r\n") };
}

function failed(code: ErrorCode, why: Cause): TalkResult {
  return failureOf(NetlabError.of(code, why));
}

/** Told when it happened; the conversation goes on, and its end remembers it. */
function notKept(error: unknown): TalkResult {
  if (error instanceof NetlabError) return failed(error.code, cause("not-saved", {}));
  throw error;
}

function failureOf(error: unknown): TalkResult {
  if (error instanceof NetlabError) return { ok: false, ...error.asResult };
  throw error;
}
