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
 *
 * A question that was not answered, or was answered otherwise than the rules say, is told at once and does not end the
 * conversation; the run has failed all the same.
 */
import { messageOf } from "../errors.ts";
import type { Phase } from "./_role.ts";
import { asTheyCome, talkSetup, untilQuiet } from "./_talk-steps.ts";
import type { TalkContext, TalkWords } from "./_talk-words.ts";

/** The machine and the phases of a talking client. */
export function talkClient<Options>(words: TalkWords<Options>) {
  return { machine: talkMachine(words), phases: talkPhases(words.rule) };
}

function talkPhases(rule: string) {
  const words = (expects: string, due?: Phase["due"]): Phase<TalkContext> => ({
    reads: "record",
    rule,
    expects,
    decode: untilQuiet,
    ...(due ? { due } : {}),
  });
  const bytes = (expects: string, due?: Phase["due"]): Phase<TalkContext> => ({
    ...words(expects, due),
    decode: asTheyCome,
    isBinary: true,
  });
  return {
    awaitingGreeting: words("the greeting", "greeting"),
    listening: words("the next message of the server", "user"),
    awaitingReply: words("the reply", "answer"),
    awaitingBytes: bytes("the reply's bytes", "answer"),
    receiving: bytes("more of the reply's bytes"),
    leaving: words("the server's last words"),
  };
}

/** Behaviour of the conversation, names only; their meaning stands in `talkSetup`. */
function talkMachine<Options>(words: TalkWords<Options>) {
  return talkSetup(words).createMachine({
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
      overwritten: "",
      lastSaid: "",
      owed: [],
      isAnswerDue: false,
      isFirstDue: true,
      hasToldPadding: false,
      keep: undefined,
      received: { chunks: [], sizeBytes: 0 },
      result: undefined,
    }),
    initial: "connecting",
    output: ({ context }) => context.result ?? { ok: true },
    on: {
      "operator.say": { actions: "queue" },
      "operator.ended": { actions: "noteInputOver" },
      "operator.stop": { target: ".over", actions: "noteStopped" },
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
            { target: "listening", actions: ["show", "tell", "settle", "noteGreeted"] },
          ],
          "peer.ended": { target: "failed", actions: "noteEnded" },
          "peer.closed": { target: "failed", actions: "noteEnded" },
        },
        after: { answerLimit: { target: "failed", actions: "noteSilent" } },
      },
      listening: {
        always: [
          { guard: "isPeerGone", target: "ended" },
          { guard: "isNextWithheld", actions: ["sayNext", "dropNext"] },
          { guard: "isNextKept", target: "awaitingBytes" },
          { guard: "hasUnsaid", target: "awaitingReply" },
          { guard: "isInputOver", target: "leaving" },
        ],
        on: {
          "peer.message": [
            { guard: "isBad", target: "failed", actions: ["show", "noteBad"] },
            { guard: "isLast", target: "over", actions: ["show", "tell", "settle"] },
            { actions: ["show", "tell", "settle"] },
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
            { guard: "isLast", target: "over", actions: ["show", "tell", "settle"] },
            { guard: "isStillDue", actions: ["show", "tell", "settle"] },
            { target: "listening", actions: ["show", "tell", "settle"] },
          ],
          "peer.ended": { target: "ended" },
          "peer.closed": { target: "ended" },
        },
        after: {
          paceLimit: { guard: "isNothingDue", target: "listening" },
          answerLimit: {
            guard: "isAnswerDue",
            target: words.givesUp ? "failed" : "listening",
            actions: ["hintNoReply", "noteNoReply"],
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
        entry: "noteReceived",
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
        entry: ["sayFarewell", "noteFarewell"],
        on: {
          "peer.message": { actions: ["show", "tell", "settle"] },
          "peer.ended": "over",
          "peer.closed": "over",
        },
        after: { leaveLimit: "over" },
      },
      ended: {
        always: [
          { guard: "isLeaving", target: "over" },
          { target: "failed", actions: "noteEnded" },
        ],
      },
      // An earlier failure stays the result.
      over: {
        always: [
          { guard: "hasFailed", target: "failed" },
          { target: "done", actions: "noteDone" },
        ],
      },
      done: { type: "final", entry: "hangUp" },
      failed: { type: "final", entry: "hangUp" },
    },
  });
}
