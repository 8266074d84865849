/** Datagrams of the bootstrap registry [BOOT-1…BOOT-6]: text ↔ values. Pure. */
import { isIP } from "node:net";
import { dropTrailing } from "./drop-trailing.ts";

export interface Service {
  readonly port: number;
  readonly service: string;
  readonly token: string;
}

export interface Listing extends Service {
  readonly ip: string;
}

export type BootstrapRequest =
  | { readonly type: "register"; readonly entry: Listing }
  | { readonly type: "discover"; readonly service: string | undefined }
  | { readonly type: "deregister"; readonly ip: string; readonly port: number; readonly token: string }
  | { readonly type: "stop" };

export type Parsed<Value> = { ok: true; value: Value } | { ok: false; why: string };

export const REGISTER = "REGISTRN";
export const DISCOVER = "DISCOVERY";
export const DEREGISTER = "DEREGISTR";
export const BYE = "bye";
/** The last datagram of every answer to DISCOVERY. */
export const END = "end";
const ERROR = "ERROR";
/** No datagram is longer, so that none is fragmented on an Ethernet [BOOT-4]. */
const DATAGRAM_LIMIT = 1400;
const FIELD_LIMIT = 64;

/** Reads a datagram as a request; trailing NUL, `\r` and `\n` are dropped [BOOT-6]. */
export function parseBootstrapRequest(datagram: string): Parsed<BootstrapRequest> {
  const text = dropTrailing(beforeNul(datagram), "\r\n");
  const [word, ...fields] = text.split(",");
  switch (word) {
    case REGISTER:
      return parseRegistration(fields);
    case DISCOVER:
      return parseDiscovery(fields);
    case DEREGISTER:
      return parseDeregistration(fields);
    case BYE:
      return { ok: true, value: { type: "stop" } };
    case "":
      return { ok: false, why: "empty datagram" };
    default:
      return { ok: false, why: `unknown request, use ${REGISTER} or ${DISCOVER}` };
  }
}

/** A file server's registration, as it is sent. */
export const registration = ({ ip, port, service, token }: Listing) =>
  [REGISTER, ip, port, service, token].join(",");

export const errorAnswer = (why: string) => `${ERROR},${why}`;
export const isError = (answer: string) => answer.startsWith(ERROR);

/** Whether a text is how a registry is spoken to, and nothing else is. */
export function opensBootstrap(text: string): boolean {
  return text.startsWith(`${REGISTER},`) || text.startsWith(`${DISCOVER},`) || text.trimEnd() === DISCOVER;
}

/** A datagram may be a C program's whole buffer: what lies behind its NUL is padding or stale. */
function beforeNul(datagram: string): string {
  const nul = datagram.indexOf("\0");
  return nul < 0 ? datagram : datagram.slice(0, nul);
}

function parseRegistration(fields: readonly string[]): Parsed<BootstrapRequest> {
  const [ip = "", port = "", service = "", token = ""] = fields;
  if (fields.length !== 4) return { ok: false, why: `use ${REGISTER},<ip>,<port>,<service>,<token>` };
  const wrong = checkListing({ ip, port, service, token });
  if (wrong) return { ok: false, why: wrong };
  return { ok: true, value: { type: "register", entry: { ip, port: Number(port), service, token } } };
}

function parseDiscovery(fields: readonly string[]): Parsed<BootstrapRequest> {
  const [service] = fields;
  if (fields.length > 1 || service === "")
    return { ok: false, why: `use ${DISCOVER} or ${DISCOVER},<service>` };
  return { ok: true, value: { type: "discover", service } };
}

function parseDeregistration(fields: readonly string[]): Parsed<BootstrapRequest> {
  const [ip = "", port = "", token = ""] = fields;
  if (fields.length !== 3) return { ok: false, why: `use ${DEREGISTER},<ip>,<port>,<token>` };
  const wrong = checkListing({ ip, port, service: "any", token });
  if (wrong) return { ok: false, why: wrong };
  return { ok: true, value: { type: "deregister", ip, port: Number(port), token } };
}

/** Fault in an entry's fields [BOOT-2], or undefined. */
export function checkListing(entry: Record<"ip" | "port" | "service" | "token", string>): string | undefined {
  // A zone (`fe80::1%eth0`) means something on the sender's machine alone, and may be of any length.
  if (isIP(entry.ip) === 0 || entry.ip.includes("%")) return "ip is not an IPv4 or IPv6 address";
  if (!isPort(entry.port)) return "port is not a number from 1 to 65535";
  if (!isField(entry.service)) return "service must have 1 to 64 characters and no comma";
  if (!isField(entry.token)) return "token must have 1 to 64 characters and no comma";
  return undefined;
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}

/** Characters are counted one by one only where there may be too many. */
function isField(text: string): boolean {
  if (text.length === 0 || text.includes(",")) return false;
  return text.length <= FIELD_LIMIT || [...text].length <= FIELD_LIMIT;
}

/**
 * The answer to DISCOVERY: a datagram per IP in string order, its services by port (so that the order in which servers
 * happened to start shows nowhere), a long one continued with its ip again, then `end` [BOOT-4].
 */
export function discoveryAnswer(listings: Iterable<Listing>): string[] {
  const byIp = Map.groupBy(listings, (listing) => listing.ip);
  const datagrams: string[] = [];
  for (const ip of [...byIp.keys()].sort(inStringOrder)) {
    let datagram = ip;
    let sizeBytes = ip.length;
    for (const { port, service, token } of (byIp.get(ip) ?? []).toSorted((a, b) => a.port - b.port)) {
      const part = `,${port},${service},${token}`;
      const partBytes = Buffer.byteLength(part);
      if (datagram !== ip && sizeBytes + partBytes > DATAGRAM_LIMIT) {
        datagrams.push(datagram);
        datagram = ip;
        sizeBytes = ip.length;
      }
      datagram += part;
      sizeBytes += partBytes;
    }
    datagrams.push(datagram);
  }
  datagrams.push(END);
  return datagrams;
}

const inStringOrder = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Datagram of an answer, as other people's registries may write it. `end` is an empty list. */
export function parseListing(datagram: string): Parsed<Listing[]> {
  const text = dropTrailing(beforeNul(datagram), " \t\r\n");
  if (text === END) return { ok: true, value: [] };
  if (isError(text)) return { ok: false, why: `the registry answers: ${text}` };
  const [ip = "", ...fields] = text.split(",").map((field) => field.trim());
  if (isIP(ip) === 0 || fields.length === 0 || fields.length % 3 !== 0) {
    return { ok: false, why: `not an answer to DISCOVERY: ${JSON.stringify(text.slice(0, 80))}` };
  }
  const listings: Listing[] = [];
  for (let index = 0; index < fields.length; index += 3) {
    const [port = "", service = "", token = ""] = fields.slice(index, index + 3);
    if (!isPort(port)) return { ok: false, why: `not a port: ${JSON.stringify(port)}` };
    listings.push({ ip, port: Number(port), service, token });
  }
  return { ok: true, value: listings };
}

const REGISTRATION_FIELDS = 5;

/** Places of the tokens among the fields of a datagram, ours or a registry's; none where it is something else. */
function tokenFields(fields: readonly string[]): number[] {
  const [word = ""] = fields;
  if (word === REGISTER) return [4];
  if (word === DEREGISTER) return [3];
  if (isIP(word.trim()) === 0) return [];
  return fields.flatMap((_, index) => (index > 0 && index % 3 === 0 ? [index] : []));
}

/** A registration whose fields are divided otherwise than by commas still tells its token, last of five words. */
function misplacedToken(datagram: string): { start: number; token: string } | undefined {
  const text = dropTrailing(beforeNul(datagram), " \t\r\n");
  if (!/^\s*registrn\b/i.test(text) || text.split(",").length >= REGISTRATION_FIELDS) return undefined;
  const words = text.trim().split(/[\s,;|]+/);
  const token = words.at(-1) ?? "";
  return words.length < REGISTRATION_FIELDS ? undefined : { start: text.length - token.length, token };
}

/** The tokens that a datagram tells. */
export function tokensIn(datagram: string): string[] {
  const misplaced = misplacedToken(datagram);
  if (misplaced) return [misplaced.token];
  const fields = dropTrailing(beforeNul(datagram), " \t\r\n").split(",");
  return tokenFields(fields).flatMap((index) => fields[index]?.trim() ?? []);
}

/** The datagram with each token masked; what ends it stays. */
export function withoutTokens(datagram: string, mask: string): string {
  const misplaced = misplacedToken(datagram);
  if (misplaced) {
    const { start, token } = misplaced;
    return datagram.slice(0, start) + mask + datagram.slice(start + token.length);
  }
  const fields = datagram.split(",");
  for (const index of tokenFields(fields)) {
    const field = fields[index];
    if (field !== undefined) fields[index] = field.replace(/^[^\0\r\n]+/, mask);
  }
  return fields.join(",");
}

export const isEnd = (datagram: string) => beforeNul(datagram).trimEnd() === END;
