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
 */
import { assign, fromPromise, setup } from "xstate";
import { z } from "zod";
import { type ErrorCode, NetlabError } from "../errors.ts";
import { causeText } from "../stories/cause-text.ts";
import { argsOf, type Cause, cause } from "../stories/causes.ts";
import { DISCOVER, isEnd, type Listing, parseListing, tokensIn, withoutTokens } from "../wire/bootstrap.ts";
import {
  ACKNOWLEDGEMENT,
  decodeSize,
  decodeWord,
  FOUND,
  INVALID,
  NOT_FOUND,
  VALID,
} from "../wire/file-transfer.ts";
import { duration, formatHostPort, hostPort, secret } from "./_options.ts";
import { type Decoded, defineRole, type Undecoded } from "./_role.ts";
import type { HostPort, PartialFile, Peer, World } from "./_world.ts";

/** `found` came with at least a whole size behind it, in one piece. */
const FOUND_AND_SIZE = "found and the size";
const SIZE_BYTES = 4;
/** Bytes that follow the last one come with it, or at once. */
const MAX_CHECK_MS = 100;

const options = z.object({
  service: z.string().min(1).max(64).describe("the kind of file, e.g. pdf"),
  file: z.string().min(1).max(4_096).describe("the file's name on the server"),
  bootstrap: hostPort().default({ host: "localhost", port: 1234 }).describe("the registry to ask, host:port"),
  server: hostPort().optional().describe("go to this server, ip:port, whether the registry lists it or not"),
  connectHost: z.string().optional().describe("connect here instead of the address the registry tells"),
  token: secret().optional().describe("say this token instead of the one the registry tells"),
  output: z.string().optional().describe("where to save it (default: the file's name)"),
  force: z.boolean().default(false).describe("replace a file of that name"),
  timeout: duration().default(5_000).describe("how long to wait for each answer"),
  quiet: duration().default(200).describe("how long a peer is silent after an answer that names no length"),
});
type Options = z.output<typeof options>;

/** How a run ended; what went wrong has a code of `src/errors.ts`. */
export type FetchResult =
  | { readonly ok: true; readonly path: string; readonly sizeBytes: number; readonly sha256: string }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string; readonly cause?: Cause };

interface Context extends World<Options> {
  readonly listings: readonly Listing[];
  /** The registry's `end` came. */
  readonly isListWhole: boolean;
  readonly chosen: Listing | undefined;
  readonly peer: Peer | undefined;
  readonly sizeBytes: number;
  /** Bytes so far, under a name of their own until they are known to be right. */
  readonly part: PartialFile | undefined;
  readonly result: FetchResult | undefined;
}

interface Thrown {
  readonly error: unknown;
}

type Event =
  | { type: "peer.message"; value: unknown }
  | { type: "peer.ended" }
  | { type: "peer.closed" }
  | { type: "operator.stop" };

export const fileClientMachine = setup({
  types: {
    context: {} as Context,
    events: {} as Event,
    input: {} as World<Options>,
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
      isWhole || screen.hint(causeText(noEnd(options))),
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
    discover: fromPromise<Discovered, Context>(({ input }) => discover(input)),
    connect: fromPromise<Peer, Context>(({ input, signal }) => connect(input, signal)),
    receive: fromPromise<PartialFile, Context>(({ input, signal }) => receive(input, signal)),
    drop: fromPromise<void, Context>(async ({ input }) => input.part?.discard()),
    keep: fromPromise<Saved, Context>(({ input }) => keep(input)),
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
  options,
  machine: fileClientMachine,
  phases: {
    authenticating: {
      reads: "record",
      rule: "FILE-1",
      expects: `${VALID} or ${INVALID}`,
      decode: (pending, { context }) => decodeWord([VALID, INVALID], context.options.quiet)(pending),
    },
    requesting: {
      reads: "record",
      rule: "FILE-3",
      expects: `${FOUND} or ${NOT_FOUND}`,
      decode: (pending, { context }) => decodeFound(pending, context.options.quiet),
    },
    sizing: { reads: "record", rule: "FILE-0", expects: "the size, 4 bytes", decode: decodeSize },
    checking: {
      reads: "record",
      rule: "FILE-0",
      expects: "nothing more than the size tells",
      decode: ({ bytes }) => (bytes.length > 0 ? { take: bytes.length, value: bytes.length } : undefined),
    },
  },
  steps: {
    discovering: "asks the registry by UDP who serves what, and collects datagrams until `end`",
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
  secrets: { find: tokensIn, hide: withoutTokens },
  offers: ({ service, file }) => `fetches ${file} (${service})`,
});

/** Words, and whether a size lies glued to the one for yes. */
function decodeFound(pending: Undecoded, quietMs: number): Decoded {
  const decoded = decodeWord([FOUND, NOT_FOUND], quietMs)(pending);
  const isYes = decoded !== undefined && "value" in decoded && decoded.value === FOUND;
  if (!isYes || pending.bytes.length - decoded.take < SIZE_BYTES) return decoded;
  return { take: decoded.take, value: FOUND_AND_SIZE };
}

const saidIn = (event: Event) => (event.type === "peer.message" ? event.value : undefined);

function failure(code: ErrorCode, why: Cause): FetchResult {
  return failureOf(NetlabError.of(code, why));
}

function failureOf(error: unknown): FetchResult {
  if (error instanceof NetlabError) return { ok: false, ...error.asResult };
  throw error;
}

function failWith(code: ErrorCode, say: (context: Context) => Cause) {
  return assign<Context, Event, undefined, Event, never>({
    result: ({ context }) => failure(code, say(context)),
  });
}

/** The server to go to: the one that was named, else the first that serves this [file client, wire.md]. */
function choose({ options, listings }: Context): Listing | undefined {
  const { server, service, token } = options;
  if (!server) return listings.find((listing) => listing.service === service);
  const likely = token ?? likelyTokenOf(server, service, listings);
  return likely === undefined ? undefined : { ip: server.host, port: server.port, service, token: likely };
}

/**
 * The listing of just this server; else one of the same address and kind, as a server that forgot `htons` listens on another
 * port than it registered [FILE-6]; else any of the kind. A wrong guess is answered Invalid, and told.
 */
function likelyTokenOf({ host, port }: HostPort, service: string, listings: readonly Listing[]) {
  const ofKind = listings.filter((one) => one.service === service);
  const atHost = listings.filter(({ ip }) => ip === host);
  const listing =
    atHost.find((one) => one.port === port) ?? ofKind.find((one) => one.ip === host) ?? ofKind[0];
  return listing?.token;
}

function noServer({ options, listings }: Context): FetchResult {
  const { server, service } = options;
  const registry = formatHostPort(options.bootstrap);
  const listed = [...new Set(listings.map((listing) => listing.service))].join(", ");
  const why = server
    ? cause("no-token-known", { server: formatHostPort(server), service, registry, listed })
    : cause("no-such-service", { service, registry, listed });
  return failure("no-such-service", why);
}

function oddAnswer({ peer }: Context, event: Event): Cause {
  const value = saidIn(event);
  const { address: host, port } = peer?.remote ?? { address: "", port: 0 };
  return typeof value === "number"
    ? cause("odd-size", { host, port, size: value })
    : cause("odd-answer", { host, port, said: String(value) });
}

interface Discovered {
  readonly listings: readonly Listing[];
  readonly isWhole: boolean;
}

interface Saved {
  readonly path: string;
  readonly sha256: string;
}

const noEnd = ({ bootstrap, timeout }: Options) =>
  cause("list-without-end", { registry: formatHostPort(bootstrap), withinMs: timeout });

function tooMuch({ sizeBytes, options }: Context, event: Event): Cause {
  return cause("size-exceeded", { told: sizeBytes, more: Number(saidIn(event)), name: options.file });
}

/** A file that is right may still have come on a way that was not. */
function resultOf({ sizeBytes, isListWhole, options }: Context, { path, sha256 }: Saved): FetchResult {
  if (isListWhole) return { ok: true, path, sizeBytes, sha256 };
  const registry = formatHostPort(options.bootstrap);
  return failure("peer-error", cause("saved-without-end", { path, size: sizeBytes, registry }));
}

async function discover({ options, network }: Context): Promise<Discovered> {
  const { bootstrap: to, timeout: timeoutMs } = options;
  const answers = await network.ask({ to, text: DISCOVER, timeoutMs, isLast: isEnd });
  if (answers.length === 0) {
    throw NetlabError.of(
      "timed-out",
      cause("registry-silent", { registry: formatHostPort(to), withinMs: timeoutMs }),
    );
  }
  const listings = answers.flatMap((answer) => {
    const parsed = parseListing(answer);
    if (!parsed.ok) throw NetlabError.of("peer-error", cause("listing-odd", { why: parsed.why }));
    return parsed.value;
  });
  return { listings, isWhole: answers.some(isEnd) };
}

/** A connection that is made for a run that has been stopped meanwhile has no owner: it is closed here. */
async function connect({ options, chosen, network }: Context, signal: AbortSignal): Promise<Peer> {
  if (!chosen) throw new Error("asked to connect before a server was chosen");
  const to: HostPort = { host: options.connectHost ?? chosen.ip, port: chosen.port };
  try {
    const peer = await network.connect(to);
    if (signal.aborted) peer.close();
    return peer;
  } catch (error) {
    if (!(error instanceof NetlabError) || options.connectHost || options.server) throw error;
    const unreachable = argsOf(error.fact, "unreachable");
    if (!unreachable) throw error;
    throw NetlabError.of(error.code, cause("unreachable-listed", unreachable), { cause: error });
  }
}

/** Never a half-written file under the final name: `.part` until every byte is there. */
async function receive(context: Context, signal: AbortSignal): Promise<PartialFile> {
  const { options, peer, sizeBytes, files } = context;
  if (!peer) throw new Error("asked to receive without a connection");
  const part = await files.create(options.output ?? baseName(options.file), { overwrite: options.force });
  // A stopped run has no user to tell that its .part file stays.
  signal.addEventListener("abort", () => part.discard().catch(() => undefined));
  try {
    signal.throwIfAborted(); // while the file was made
    await peer.receiveInto(part, sizeBytes);
    signal.throwIfAborted();
    return part;
  } catch (error) {
    await part.discard();
    throw error;
  }
}

async function keep({ part }: Context): Promise<Saved> {
  if (!part) throw new Error("asked to keep what was not received");
  return { path: part.path, sha256: await part.finish() };
}

/** A server must not choose where a file lands: only the name's last part counts. */
const baseName = (name: string) => name.split(/[\\/]/).at(-1) || "download";
