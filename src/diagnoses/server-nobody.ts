/**
 * No server where our client went: no program, or one at another port, address or protocol, or one that sends no datagram back.
 *
 * Long, because every way to miss a server has its likely cause here, side by side.
 */
import { argsOf, type CauseArguments } from "../stories/causes.ts";
import { byteSwapped } from "../wire/byte-swapped.ts";
import type { Diagnosis, Finding } from "./_diagnosis.ts";
import { type Evidence, quoted } from "./_evidence.ts";
import { ruleOf } from "./_exchanges.ts";

type Seen = CauseArguments<"port-seen">;

export const serverNobody: readonly Diagnosis[] = [
  {
    id: "D31",
    name: "nobody-listens",
    title: "No program listens on that port",
    level: "violation",
    rank: "endings",
    find: findNobody,
  },
  {
    id: "D84",
    name: "no-datagram-came-back",
    title: "No answer came to the datagram",
    level: "violation",
    rank: "silence",
    find: findNoDatagram,
  },
  {
    id: "D87",
    name: "that-port-is-udp",
    title: "That port belongs to a UDP program",
    level: "violation",
    rank: "endings",
    excludes: ["D31"],
    find: findUdpThere,
  },
];

const isWildcard = (address: string) => address === "0.0.0.0" || address === "::";
const placeOf = (host: string, port: number) => `${host.includes(":") ? `[${host}]` : host}:${port}`;

function seenIn(evidence: Evidence): Seen[] {
  return evidence.story.entries.flatMap((entry) =>
    entry.kind === "remark" ? (argsOf(entry.cause, "port-seen") ?? []) : [],
  );
}

function isFree(evidence: Evidence): boolean {
  return evidence.story.entries.some((entry) => entry.kind === "remark" && entry.cause.code === "port-free");
}

interface Refused {
  readonly host: string;
  readonly port: number;
  /** The port was read from a registry's list: what stands there may be wrong, and not the server. */
  readonly isListed: boolean;
}

/** Address at which a TCP connection was refused. */
function refusedIn({ isServer, story }: Evidence): Refused | undefined {
  const listed = argsOf(story.cause, "unreachable-listed");
  const refused = listed ?? argsOf(story.cause, "unreachable");
  const isUdp = story.subject.transport === "udp" || isAsking(story);
  if (isServer || isUdp || refused?.errno !== "ECONNREFUSED") return undefined;
  return { host: refused.host, port: refused.port, isListed: listed !== undefined };
}

/** A question by datagram is the last thing that was sent: no connection has been tried yet. */
function isAsking({ entries }: Evidence["story"]): boolean {
  const last = entries.findLast(({ kind }) => kind === "transition");
  return last?.kind === "transition" && last.from === "discovering";
}

function findNobody(evidence: Evidence): Finding | undefined {
  const refused = refusedIn(evidence);
  if (!refused) return undefined;
  const { host, port } = refused;
  return {
    rule: connectionRule(evidence),
    reads: [],
    came: `a refusal (ECONNREFUSED) from ${placeOf(host, port)}`,
    expected: "a program that listens there",
    reproduce: `ncat -v ${host} ${port}; ss -tln`,
    ...nobodyCause(evidence, refused),
  };
}

function nobodyCause(evidence: Evidence, refused: Refused): Pick<Finding, "cause" | "advice"> {
  const { host, port } = refused;
  const other = byteSwapped(port);
  const listening = seenIn(evidence).filter(({ transport }) => transport === "tcp");
  const swapped = listening.find((one) => one.port === other && one.port !== port);
  if (swapped) return swappedCause(refused, other);
  const elsewhere = listening.find((one) => one.port === port);
  if (elsewhere) return elsewhereCause(elsewhere, host);
  if (isFree(evidence))
    return {
      cause: `No program of this machine listens on port ${port}. Either the server does not run, or it ended with an error, or it listens on another port; or it called bind() but not listen().`,
      advice: [
        "Start the server, and read what it prints; check what bind() and listen() return.",
        "See what listens: ss -tln",
      ],
    };
  return {
    cause: `That machine answered, but no program listens on port ${port}. Either the server does not run, or it ended; or it forgot htons() in bind(), and really listens on ${other}, which is ${port} with its two bytes exchanged.`,
    advice: [
      `On that machine: ss -tln | grep -e ${port} -e ${other}`,
      `If it is ${other}: address.sin_port = htons(${port}); in the server.`,
    ],
  };
}

/** Port with its bytes exchanged: where a registry listed it, the list may be wrong as well as the server. */
function swappedCause({ port, isListed }: Refused, other: number): Pick<Finding, "cause" | "advice"> {
  const turned = `that is ${port} with its two bytes exchanged`;
  const toSee = `To see it: ss -tln | grep ${other}`;
  if (!isListed)
    return {
      cause: `No program has port ${port}, but one listens on ${other}: ${turned}. Most likely htons() is missing in its bind().`,
      advice: [`In the server: address.sin_port = htons(${port});`, toSee],
    };
  return {
    cause: `The registry lists port ${port}, which no program has, but one listens on ${other}: ${turned}. Either the registered text was made with htons(), where the number belongs as it is; or htons() is missing in the server's bind().`,
    advice: [
      `If the server shall have ${other}: register the number itself, without htons().`,
      `If it shall have ${port}: address.sin_port = htons(${port}); in its bind().`,
      toSee,
    ],
  };
}

function elsewhereCause({ address, port }: Seen, host: string): Pick<Finding, "cause" | "advice"> {
  const isIpv6 = address.includes(":");
  if (isIpv6 && !host.includes(":"))
    return {
      cause: `The server listens on ${placeOf(address, port)}, which is IPv6 only; the client asked for ${host}, which is IPv4.`,
      advice: [
        "Bind to 0.0.0.0 (INADDR_ANY, AF_INET) for IPv4, or switch IPV6_V6ONLY off for both.",
        `Or go to it by IPv6: --host ${isWildcard(address) ? "::1" : address}`,
      ],
    };
  return {
    cause: `The server listens on ${placeOf(address, port)} only; the client asked for ${host}.`,
    advice: [
      "Bind to 0.0.0.0 (INADDR_ANY in C, '' in Python) to be reached by every address of the machine.",
      `Or go where it listens: --host ${address}`,
    ],
  };
}

/** [FILE-6] tells of file servers at another port; any other conversation has a rule of its own. */
const connectionRule = (evidence: Evidence) =>
  evidence.roleName === "file-client" ? "FILE-6" : ruleOf(evidence);

function findUdpThere(evidence: Evidence): Finding | undefined {
  const refused = refusedIn(evidence);
  const seen = seenIn(evidence);
  const udp = seen.find(({ transport, port }) => transport === "udp" && port === refused?.port);
  if (!refused || !udp || seen.some(({ transport }) => transport === "tcp")) return undefined;
  const place = placeOf(refused.host, refused.port);
  return {
    rule: connectionRule(evidence),
    reads: [],
    came: `a refusal (ECONNREFUSED) from ${place}`,
    expected: "a TCP program that listens there",
    cause: `${place} refused the TCP connection, and a UDP program has that port. Either this client belongs to another port, or the server made its socket with SOCK_DGRAM where this protocol wants SOCK_STREAM (TCP).`,
    advice: [
      "If it is your server for this protocol: socket(AF_INET, SOCK_STREAM, 0), then bind(), listen(), accept().",
      "If it is right as it is: netlabctl ls shows which port is TCP and which UDP.",
    ],
    reproduce: `ss -uln | grep ${refused.port}`,
  };
}

/** Codes of a question by datagram that had no answer. */
const LOST = new Set(["datagram-lost", "request-lost", "registry-silent"]);

function findNoDatagram(evidence: Evidence): Finding | undefined {
  const { story, isServer } = evidence;
  const isRefused = isByDatagram(evidence) && argsOf(story.cause, "unreachable")?.errno === "ECONNREFUSED";
  if (isServer || !(LOST.has(story.cause?.code ?? "") || isRefused || isUnanswered(evidence)))
    return undefined;
  const { address, port } = story.subject.remote;
  const told = datagramCause(evidence, placeOf(address, port), isRefused);
  return {
    rule: evidence.role?.phases.asking?.rule ?? "BOOT-4",
    reads: [],
    came: isRefused ? "nothing: the machine says that no program has the port" : "nothing",
    expected: evidence.role?.phases.asking?.expects ?? "an answer by datagram",
    reproduce: `ss -uln | grep ${port}`,
    ...(answeredCause(evidence, isRefused) ?? told),
  };
}

/** Answers came before, so port, address and protocol are right: the program has ended, or reads no second datagram. */
function answeredCause(
  evidence: Evidence,
  isRefused: boolean,
): Pick<Finding, "cause" | "advice"> | undefined {
  const { entries, reads, story } = evidence;
  if (reads.length === 0 || story.subject.transport !== "udp") return undefined;
  const [first] = reads;
  const asked = entries.findLast((entry) => entry.kind === "out");
  if (asked?.kind !== "out" || !first || first.at > asked.at) return undefined;
  const answered =
    reads.length === 1 ? "The first question was answered" : `${reads.length} questions were answered`;
  const isGone = isRefused || isFree(evidence);
  const why = isGone
    ? "no program has the port any more: the server has ended, probably after its answer, or with an error"
    : "the server still has the port, or a network lost it: probably it does not call recvfrom() again";
  return {
    cause: `${answered}, and then ${quoted(asked.bytes.toString("utf8"))} was not: ${why}. recvfrom() and sendto() belong into a loop.`,
    advice: [
      "In C: while (1) { n = recvfrom(…); … sendto(…); } In Python: while True: data, address = s.recvfrom(1024) …",
      "Start it in a terminal, and look whether it ends or prints an error.",
    ],
  };
}

const isByDatagram = ({ story }: Evidence) => story.subject.transport === "udp" || isAsking(story);

/** A clock's client asks again and again: the last question counts. */
function isUnanswered({ role, story, live, entries }: Evidence): boolean {
  if (role?.side !== "client" || story.subject.transport !== "udp" || !live) return false;
  return (
    entries.findLast(({ kind }) => kind === "out" || kind === "in")?.kind === "out" && live.stillMs > 2_500
  );
}

const TO_SENDER =
  "Answer to the address that recvfrom() gives: sendto(fd, b, n, 0, (struct sockaddr *)&from, len); Python: sendto(b, address).";

function datagramCause(
  evidence: Evidence,
  place: string,
  isRefused: boolean,
): Pick<Finding, "cause" | "advice"> {
  const seen = seenIn(evidence);
  const { port } = evidence.story.subject.remote;
  const udp = seen.find((one) => one.transport === "udp" && one.port === port);
  const sent = `The client sent a datagram to ${place}, and none came back.`;
  if (seen.some((one) => one.transport === "tcp") && !udp)
    return {
      cause: `${sent} No UDP program has that port; a TCP program has it. TCP and UDP ports are apart, even with the same number.`,
      advice: [
        "Make the socket with SOCK_DGRAM and answer with sendto(); no listen(), no accept(). See: ss -uln",
      ],
    };
  const swapped = seen.find((one) => one.transport === "udp" && one.port !== port);
  if (swapped && !udp)
    return {
      cause: `${sent} No UDP program has port ${port}, but one has ${swapped.port}, which is ${port} with its two bytes exchanged: htons() is missing in its bind().`,
      advice: [`In the server: address.sin_port = htons(${port});`],
    };
  if (udp) return boundCause(evidence, sent, udp);
  if (isRefused || isFree(evidence))
    return {
      cause: `${sent} No UDP program has port ${port} there: the server does not run, ended with an error, or has another port.`,
      advice: ["Start it, and read what it prints; see which UDP ports are taken: ss -uln (not -tln)"],
    };
  return {
    cause: `${sent} Either no program has that port, or it does not answer, or it answers to a fixed port instead of the one that recvfrom() gives.`,
    advice: [TO_SENDER, "See on that machine who has the port: ss -uln (not -tln)"],
  };
}

function boundCause(
  evidence: Evidence,
  sent: string,
  { address, unread }: Seen,
): Pick<Finding, "cause" | "advice"> {
  const { address: host } = evidence.story.subject.remote;
  if (unread > 0)
    return {
      cause: `${sent} A UDP program has the port, but the datagram lies unread in its socket: it does not call recvfrom(). Perhaps it waits at its keyboard, sleeps or computes.`,
      advice: ["Call recvfrom() in a loop, and answer each datagram before anything else is waited for."],
    };
  if (!isWildcard(address) && host !== "localhost" && address !== host)
    return {
      cause: `${sent} The server is bound to ${address}, and the client asked ${host}.`,
      advice: ["Bind to 0.0.0.0 (INADDR_ANY in C, '' in Python), or give the client that address."],
    };
  return {
    cause: `${sent} A UDP program has the port and has read the datagram. Either it does not answer, or it answers to a fixed port (often its own) instead of the one that recvfrom() gives.`,
    advice: [TO_SENDER, "Fill len before recvfrom(): socklen_t len = sizeof from;"],
  };
}
