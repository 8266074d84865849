/**
 * A clock's client: asks for date or time, at random, again and again; an answer that is lost is given up [CLOCK-1].
 *
 *   asking → deciding → pausing → asking …
 *                └────→ done
 *
 *   C> SEND_DATE     S> 11/21/26
 *   C> SEND_TIME     S> 00:55:17
 */
import { assign, fromPromise, setup } from "xstate";
import * as z from "zod";
import { type ErrorCode, NetlabError } from "../errors.ts";
import { type Cause, cause } from "../stories/causes.ts";
import { clockRequests, isClockAnswer, isClockRequest, SEND_DATE } from "../wire/clock.ts";
import { datagramWord } from "../wire/datagram-word.ts";
import { paddingNote } from "./_padding.ts";
import { defineRole } from "./_role.ts";
import type { World } from "./_world.ts";

/** [CLOCK-1] An answer that takes longer is lost. */
const LOST_MS = 2_000;
/** [CLOCK-1] The pause between two questions. */
const MIN_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 2_000;
/** A run without an end remembers so many answers. */
const MAX_KEPT = 100;

const options = z.object({
  count: z.number().int().min(1).optional().describe("how many questions (default: until it is stopped)"),
});
type Options = z.output<typeof options> & { readonly host: string; readonly port: number };

interface Answer {
  readonly request: string;
  readonly answer: string;
}

/** How a run ended: with the answers that came. It failed where one did not come, or was none. */
export type ClockResult =
  | { readonly ok: true; readonly asked: number; readonly answers: readonly Answer[] }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string };

interface Context extends World<Options> {
  readonly request: string;
  readonly asked: number;
  readonly answers: readonly Answer[];
  /** Why the first question that was not answered well was not. */
  readonly fault: NetlabError | undefined;
}

export const clockClientMachine = setup({
  types: {
    context: {} as Context,
    events: {} as { type: "operator.stop" },
    input: {} as World<Options>,
    output: {} as ClockResult,
  },
  guards: {
    isAnswer: ({ context }, answer: string) => isClockAnswer(context.request, datagramWord(answer)),
    isEnough: ({ context: { asked, options } }) => asked === options.count,
  },
  actions: {
    choose: assign(({ context }) => ({
      request: clockRequests[Math.floor(context.random() * clockRequests.length)] ?? SEND_DATE,
      asked: context.asked + 1,
    })),
    keepAnswer: assign({
      answers: ({ context: { answers, request, options } }, answer: string) =>
        [...answers, { request, answer: datagramWord(answer) }].slice(-(options.count ?? MAX_KEPT)),
    }),
    show: ({ context }, answer: string) => context.screen.show(datagramWord(answer)),
    hintPadding: ({ context }, answer: string) => {
      const note = paddingNote(answer, "CLOCK-0");
      if (note !== undefined) context.screen.hint(note);
    },
    noteFault: assign({ fault: ({ context: { fault } }, error: NetlabError) => fault ?? error }),
    tellFault: ({ context }, error: NetlabError) => context.screen.hint(error.message),
  },
  actors: {
    ask: fromPromise<string, Context>(({ input }) => ask(input)),
  },
  delays: {
    pauseTime: ({ context }) => MIN_PAUSE_MS + context.random() * (MAX_PAUSE_MS - MIN_PAUSE_MS),
  },
}).createMachine({
  id: "clock-client",
  context: ({ input }) => ({ ...input, request: "", asked: 0, answers: [], fault: undefined }),
  initial: "asking",
  output: ({ context }) => resultOf(context),
  on: { "operator.stop": ".done" },
  states: {
    asking: {
      entry: "choose",
      invoke: {
        src: "ask",
        input: ({ context }) => context,
        onDone: [
          {
            guard: { type: "isAnswer", params: ({ event }) => event.output },
            target: "deciding",
            actions: [
              { type: "keepAnswer", params: ({ event }) => event.output },
              { type: "show", params: ({ event }) => event.output },
              { type: "hintPadding", params: ({ event }) => event.output },
            ],
          },
          {
            target: "deciding",
            actions: [
              { type: "show", params: ({ event }) => event.output },
              { type: "noteFault", params: ({ context, event }) => oddAnswer(context, event.output) },
              { type: "tellFault", params: ({ context, event }) => oddAnswer(context, event.output) },
            ],
          },
        ],
        onError: {
          target: "deciding",
          actions: [
            { type: "noteFault", params: ({ event }) => lossOf(event.error) },
            { type: "tellFault", params: ({ event }) => lossOf(event.error) },
          ],
        },
      },
    },
    deciding: { always: [{ guard: "isEnough", target: "done" }, { target: "pausing" }] },
    pausing: { after: { pauseTime: "asking" } },
    done: { type: "final" },
  },
});

export default defineRole({
  name: "clock-client",
  summary: "asks a clock for date or time, again and again",
  side: "client",
  transport: "udp",
  port: 4387,
  options,
  machine: clockClientMachine,
  phases: { asking: { reads: "text", rule: "CLOCK-0", expects: "the date or the time" } },
  asks: {
    of: "clock",
    state: "asking",
    patienceMs: LOST_MS,
    isQuestion: (text) => isClockRequest(datagramWord(text)),
    isAnswered: (answers) => answers.length > 0,
    faultIn: (question, [answer]) => {
      const request = datagramWord(question);
      if (answer === undefined) return lost(request);
      return isClockAnswer(request, datagramWord(answer)) ? undefined : odd(request, answer);
    },
  },
  steps: {
    asking: "sends SEND_DATE or SEND_TIME, as it happens, and waits for one datagram",
    pausing: "waits for a second or two",
    done: "has asked often enough",
  },
  offers: ({ count }) => (count === undefined ? "asks until it is stopped" : `asks ${count} times`),
});

async function ask({ network, options, request }: Context): Promise<string> {
  const { host, port } = options;
  const [answer] = await network.ask({
    to: { host, port },
    text: request,
    timeoutMs: LOST_MS,
    isLast: () => true,
  });
  if (answer === undefined) throw NetlabError.of("timed-out", lost(request));
  return answer;
}

/** A clock that is away may come back: what an error of ours is, is none. */
function lossOf(error: unknown): NetlabError {
  if (error instanceof NetlabError) return error;
  throw error;
}

const oddAnswer = ({ request }: Context, answer: string) =>
  NetlabError.of("peer-error", odd(request, answer));

const lost = (request: string) => cause("request-lost", { request, withinMs: LOST_MS });

function odd(request: string, answer: string): Cause {
  const form = request === SEND_DATE ? "MM/DD/YY" : "HH:MM:SS";
  return cause("odd-clock-answer", { said: datagramWord(answer), request, form });
}

function resultOf({ asked, answers, fault }: Context): ClockResult {
  if (fault) return { ok: false, ...fault.asResult };
  return { ok: true, asked, answers };
}
