/** Steps of a file client: from which server, over which way, and into which file. */
import { assign } from "xstate";
import * as z from "zod";
import { type ErrorCode, NetlabError } from "../errors.ts";
import { argsOf, type Cause, cause } from "../stories/causes.ts";
import { DISCOVER, isEnd, type Listing, parseListing } from "../wire/bootstrap.ts";
import { decodeWord, FOUND, NOT_FOUND } from "../wire/file-transfer.ts";
import type { Asking } from "./_asking.ts";
import { duration, formatHostPort, hostPort, secret } from "./_options.ts";
import type { Decoded, Undecoded } from "./_role.ts";
import type { HostPort, PartialFile, Peer, World } from "./_world.ts";

/** `found` came with at least a whole size behind it, in one piece. */
export const FOUND_AND_SIZE = "found and the size";
const SIZE_BYTES = 4;

/** Options of a file client. */
const TIMEOUT_MS = 5_000;

export const fetchOptions = z.object({
  service: z.string().min(1).max(64).describe("the kind of file, e.g. pdf"),
  file: z.string().min(1).max(4_096).describe("the file's name on the server"),
  bootstrap: hostPort().default({ host: "localhost", port: 1234 }).describe("the registry to ask, host:port"),
  server: hostPort().optional().describe("go to this server, ip:port, whether the registry lists it or not"),
  connectHost: z.string().optional().describe("connect here instead of the address that the registry lists"),
  token: secret().optional().describe("send this token instead of the one that the registry lists"),
  output: z.string().optional().describe("where to save it (default: the file's name)"),
  force: z.boolean().default(false).describe("replace a file of that name"),
  timeout: duration().default(TIMEOUT_MS).describe("how long to wait for each answer"),
  quiet: duration().default(200).describe("an answer without a length is complete after this silence"),
});
export type FetchOptions = z.output<typeof fetchOptions>;

/** How a run ended; what went wrong has a code of `src/errors.ts`. */
export type FetchResult =
  | { readonly ok: true; readonly path: string; readonly sizeBytes: number; readonly sha256: string }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string; readonly cause?: Cause };

export interface FetchContext extends World<FetchOptions> {
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

export interface Thrown {
  readonly error: unknown;
}

export type FetchEvent =
  | { type: "peer.message"; value: unknown }
  | { type: "peer.ended" }
  | { type: "peer.closed" }
  | { type: "operator.stop" };

/** Words, and whether a size lies glued to the one for yes. */
export function decodeFound(pending: Undecoded, quietMs: number): Decoded {
  const decoded = decodeWord([FOUND, NOT_FOUND], quietMs)(pending);
  const isYes = decoded !== undefined && "value" in decoded && decoded.value === FOUND;
  if (!isYes || pending.bytes.length - decoded.take < SIZE_BYTES) return decoded;
  return { take: decoded.take, value: FOUND_AND_SIZE };
}

export const saidIn = (event: FetchEvent) => (event.type === "peer.message" ? event.value : undefined);

export function failure(code: ErrorCode, why: Cause): FetchResult {
  return failureOf(NetlabError.of(code, why));
}

export function failureOf(error: unknown): FetchResult {
  if (error instanceof NetlabError) return { ok: false, ...error.asResult };
  throw error;
}

export function failWith(code: ErrorCode, say: (context: FetchContext) => Cause) {
  return assign<FetchContext, FetchEvent, undefined, FetchEvent, never>({
    result: ({ context }) => failure(code, say(context)),
  });
}

/** The server to go to: the one that was named, else the first that serves this [file client, wire.md]. */
export function choose({ options, listings }: FetchContext): Listing | undefined {
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

export function noServer({ options, listings }: FetchContext): FetchResult {
  const { server, service } = options;
  const registry = formatHostPort(options.bootstrap);
  const listed = [...new Set(listings.map((listing) => listing.service))].join(", ");
  const why = server
    ? cause("no-token-known", { server: formatHostPort(server), service, registry, listed })
    : cause("no-such-service", { service, registry, listed });
  return failure("no-such-service", why);
}

export function oddAnswer({ peer }: FetchContext, event: FetchEvent): Cause {
  const value = saidIn(event);
  const { address: host, port } = peer?.remote ?? { address: "", port: 0 };
  return typeof value === "number"
    ? cause("odd-size", { host, port, size: value })
    : cause("odd-answer", { host, port, said: String(value) });
}

export interface Discovered {
  readonly listings: readonly Listing[];
  readonly isWhole: boolean;
}

export interface Saved {
  readonly path: string;
  readonly sha256: string;
}

export const noEnd = ({ bootstrap, timeout }: FetchOptions) =>
  cause("list-without-end", { registry: formatHostPort(bootstrap), withinMs: timeout });

export function tooMuch({ sizeBytes, options }: FetchContext, event: FetchEvent): Cause {
  return cause("size-exceeded", { told: sizeBytes, more: Number(saidIn(event)), name: options.file });
}

/** A file that is right may still have come on a way that was not. */
export function resultOf(
  { sizeBytes, isListWhole, options }: FetchContext,
  { path, sha256 }: Saved,
): FetchResult {
  if (isListWhole) return { ok: true, path, sizeBytes, sha256 };
  const registry = formatHostPort(options.bootstrap);
  return failure("peer-error", cause("saved-without-end", { path, size: sizeBytes, registry }));
}

/** First question of a file client: for the list of servers. */
export const discovery: Asking = {
  of: "bootstrap",
  state: "discovering",
  patienceMs: TIMEOUT_MS,
  isQuestion: (text) => text.startsWith(DISCOVER),
  isAnswered: (answers) => answers.some(isEnd),
  faultIn: (_, answers, registry) =>
    answers.length === 0
      ? cause("registry-silent", { registry, withinMs: TIMEOUT_MS })
      : answers.map(parseListing).flatMap((one) => (one.ok ? [] : cause("listing-odd", { why: one.why })))[0],
};

export async function discover({ options, network }: FetchContext): Promise<Discovered> {
  const { bootstrap: to, timeout: timeoutMs } = options;
  const answers = await network.ask({ to, text: DISCOVER, timeoutMs, isLast: isEnd, isLook: true });
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
export async function connect(
  { options, chosen, network }: FetchContext,
  signal: AbortSignal,
): Promise<Peer> {
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
export async function receive(context: FetchContext, signal: AbortSignal): Promise<PartialFile> {
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

export async function keep({ part }: FetchContext): Promise<Saved> {
  if (!part) throw new Error("asked to keep what was not received");
  return { path: part.path, sha256: await part.finish() };
}

/** A server must not choose where a file lands: only the name's last part counts. */
const baseName = (name: string) => name.split(/[\\/]/).at(-1) || "download";
