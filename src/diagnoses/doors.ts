/** Programs at the wrong port, or at one where all places are taken. */
import { argsOf } from "../stories/causes.ts";
import { QUERY } from "../wire/address-record.ts";
import { opensBootstrap } from "../wire/bootstrap.ts";
import { byteSwapped } from "../wire/byte-swapped.ts";
import { isWholeLogin } from "../wire/chat.ts";
import { isClockRequest } from "../wire/clock.ts";
import { isKnock } from "../wire/knock-knock.ts";
import type { Diagnosis, Finding } from "./_diagnosis.ts";
import { type Evidence, quoted, withArticle } from "./_evidence.ts";
import { firstRule, placeOf } from "./_places.ts";
import { at } from "./_reproduce.ts";

const TLS_HANDSHAKE = 0x16;
const HTTP = /^(GET|POST|HEAD|PUT|OPTIONS|DELETE|PATCH|CONNECT) \S+ HTTP\/\d/;

/** Opening words that belong to one role, and that come by no chance. */
const OPENINGS: readonly {
  readonly role: string;
  readonly isUdp: boolean;
  readonly opens: (text: string) => boolean;
}[] = [
  { role: "bootstrap", isUdp: true, opens: opensBootstrap },
  { role: "clock", isUdp: true, opens: isClockRequest },
  { role: "knock-knock", isUdp: false, opens: isKnock },
  { role: "chat", isUdp: false, opens: isWholeLogin },
  { role: "file-server", isUdp: false, opens: (text) => TOKEN.test(text) },
];
/** Words that no person says for an echo of them. */
const STRONG = new Set(["bootstrap", "clock", "knock-knock", "address-book"]);
/** Tokens as labs give them: a name may look like that, but nothing else does. */
const TOKEN = /^server\d{1,3}$/;

export const doors: readonly Diagnosis[] = [
  {
    id: "D21",
    name: "speaks-http",
    title: "This is HTTP: a browser, curl, or a web library or server is talking",
    level: "violation",
    rank: "door",
    excludes: "all",
    find: findHttp,
  },
  {
    id: "D22",
    name: "speaks-tls",
    title: "This is TLS: your program asks for an encrypted connection",
    level: "violation",
    rank: "door",
    excludes: "all",
    find: findTls,
  },
  {
    id: "D23",
    name: "speaks-to-another-role",
    title: "These are the opening words of another role",
    level: "violation",
    hasOwnLevel: true,
    rank: "door",
    excludes: "all",
    find: (evidence) => findOpening(evidence, false),
  },
  {
    id: "D24",
    name: "speaks-udp-words-over-tcp",
    title: "These words belong into a datagram (UDP), not into a connection (TCP)",
    level: "violation",
    hasOwnLevel: true,
    rank: "door",
    excludes: "all",
    find: (evidence) => findOpening(evidence, true),
  },
  {
    id: "D25",
    name: "forgets-htons",
    title: "It came in by the byte-swapped port: htons() is missing",
    level: "note",
    rank: "door",
    excludes: ["D62"],
    find: findSwappedPort,
  },
  {
    id: "D26",
    name: "takes-every-place",
    title: "All places are taken",
    level: "violation",
    rank: "endings",
    find: findFull,
  },
];

const HTTP_ANSWER = /^HTTP\/\d(\.\d)? \d{3}/;

/** Our client has come to a web server. */
function findHttpServer(evidence: Evidence, answer: string): Finding | undefined {
  if (!HTTP_ANSWER.test(answer)) return undefined;
  return {
    rule: ruleOf(evidence),
    reads: evidence.reads.slice(0, 1),
    state: firstState(evidence),
    expected: "the protocol's own words",
    cause: `${quoted(answer.split("\r\n")[0] ?? "")} is how a web server answers. A program on ${evidence.host}:${evidence.port} speaks HTTP, not this protocol: probably it is another program, or the server is built on an HTTP library.`,
    advice: [
      "Look which program has that port: ss -tlnp",
      "Accept a plain TCP connection and send the protocol's own words; no http.server, no web framework.",
    ],
  };
}

function findHttp(evidence: Evidence): Finding | undefined {
  const request = evidence.opening.toString("latin1");
  if (!evidence.isServer) return findHttpServer(evidence, request);
  if (!HTTP.test(request)) return undefined;
  return {
    rule: ruleOf(evidence),
    reads: evidence.reads.slice(0, 1),
    state: firstState(evidence),
    expected: firstExpected(evidence),
    cause: `${quoted(request.split("\r\n")[0] ?? "")} is how a browser asks for a page. This is ${withArticle(evidence.roleName)}: it speaks a protocol of its own, directly over TCP.`,
    advice: [
      "Open a socket and send the protocol's own words; no HTTP library, no browser.",
      "If you want a web server: it has another port.",
    ],
    reproduce: `curl http://${evidence.host}:${evidence.port}/`,
  };
}

function findTls(evidence: Evidence): Finding | undefined {
  const [type, major] = evidence.opening;
  if (!evidence.isServer) return findTlsServer(evidence);
  if (type !== TLS_HANDSHAKE || major !== 0x03) return undefined;
  return {
    rule: ruleOf(evidence),
    reads: evidence.reads.slice(0, 1),
    state: firstState(evidence),
    expected: firstExpected(evidence),
    cause:
      "16 03 is how a TLS handshake begins: your program tries to agree on encryption first (https://, ssl.wrap_socket, SSLSocket). This role has no encryption.",
    advice: ["Use a plain TCP socket: socket.create_connection() in Python, Socket in Java."],
    reproduce: `openssl s_client -connect ${evidence.host}:${evidence.port}`,
  };
}

const TLS_ALERT = 0x15;
const ALERT_BYTES = 7;

/** A server that waits for a handshake answers plain text with an alert. */
function findTlsServer(evidence: Evidence): Finding | undefined {
  const [type, major, , high, low] = evidence.opening;
  const isAlert = type === TLS_ALERT && major === 0x03 && high === 0 && low === 2;
  if (evidence.role === undefined || !isAlert || evidence.opening.length > ALERT_BYTES) return undefined;
  return {
    rule: ruleOf(evidence),
    reads: evidence.reads.slice(0, 1),
    state: firstState(evidence),
    expected: "plain text",
    cause:
      "15 03 is a TLS alert: the server waits for an encrypted connection (SSLContext.wrap_socket, SSLServerSocket), and took the plain text for a broken handshake. This protocol has no encryption.",
    advice: ["Use the plain socket that accept() returns, without wrap_socket(); in Java ServerSocket."],
  };
}

function findOpening(evidence: Evidence, isUdpOverTcp: boolean): Finding | undefined {
  const { roleName, isServer, story, messages } = evidence;
  if (!isServer) return undefined;
  const text = messages[0]?.text ?? evidence.opening.toString("utf8");
  const { kind } = placeOf(firstRule(evidence));
  const record = roleName === "address-book" ? undefined : recordRole(evidence.opening);
  const found = OPENINGS.find(({ role, opens }) => role !== roleName && opens(text));
  const role = found?.role ?? record;
  if (role === undefined || (kind === "any" && !STRONG.has(role))) return undefined;
  // A name may be anything.
  if (role === "file-server" && (kind === "name" || kind === "login")) return undefined;
  const isMisplaced = found?.isUdp === true && story.subject.transport === "tcp";
  if (isMisplaced !== isUdpOverTcp) return undefined;
  return {
    rule: ruleOf(evidence),
    ...(kind === "any" ? { level: "note" as const } : {}),
    reads: evidence.reads.slice(0, 1),
    state: firstState(evidence),
    expected: firstExpected(evidence),
    cause: isMisplaced
      ? `${quoted(text)} is a request to ${withArticle(role)}, which speaks UDP. Your program has made a TCP connection, to ${withArticle(roleName)}: the words are right, the socket is not.`
      : `${quoted(text)} is what a client says to ${withArticle(role)}; this is ${withArticle(roleName)}. Probably the port number is wrong.`,
    advice: [
      ...(isMisplaced ? ["Make a datagram socket: SOCK_DGRAM instead of SOCK_STREAM, and sendto()."] : []),
      `Look which port the ${role} has: netlabctl ls`,
    ],
  };
}

/** [BOOK-1] Q, a length, and just so many bytes behind it. */
function recordRole(bytes: Buffer): string | undefined {
  const isQuery = bytes.length > 3 && bytes[0] === QUERY && bytes[1] === bytes.length - 2;
  return isQuery && bytes.includes("@") ? "address-book" : undefined;
}

const firstState = ({ messages, story }: Evidence) => messages[0]?.state ?? story.state;

function firstExpected(evidence: Evidence): string {
  const phase = evidence.role?.phases[firstState(evidence)];
  return phase?.expects ?? evidence.story.waitsFor ?? "the protocol's own opening words";
}

function ruleOf(evidence: Evidence): string {
  const first = evidence.messages[0]?.rule || evidence.role?.phases[firstState(evidence)]?.rule;
  return first ?? evidence.story.lastRule ?? "FRAME-1";
}

/** [FILE-6] The role was asked to listen there too, so it can say what would have been a refused connection. */
function findSwappedPort(evidence: Evidence): Finding | undefined {
  const { story, port } = evidence;
  const cameBy = story.subject.local.port;
  if (cameBy === 0 || cameBy === port || cameBy !== byteSwapped(port)) return undefined;
  return {
    rule: "FILE-6",
    reads: [],
    came: `a connection to port ${cameBy}, which is ${hex(cameBy)}`,
    expected: `a connection to port ${port}, which is ${hex(port)}`,
    cause: `${hex(cameBy)} is ${hex(port)} with its two bytes exchanged. Probably the port went into sin_port without htons(): most machines store the low byte first, the network has the high byte first. Here the server listens on both ports; elsewhere the connection is refused.`,
    advice: [
      `Write address.sin_port = htons(${port});`,
      "The address needs the same: htonl(), or inet_pton(), which does it for you.",
    ],
    reproduce: `ncat ${evidence.host} ${cameBy}`,
  };
}

const hex = (port: number) => `0x${port.toString(16).toUpperCase().padStart(4, "0")}`;

function findFull(evidence: Evidence): Finding | undefined {
  const refused = evidence.last("refused");
  const most = argsOf(refused?.cause, "too-many-connections")?.limit;
  if (most === undefined) return undefined;
  return {
    rule: "FRAME-7",
    reads: evidence.reads.slice(0, 1),
    came: `a connection while ${most} others were open`,
    expected: `at most ${most} connections at a time`,
    cause: `The role has ${most} places (--max-connections), and all were taken. If they are yours: probably your program opens a connection for each request and never closes one, or an earlier run of it still hangs.`,
    advice: [
      "Call close() on every socket, after an error too; in Python: with socket.create_connection(…) as s:",
      `See who holds the places: netlabctl conns ${evidence.roleName}`,
    ],
    reproduce: `for i in $(seq ${Math.min(most, 20)} ); do sleep 20 | ncat ${at(evidence)} & done; sleep 1; ncat ${at(evidence)}`,
  };
}
