/**
 * An address book's client: asks for the names behind e-mail addresses, one after another, each over a connection of its
 * own [BOOK-0].
 *
 *   connecting → awaitingAnswer → done
 *      ↑  └─────────│──────┴─────────→ failed
 *      └─ parting ←─┘ the next address
 *
 *   C> 51 0e  luke@gmail.com      S> 52 0e  Luke Skywalker      then the server closes
 *
 * Long, because a role is one file.
 */
import { assign, fromPromise, setup } from "xstate";
import * as z from "zod";
import { type ErrorCode, NetlabError } from "../errors.ts";
import { type Cause, cause, causeOf } from "../stories/causes.ts";
import {
  type Answer,
  decodeAnswer,
  encodeAnswer,
  encodeQuery,
  fits,
  headerForms,
  isRefusal,
  otherFormOf,
  queryIn,
  UNKNOWN_ADDRESS,
} from "../wire/address-record.ts";
import { duration } from "./_options.ts";
import { defineRole, type Session, type Undecoded } from "./_role.ts";
import type { Peer, World } from "./_world.ts";

/** Enough of an answer to see its header. */
const SHOWN_BYTES = 12;

const options = z.object({
  email: z
    .union([z.string(), z.array(z.string()).min(1)])
    .transform((given) => (typeof given === "string" ? [given] : given))
    .describe("the address to look up; in a lab file it may be a list"),
  header: z.enum(headerForms).default("8bit").describe("the form of the length, as the server wants it"),
  timeout: duration().default(5_000).describe("how long to wait for an answer"),
});
type Options = z.output<typeof options> & { readonly host: string; readonly port: number };

export type LookupResult =
  | { readonly ok: true; readonly email: string; readonly name: string }
  | {
      readonly ok: false;
      readonly email: string;
      readonly code: ErrorCode;
      readonly message: string;
      readonly cause?: Cause;
    };
/** Result of a run: the first failure, else the last name; all of them, where it asked more than once. */
export type LookupRun = LookupResult & { readonly results?: readonly LookupResult[] };

interface Context extends World<Options> {
  readonly peer: Peer | undefined;
  readonly results: readonly LookupResult[];
}

type Event =
  | { type: "peer.message"; value: Answer; bytes: Buffer }
  | { type: "peer.ended" }
  | { type: "peer.closed" }
  | { type: "operator.stop" };

export const addressBookClientMachine = setup({
  types: {
    context: {} as Context,
    events: {} as Event,
    input: {} as World<Options>,
    output: {} as LookupRun,
  },
  guards: {
    isAnswer: ({ event }) => event.type === "peer.message" && event.value.ok,
    isLastAnswer: ({ context, event }) =>
      event.type === "peer.message" &&
      event.value.ok &&
      context.results.length + 1 === emailsOf(context).length,
  },
  actions: {
    keepPeer: assign({ peer: (_, peer: Peer) => peer }),
    sayQuery: ({ context }) => context.peer?.sendBytes(encodeQuery(context.options.header, emailOf(context))),
    keepAnswer: note((context, event) => judge(context, event)),
    showName: ({ context: { results, screen } }) => {
      const last = results.at(-1);
      if (last?.ok) screen.show(last.name);
    },
    hintPadding: ({ context, event }) => hintPadding(context, event),
    noteOddAnswer: failWith("peer-error", (_, event) => oddIn(event)),
    noteEnded: failWith("peer-error", () => cause("server-closed-early", {})),
    noteTimeout: failWith("timed-out", ({ options }) =>
      cause("no-whole-answer", { withinMs: options.timeout }),
    ),
    noteStopped: failWith("interrupted", () => cause("stopped", {})),
    noteError: assign({
      results: ({ context }, { error }: { error: unknown }) => [
        ...context.results,
        failureOf(context, error),
      ],
    }),
    hangUp: ({ context }) => context.peer?.close(),
  },
  actors: {
    connect: fromPromise<Peer, Context>(({ input, signal }) => connect(input, signal)),
  },
  delays: {
    /** How long an answer may take (`--timeout`). */
    answerLimit: ({ context }) => context.options.timeout,
  },
}).createMachine({
  id: "address-book-client",
  context: ({ input }) => ({ ...input, peer: undefined, results: [] }),
  initial: "connecting",
  output: ({ context }) => outputOf(context),
  on: { "operator.stop": { target: ".failed", actions: "noteStopped" } },
  states: {
    connecting: {
      invoke: {
        src: "connect",
        input: ({ context }) => context,
        onDone: {
          target: "awaitingAnswer",
          actions: { type: "keepPeer", params: ({ event }) => event.output },
        },
        onError: {
          target: "failed",
          actions: { type: "noteError", params: ({ event }) => ({ error: event.error }) },
        },
      },
    },
    awaitingAnswer: {
      entry: "sayQuery",
      on: {
        "peer.message": [
          {
            guard: "isLastAnswer",
            target: "done",
            actions: ["hintPadding", "keepAnswer", "showName"],
          },
          {
            guard: "isAnswer",
            target: "parting",
            actions: ["hintPadding", "keepAnswer", "showName"],
          },
          { target: "failed", actions: "noteOddAnswer" },
        ],
        "peer.ended": { target: "failed", actions: "noteEnded" },
        "peer.closed": { target: "failed", actions: "noteEnded" },
      },
      after: { answerLimit: { target: "failed", actions: "noteTimeout" } },
    },
    parting: { entry: "hangUp", on: { "peer.closed": "connecting" } },
    done: { type: "final", entry: "hangUp" },
    failed: { type: "final", entry: "hangUp" },
  },
});

export default defineRole({
  name: "address-book-client",
  summary: "asks an address book for the names that belong to e-mail addresses",
  side: "client",
  transport: "tcp",
  port: 8080,
  options,
  machine: addressBookClientMachine,
  phases: {
    awaitingAnswer: {
      reads: "record",
      rule: "BOOK-1",
      expects: "the answer",
      due: "answer",
      isBinary: true,
      decode: (pending: Undecoded, { context }: Session<Context>) =>
        decodeAnswer(context.options.header, pending),
    },
  },
  steps: {
    connecting: "opens a TCP connection: each query has one of its own",
    awaitingAnswer: "says Q, the length and the address in one write, and waits for R, a length and a name",
    parting: "closes, and asks for the next address when the connection is gone",
    done: "has every answer",
    failed: "gives up",
  },
  assume: ({ opening }) => {
    const query = queryIn(opening);
    return {
      options: { email: query?.email ?? "unknown", header: query?.form ?? "8bit", timeout: "1h" },
      isUnclear: query === undefined,
    };
  },
  offers: (given) => `looks up ${emailsOf({ options: given }).join(", ")}`,
});

const emailsOf = ({ options: { email } }: { options: { readonly email: readonly string[] } }) => email;

/** The address that is asked for now: the first without a result. */
const emailOf = (context: Context) => emailsOf(context)[context.results.length] ?? "";

function note(resultOf: (context: Context, event: Event) => LookupResult) {
  return assign<Context, Event, undefined, Event, never>({
    results: ({ context, event }) => [...context.results, resultOf(context, event)],
  });
}

function failWith(code: ErrorCode, say: (context: Context, event: Event) => Cause) {
  return note((context, event) => failure(context, code, say(context, event)));
}

function failure(context: Context, code: ErrorCode, why: Cause): LookupResult {
  return failureOf(context, NetlabError.of(code, why));
}

function failureOf(context: Context, error: unknown): LookupResult {
  if (error instanceof NetlabError) return { ok: false, email: emailOf(context), ...error.asResult };
  throw error;
}

/** Result of an answer: a name, or one of the server's words for no; or a fault against the protocol. */
function judge(context: Context, event: Event): LookupResult {
  const { text: name, fault } = answerIn(context, event);
  const email = emailOf(context);
  if (fault !== undefined) return failure(context, "peer-error", fault);
  if (name === UNKNOWN_ADDRESS)
    return failure(context, "no-such-address", cause("address-not-listed", { email, said: name }));
  if (isRefusal(name)) return failure(context, "peer-error", cause("answer-is-error", { said: name }));
  return { ok: true, email, name };
}

/** [BOOK-1] A header of another form still tells some length, and a name of nothing, or of half of it. */
function answerIn({ options: { header: form } }: Context, event: Event): { text: string; fault?: Cause } {
  if (event.type !== "peer.message" || !event.value.ok) return { text: "" };
  const { bytes, value } = event;
  const { text, extraBytes } = value;
  if (text === "" || text.includes("\0")) {
    const start = bytes.toString("hex", 0, SHOWN_BYTES).replace(/..(?=.)/g, "$& ");
    return {
      text,
      fault: cause("answer-other-header", { start, form, other: otherFormOf(form, bytes) ?? "" }),
    };
  }
  return extraBytes === 0
    ? { text }
    : { text, fault: cause("answer-length-short", { by: extraBytes, text }) };
}

/** Rest of a C program's whole buffer: taken, as the length tells where the name ends. */
function hintPadding({ options: { header }, screen }: Context, event: Event): void {
  if (event.type !== "peer.message" || !event.value.ok || event.value.extraBytes > 0) return;
  const { bytes, value } = event;
  const padding = bytes.length - encodeAnswer(header, value.text).length;
  if (padding > 0 && value.text !== "")
    screen.hint(
      `note: ${padding} ${padding === 1 ? "byte follows" : "bytes follow"} the name: send header and name alone, not the whole buffer [BOOK-1]`,
    );
}

const oddIn = (event: Event) =>
  event.type === "peer.message" && !event.value.ok
    ? causeOf(event.value.why)
    : cause("failure", { text: "it answers oddly" });

/** The first failure, else the last name. */
function outputOf({ results }: Context): LookupRun {
  const failures = results.filter((result) => !result.ok);
  const [first] = failures;
  const result = first
    ? { ...first, message: failures.map(({ message }) => message).join("; ") }
    : results.at(-1);
  if (!result) throw new Error("ended without a result");
  return results.length > 1 ? { ...result, results } : result;
}

/** A connection that is made for a run that has been stopped meanwhile has no owner: it is closed here. */
async function connect(context: Context, signal: AbortSignal): Promise<Peer> {
  const { network, options } = context;
  const { host, port, header } = options;
  if (!fits(header, emailOf(context)))
    throw new NetlabError("bad-option/too-long-for-header", { email: emailOf(context), header });
  const peer = await network.connect({ host, port });
  if (signal.aborted) peer.close();
  return peer;
}
