/**
 * A file client: asks the registry who serves a kind of file, and fetches one.
 *
 *   discovering → choosing → connecting → authenticating → requesting → sizing → receiving → checking → keeping → saved
 *        └───────────┴───────────┴──────────────┴─────────────┴───────────┴──────────┴──────────┴─────────┴───→ failed
 *
 *   UDP  C> DISCOVERY    S> ip,port,service,token …   S> end
 *   TCP  C> token        S> valid | Invalid
 *        C> filename     S> found, size int32 little-endian | not found
 *        C> Got\0        S> the file's bytes
 *
 * Long, because a role is one file.
 */
import { assign, fromPromise, setup } from "xstate";
import { cause } from "../stories/causes.ts";
import { tokensIn, withoutTokens } from "../wire/bootstrap.ts";
import {
  ACKNOWLEDGEMENT,
  decodeSize,
  decodeWord,
  FOUND,
  INVALID,
  NOT_FOUND,
  VALID,
} from "../wire/file-transfer.ts";
import { firstWord } from "./_assumed.ts";
import {
  choose,
  connect,
  type Discovered,
  decodeFound,
  discover,
  discovery,
  type FetchContext,
  type FetchEvent,
  type FetchOptions,
  type FetchResult,
  FOUND_AND_SIZE,
  failure,
  failureOf,
  failWith,
  fetchOptions,
  keep,
  noEnd,
  noServer,
  oddAnswer,
  receive,
  resultOf,
  type Saved,
  saidIn,
  type Thrown,
  tooMuch,
} from "./_fetching.ts";
import { defineRole } from "./_role.ts";
import type { PartialFile, Peer, World } from "./_world.ts";

export type { FetchResult } from "./_fetching.ts";

/** Time for bytes behind the last one, which come with it or at once. */
const MAX_CHECK_MS = 100;

export const fileClientMachine = setup({
  types: {
    context: {} as FetchContext,
    events: {} as FetchEvent,
    input: {} as World<FetchOptions>,
    output: {} as FetchResult,
  },
  guards: {
    isDirect: ({ context: { options } }) => options.server !== undefined && options.token !== undefined,
    hasMatch: ({ context }) => choose(context) !== undefined,
    isValid: ({ event }) => saidIn(event) === VALID,
    isInvalid: ({ event }) => saidIn(event) === INVALID,
    isFound: ({ event }) => saidIn(event) === FOUND,
    isFoundAndSize: ({ event }) => saidIn(event) === FOUND_AND_SIZE,
    isNotFound: ({ event }) => saidIn(event) === NOT_FOUND,
    isSize: ({ event }) => typeof saidIn(event) === "number" && (saidIn(event) as number) >= 0,
  },
  actions: {
    keepListings: assign((_, { listings, isWhole }: Discovered) => ({ listings, isListWhole: isWhole })),
    hintNoEnd: ({ context: { options, screen } }, { isWhole }: Discovered) =>
      isWhole || screen.hint(noEnd(options)),
    hintGlued: ({ context: { screen } }) =>
      screen.hint(
        "note: found and the size came in one piece. Send found, pause 50 ms, then send the size: a client that calls recv() once for each loses the size [FILE-0]",
      ),
    keepPart: assign({ part: (_, part: PartialFile) => part }),
    noteTooMuch: assign({ result: ({ context, event }) => failure("peer-error", tooMuch(context, event)) }),
    choose: assign({ chosen: ({ context }) => choose(context) }),
    keepPeer: assign({ peer: (_, peer: Peer) => peer }),
    sayToken: ({ context }) => context.peer?.send(context.options.token ?? context.chosen?.token ?? ""),
    sayFilename: ({ context }) => context.peer?.send(context.options.file),
    keepSize: assign({ sizeBytes: ({ event }) => Number(saidIn(event)) }),
    acknowledge: ({ context }) => context.peer?.sendBytes(Buffer.from(ACKNOWLEDGEMENT)),
    keepSaved: assign({ result: ({ context }, saved: Saved) => resultOf(context, saved) }),
    noteNoServer: assign({ result: ({ context }) => noServer(context) }),
    noteRefused: failWith("token-refused", ({ options: { token } }) =>
      cause(token === undefined ? "listed-token-refused" : "token-refused", {}),
    ),
    noteNotFound: failWith("no-such-file", ({ options }) => cause("no-such-file", { name: options.file })),
    noteOddAnswer: assign({
      result: ({ context, event }) => failure("peer-error", oddAnswer(context, event)),
    }),
    noteTimeout: failWith("timed-out", ({ options }) => cause("no-answer", { withinMs: options.timeout })),
    noteEnded: failWith("peer-error", () => cause("server-closed-early", {})),
    noteStopped: failWith("interrupted", () => cause("stopped", {})),
    noteError: assign({ result: (_, { error }: Thrown) => failureOf(error) }),
    hangUp: ({ context }) => context.peer?.close(),
  },
  actors: {
    discover: fromPromise<Discovered, FetchContext>(({ input }) => discover(input)),
    connect: fromPromise<Peer, FetchContext>(({ input, signal }) => connect(input, signal)),
    receive: fromPromise<PartialFile, FetchContext>(({ input, signal }) => receive(input, signal)),
    drop: fromPromise<void, FetchContext>(async ({ input }) => input.part?.discard()),
    keep: fromPromise<Saved, FetchContext>(({ input }) => keep(input)),
  },
  delays: {
    /** How long each answer may take (`--timeout`). */
    answerLimit: ({ context }) => context.options.timeout,
    checkTime: ({ context }) => Math.min(context.options.quiet, MAX_CHECK_MS),
  },
}).createMachine({
  id: "file-client",
  context: ({ input }) => ({
    ...input,
    listings: [],
    isListWhole: true,
    chosen: undefined,
    peer: undefined,
    sizeBytes: 0,
    part: undefined,
    result: undefined,
  }),
  initial: "starting",
  output: ({ context }) =>
    context.result ?? failure("peer-error", cause("failure", { text: "ended without a result" })),
  on: { "operator.stop": { target: ".failed", actions: "noteStopped" } },
  states: {
    starting: { always: [{ guard: "isDirect", target: "choosing" }, { target: "discovering" }] },
    discovering: {
      invoke: {
        src: "discover",
        input: ({ context }) => context,
        onDone: {
          target: "choosing",
          actions: [
            { type: "keepListings", params: ({ event }) => event.output },
            { type: "hintNoEnd", params: ({ event }) => event.output },
          ],
        },
        onError: {
          target: "failed",
          actions: { type: "noteError", params: ({ event }) => ({ error: event.error }) },
        },
      },
    },
    choosing: {
      always: [
        { guard: "hasMatch", target: "connecting", actions: "choose" },
        { target: "failed", actions: "noteNoServer" },
      ],
    },
    connecting: {
      invoke: {
        src: "connect",
        input: ({ context }) => context,
        onDone: {
          target: "authenticating",
          actions: { type: "keepPeer", params: ({ event }) => event.output },
        },
        onError: {
          target: "failed",
          actions: { type: "noteError", params: ({ event }) => ({ error: event.error }) },
        },
      },
    },
    authenticating: {
      entry: "sayToken",
      on: {
        "peer.message": [
          { guard: "isValid", target: "requesting" },
          { guard: "isInvalid", target: "failed", actions: "noteRefused" },
          { target: "failed", actions: "noteOddAnswer" },
        ],
        "peer.ended": { target: "failed", actions: "noteEnded" },
        "peer.closed": { target: "failed", actions: "noteEnded" },
      },
      after: { answerLimit: { target: "failed", actions: "noteTimeout" } },
    },
    requesting: {
      entry: "sayFilename",
      on: {
        "peer.message": [
          { guard: "isFound", target: "sizing" },
          { guard: "isFoundAndSize", target: "sizing", actions: "hintGlued" },
          { guard: "isNotFound", target: "failed", actions: "noteNotFound" },
          { target: "failed", actions: "noteOddAnswer" },
        ],
        "peer.ended": { target: "failed", actions: "noteEnded" },
        "peer.closed": { target: "failed", actions: "noteEnded" },
      },
      after: { answerLimit: { target: "failed", actions: "noteTimeout" } },
    },
    sizing: {
      on: {
        "peer.message": [
          { guard: "isSize", target: "receiving", actions: "keepSize" },
          { target: "failed", actions: "noteOddAnswer" },
        ],
        "peer.ended": { target: "failed", actions: "noteEnded" },
        "peer.closed": { target: "failed", actions: "noteEnded" },
      },
      after: { answerLimit: { target: "failed", actions: "noteTimeout" } },
    },
    receiving: {
      entry: "acknowledge",
      invoke: {
        src: "receive",
        input: ({ context }) => context,
        onDone: { target: "checking", actions: { type: "keepPart", params: ({ event }) => event.output } },
        onError: {
          target: "failed",
          actions: { type: "noteError", params: ({ event }) => ({ error: event.error }) },
        },
      },
    },
    checking: {
      on: {
        "peer.message": { target: "dropping", actions: "noteTooMuch" },
        "operator.stop": { target: "dropping", actions: "noteStopped" },
        "peer.ended": "keeping",
        "peer.closed": "keeping",
      },
      after: { checkTime: "keeping" },
    },
    keeping: {
      invoke: {
        src: "keep",
        input: ({ context }) => context,
        onDone: { target: "saved", actions: { type: "keepSaved", params: ({ event }) => event.output } },
        onError: {
          target: "dropping",
          actions: { type: "noteError", params: ({ event }) => ({ error: event.error }) },
        },
      },
    },
    saved: { type: "final", entry: "hangUp" },
    // The fault stays the result; nothing is left of the file when it is told.
    dropping: {
      invoke: { src: "drop", input: ({ context }) => context, onDone: "failed", onError: "failed" },
    },
    failed: { type: "final", entry: "hangUp" },
  },
});

export default defineRole({
  name: "file-client",
  summary: "discovers a file server and fetches one file from it",
  side: "client",
  transport: "tcp",
  port: 1234,
  options: fetchOptions,
  machine: fileClientMachine,
  phases: {
    authenticating: {
      reads: "record",
      rule: "FILE-1",
      expects: `${VALID} or ${INVALID}`,
      due: "answer",
      decode: (pending, { context }) => decodeWord([VALID, INVALID], context.options.quiet)(pending),
    },
    requesting: {
      reads: "record",
      rule: "FILE-3",
      expects: `${FOUND} or ${NOT_FOUND}`,
      due: "answer",
      decode: (pending, { context }) => decodeFound(pending, context.options.quiet),
    },
    sizing: {
      reads: "record",
      rule: "FILE-0",
      expects: "the size, 4 bytes",
      due: "answer",
      isBinary: true,
      decode: decodeSize,
    },
    checking: {
      reads: "record",
      rule: "FILE-0",
      expects: "nothing more than the size tells",
      isBinary: true,
      decode: ({ bytes }) => (bytes.length > 0 ? { take: bytes.length, value: bytes.length } : undefined),
    },
  },
  steps: {
    discovering: "asks the registry by UDP for the list of file servers, and collects datagrams until `end`",
    choosing: "picks the first server of that service",
    connecting: "opens a TCP connection to it",
    authenticating: "says the token, and waits for `valid` or `Invalid`",
    requesting: "says the filename, and waits for `found` or `not found`",
    sizing: "waits for the size: 4 bytes, little-endian",
    receiving: "acknowledges, and reads exactly that many bytes into a .part file",
    checking: "the last byte is there; waits a moment, in case more follow than the size told",
    keeping: "gives the .part file its final name",
    dropping: "removes what came",
    saved: "the file is whole, and has its final name",
    failed: "gives up; nothing is left under the final name",
  },
  assume: ({ opening, client: [, name] }) => {
    const token = firstWord(opening);
    const file = name ? firstWord(name) : "";
    return {
      options: {
        service: file.slice(file.lastIndexOf(".") + 1, file.length).slice(0, 64) || "file",
        file: file || "unknown",
        server: "127.0.0.1:1236",
        token: token || "unknown",
        timeout: "1h",
      },
      secrets: token === "" ? [] : [token],
    };
  },
  asks: discovery,
  secrets: { find: tokensIn, hide: withoutTokens },
  offers: ({ service, file }) => `fetches ${file} (${service})`,
});
