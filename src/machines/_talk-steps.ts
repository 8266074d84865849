/**
 * Steps of a talking client: what each name in its chart does, and how bytes become replies.
 *
 * Long, because it is the mechanism of one chart (`_talk-client.ts`), name by name.
 */
import { assign, fromPromise, setup } from "xstate";
import { type ErrorCode, NetlabError } from "../errors.ts";
import { type Cause, cause } from "../stories/causes.ts";
import { dropTrailing } from "../wire/drop-trailing.ts";
import { usualBuffers } from "../wire/usual-buffers.ts";
import { paddingNote } from "./_padding.ts";
import type { Decoded, Session, Undecoded } from "./_role.ts";
import type { Due, TalkContext, TalkEvent, TalkOptions, TalkResult, TalkWords } from "./_talk-words.ts";
import type { Peer, World } from "./_world.ts";

/** Largest reply that is kept. */
const MAX_KEPT_BYTES = 64 * 1_048_576;
/** After its leaving word a client waits so long for the server's end: many servers never close. */
const LEAVE_MS = 1_000;

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
      isNextWithheld: ({ context }) => {
        const ready = prepared(words, context);
        return ready !== undefined && ready.send === undefined;
      },
      isAnswerDue: ({ context }) => context.isAnswerDue,
      isNothingDue: ({ context }) => !context.isAnswerDue,
      isStillDue: ({ context, event }) => settled(words, context, event).isAnswerDue,
      hasFailed: ({ context }) => context.result?.ok === false,
      isTooLarge: ({ context }) => context.received.sizeBytes > MAX_KEPT_BYTES,
      isGreetingDue: ({ context }) => context.isGreetingDue,
      isBad: ({ context, event }) => judged(words, context, event) !== undefined,
      isLast: ({ event }) => event.type === "peer.message" && words.isLast?.(String(event.value)) === true,
      isLeaving: ({ context: { hasSaidFarewell, isInputOver, isAnswerDue, unsaid } }) =>
        !isAnswerDue && (hasSaidFarewell || (isInputOver && unsaid.length === 0)),
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
      dropNext: assign(({ context }) => ({ ...asked(words, context), unsaid: context.unsaid.slice(1) })),
      show: ({ context, event }) => {
        if (event.type !== "peer.message") return;
        const text = String(event.value);
        context.screen.show(words.display?.(text, context.options as Options, context.isGreetingDue) ?? text);
      },
      noteGreeted: assign({ isGreetingDue: false }),
      /** Tells the user what is wrong with a reply; before `settle`, which forgets the question. */
      tell: ({ context, event }) => tell(words, context, event),
      settle: assign(({ context, event }) => afterReply(words, context, event)),
      noteReceived: assign({ isAnswerDue: false }),
      noteInputOver: assign({ isInputOver: true }),
      sayFarewell: ({ context }) => {
        if (words.farewell !== undefined && !context.hasSaidFarewell)
          context.peer?.send(words.farewell, { apart: true });
        else if (words.farewell === undefined) context.peer?.close();
      },
      noteFarewell: assign({ hasSaidFarewell: true }),
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
      noteNoReply: assign({
        isAnswerDue: false,
        result: ({ context }) => context.result ?? failed("timed-out", cause("no-reply", {})),
      }),
      noteTooLarge: assign({
        result: failed("peer-error", cause("reply-too-large", { limit: MAX_KEPT_BYTES })),
      }),
      // A failure on the way stays the result.
      noteDone: assign({ result: ({ context }) => context.result ?? { ok: true } }),
      noteBad: assign({ result: ({ context, event }) => judged(words, context, event) }),
      noteEnded: assign({
        result: ({ context: { result, isAnswerDue, isGreetingDue } }) => {
          const code = isAnswerDue || isGreetingDue ? "server-closed-early" : "server-closed";
          return result ?? failed("peer-error", cause(code, {}));
        },
      }),
      noteStopped: assign({
        result: ({ context: { result, isAnswerDue, isGreetingDue } }) =>
          result ??
          (isAnswerDue || isGreetingDue ? failed("interrupted", cause("stopped", {})) : { ok: true }),
      }),
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
      paceLimit: ({ context: { options } }) => options.quiet + 100,
      leaveLimit: LEAVE_MS,
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
  { options, isFirstDue }: TalkContext,
  event: TalkEvent,
): TalkResult | undefined {
  const verdict =
    event.type === "peer.message" ? judge?.(String(event.value), options as Options, isFirstDue) : undefined;
  if (!verdict) return undefined;
  return failed(
    verdict.code,
    "cause" in verdict ? verdict.cause : cause("failure", { text: verdict.message }),
  );
}

/** The next line is said now: whether its answer is waited for. */
function asked<Options>(words: TalkWords<Options>, context: TalkContext) {
  const { unsaid, owed, overwritten, lastSaid, hasSaidFarewell, options } = context;
  const [line] = unsaid;
  const { send, keep } = prepared(words, context) ?? { send: line?.text };
  const stale = overwritten.slice(send?.length ?? 0);
  const isScripted = line?.isScripted === true;
  const due =
    send === undefined || keep ? undefined : words.due?.(send, options as Options, isScripted, stale);
  return {
    overwritten: send === undefined ? overwritten : send + stale,
    lastSaid: send ?? lastSaid,
    owed: due ? [...owed, due] : owed,
    isAnswerDue: due !== undefined || keep !== undefined,
    hasSaidFarewell: hasSaidFarewell || line?.text === words.farewell,
  };
}

interface Settled {
  readonly owed: readonly Due[];
  readonly isAnswerDue: boolean;
  readonly fault?: Cause;
  /** Right or wrong, no question is answered by it. */
  readonly isUnasked?: boolean;
}

/** Changes that a reply makes. It answers the oldest question that it fits, as an answer may be late; else it is the last one's. */
function settled<Options>(
  words: TalkWords<Options>,
  { owed, isAnswerDue, lastSaid, options }: TalkContext,
  event: TalkEvent,
): Settled {
  const before = { owed, isAnswerDue };
  if (event.type !== "peer.message") return before;
  const text = String(event.value);
  const lines = words.hasOthers ? text.split(/\r?\n/) : [text];
  const index = owed.findIndex((due) => lines.some((line) => due(line) === "answer"));
  if (index >= 0) {
    const left = owed.slice(index + 1);
    return { owed: left, isAnswerDue: isAnswerDue && left.length > 0 };
  }
  const said = lines.map((line) => owed.at(-1)?.(line)).find((one) => typeof one === "object");
  if (said === undefined) {
    const faults = lines.map((line) => words.faultIn?.(line, lastSaid, options as Options));
    const fault = faults.find((one) => one !== undefined);
    return { ...before, isUnasked: true, ...(fault ? { fault } : {}) };
  }
  return { owed: owed.slice(0, -1), isAnswerDue: false, fault: said };
}

function afterReply<Options>(words: TalkWords<Options>, context: TalkContext, event: TalkEvent) {
  const { owed, isAnswerDue, fault } = settled(words, context, event);
  const result = context.result ?? (fault && failed("peer-error", fault));
  const hasToldPadding = context.hasToldPadding || hasPadding(event, fault);
  return { owed, isAnswerDue, result, hasToldPadding, isFirstDue: false };
}

const hasPadding = (event: TalkEvent, fault: Cause | undefined) =>
  event.type === "peer.message" && fault === undefined && event.bytes.includes(0);

function tell<Options>(words: TalkWords<Options>, context: TalkContext, event: TalkEvent): void {
  if (event.type !== "peer.message") return;
  const { screen, options, hasToldPadding, isGreetingDue, hasSaidFarewell } = context;
  const { fault, isUnasked } = settled(words, context, event);
  if (fault) screen.hint(fault);
  const odd =
    isUnasked && !isGreetingDue
      ? words.unasked?.(String(event.value), options as Options, hasSaidFarewell)
      : undefined;
  if (odd !== undefined) screen.hint(odd);
  const padding = hasPadding(event, fault) && !hasToldPadding && paddingNote(event.bytes, words.rule);
  if (padding) screen.hint(padding);
}

/** Bytes of a reply that may be longer than any message. */
export function asTheyCome({ bytes }: Undecoded): Decoded {
  return bytes.length > 0 ? { take: bytes.length, value: undefined } : undefined;
}

async function kept({ keep, received, ...world }: TalkContext): Promise<string> {
  if (!keep) throw new Error("asked to keep a reply that was to be shown");
  return keep(Buffer.concat(received.chunks), world);
}

/**
 * [FRAME-9] All that came until the peer is quiet, or has ended, is the reply; clients never guess a habit. While an earlier question
 * is open its answer may still come: each read is one then, and not joined to the next.
 */
export function untilQuiet({ bytes, stillMs, ended }: Undecoded, { context }: Session<TalkContext>): Decoded {
  if (bytes.length === 0) return undefined;
  const { options, owed, isAnswerDue } = context;
  const isLate = owed.length > (isAnswerDue ? 1 : 0);
  if (!isLate && !ended && stillMs < options.quiet) return { waitMs: options.quiet - stillMs };
  return { take: bytes.length, value: replyText(bytes) };
}

/** The text of a reply: a C program may send its buffer whole, or several strings with the NUL of each. */
export function replyText(bytes: Buffer): string {
  const text = dropTrailing(bytes.toString("utf8"), "\0\r\n");
  if (!text.includes("\0")) return text;
  const strings = text.split("\0").filter((one) => one !== "");
  // Behind the text of a whole buffer lies what an earlier one left there.
  const isBuffer = bytes.at(-1) !== 0 || usualBuffers.has(bytes.length);
  return (isBuffer ? strings.slice(0, 1) : strings).join("\n");
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
