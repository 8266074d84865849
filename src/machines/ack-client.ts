/**
 * An acknowledger's client: sends one datagram, and waits for its Ok.
 *
 *   asking → done
 *      └───→ failed
 *
 *   C> hello     S> Ok
 */
import { assign, fromPromise, setup } from "xstate";
import * as z from "zod";
import { type ErrorCode, NetlabError } from "../errors.ts";
import { type Cause, cause } from "../stories/causes.ts";
import { OK } from "../wire/ack.ts";
import { datagramWord } from "../wire/datagram-word.ts";
import { duration } from "./_options.ts";
import { paddingNote } from "./_padding.ts";
import { defineRole } from "./_role.ts";
import type { World } from "./_world.ts";

/** Most bytes that one datagram can carry over IPv4. */
const MAX_DATAGRAM = 65_507;

const TIMEOUT_MS = 2_000;

const options = z.object({
  text: z
    .string()
    .refine((text) => Buffer.byteLength(text) <= MAX_DATAGRAM, "longer than a datagram")
    .describe("what to send"),
  timeout: duration().default(TIMEOUT_MS).describe("how long to wait for the answer"),
});
type Options = z.output<typeof options> & { readonly host: string; readonly port: number };

export type AckResult =
  | { readonly ok: true; readonly answer: string }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string; readonly cause?: Cause };

interface Context extends World<Options> {
  readonly result: AckResult | undefined;
}

export const ackClientMachine = setup({
  types: {
    context: {} as Context,
    events: {} as { type: "operator.stop" },
    input: {} as World<Options>,
    output: {} as AckResult,
  },
  guards: {
    isOk: (_, answer: string) => datagramWord(answer) === OK,
  },
  actions: {
    show: ({ context }, answer: string) => context.screen.show(datagramWord(answer)),
    hintPadding: ({ context }, answer: string) => {
      const note = paddingNote(answer, "ACK-1");
      if (note !== undefined) context.screen.hint(note);
    },
    noteOk: assign({
      result: (_, answer: string): AckResult => ({ ok: true, answer: datagramWord(answer) }),
    }),
    noteOdd: assign({ result: ({ context }, answer: string) => oddAnswer(context, answer) }),
    noteError: assign({ result: (_, { error }: { error: unknown }) => failureOf(error) }),
    noteStopped: assign({ result: failure("interrupted", cause("stopped", {})) }),
  },
  actors: {
    ask: fromPromise<string, Context>(({ input }) => ask(input)),
  },
}).createMachine({
  id: "ack-client",
  context: ({ input }) => ({ ...input, result: undefined }),
  initial: "asking",
  output: ({ context }) =>
    context.result ?? failure("peer-error", cause("failure", { text: "ended without a result" })),
  on: { "operator.stop": { target: ".failed", actions: "noteStopped" } },
  states: {
    asking: {
      invoke: {
        src: "ask",
        input: ({ context }) => context,
        onDone: [
          {
            guard: { type: "isOk", params: ({ event }) => event.output },
            target: "done",
            actions: [
              { type: "noteOk", params: ({ event }) => event.output },
              { type: "show", params: ({ event }) => event.output },
              { type: "hintPadding", params: ({ event }) => event.output },
            ],
          },
          { target: "failed", actions: { type: "noteOdd", params: ({ event }) => event.output } },
        ],
        onError: {
          target: "failed",
          actions: { type: "noteError", params: ({ event }) => ({ error: event.error }) },
        },
      },
    },
    done: { type: "final" },
    failed: { type: "final" },
  },
});

export default defineRole({
  name: "ack-client",
  summary: "sends one datagram and waits for its Ok",
  side: "client",
  transport: "udp",
  port: 4386,
  options,
  machine: ackClientMachine,
  phases: { asking: { reads: "text", rule: "ACK-1", expects: OK } },
  asks: {
    of: "ack",
    state: "asking",
    patienceMs: TIMEOUT_MS,
    isQuestion: () => true,
    isAnswered: (answers) => answers.length > 0,
    faultIn: (sent, [answer]) => {
      if (answer === undefined) return lost(TIMEOUT_MS);
      return datagramWord(answer) === OK ? undefined : wrongAnswer(sent, answer);
    },
  },
  steps: {
    asking: "sends the datagram, and waits for one in return",
    done: "was told Ok",
    failed: "gives up",
  },
  offers: ({ text }) => `sends ${JSON.stringify(text)}`,
});

async function ask({ network, options }: Context): Promise<string> {
  const { host, port, text, timeout: timeoutMs } = options;
  const [answer] = await network.ask({ to: { host, port }, text, timeoutMs, isLast: () => true });
  if (answer === undefined) throw NetlabError.of("timed-out", lost(timeoutMs));
  return answer;
}

function failure(code: ErrorCode, why: Cause): AckResult {
  return failureOf(NetlabError.of(code, why));
}

const oddAnswer = ({ options }: Context, answer: string): AckResult =>
  failure("peer-error", wrongAnswer(options.text, answer));

const lost = (withinMs: number) => cause("datagram-lost", { withinMs });

const wrongAnswer = (sent: string, answer: string) =>
  cause("wrong-answer", { sent, said: datagramWord(answer), due: OK }, "ACK-1");

function failureOf(error: unknown): AckResult {
  if (error instanceof NetlabError) return { ok: false, ...error.asResult };
  throw error;
}
