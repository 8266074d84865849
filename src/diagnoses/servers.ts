/** Mistakes of other people's servers, met by our clients. */
import { argsOf, type Cause, causeOf } from "../stories/causes.ts";
import { decodeAnswer, type HeaderForm, headerForms } from "../wire/address-record.ts";
import { byteSwapped } from "../wire/byte-swapped.ts";
import type { Diagnosis, Finding } from "./_diagnosis.ts";
import { count, type Evidence, quoted } from "./_evidence.ts";

/** Clients that ask and are answered: a second read there is a second write of the same answer. */
const ASKS = new Set(["address-book-client", "calculator-client", "echo-client", "knock-knock-client"]);
const ANSWERS = new Set(["awaitingAnswer", "awaitingReply"]);
/** What fits into one packet is not cut by the network. */
const ONE_PACKET = 1_400;

export const servers: readonly Diagnosis[] = [
  {
    id: "D31",
    name: "nobody-listens",
    title: "No program listens on that port",
    level: "violation",
    rank: "endings",
    find: findNobody,
  },
  {
    id: "D32",
    name: "server-without-a-greeting",
    title: "The server should speak first, and says nothing",
    level: "violation",
    rank: "silence",
    find: findNoGreeting,
  },
  {
    id: "D33",
    name: "server-whose-length-lies",
    title: "The server's length and what it sends do not agree",
    level: "violation",
    rank: "answers",
    excludes: ["D35", "D38"],
    find: findLyingLength,
  },
  {
    id: "D34",
    name: "server-with-another-byte-order",
    title: "The server sends its length in the other byte order",
    level: "violation",
    rank: "answers",
    excludes: ["D33", "D35", "D38"],
    find: findByteOrder,
  },
  {
    id: "D35",
    name: "server-closes-early",
    title: "The server closed before it had answered",
    level: "violation",
    rank: "endings",
    find: findClosedEarly,
  },
  {
    id: "D36",
    name: "server-answers-in-two-writes",
    title: "The server's answer came in two pieces",
    level: "note",
    rank: "habits",
    find: findTwoWrites,
  },
  {
    id: "D37",
    name: "server-with-words-of-its-own",
    title: "The server answers with words that the protocol does not have here",
    level: "violation",
    rank: "answers",
    find: findOddWords,
  },
  {
    id: "D38",
    name: "server-never-answers",
    title: "The server does not answer",
    level: "violation",
    rank: "silence",
    find: findSilence,
  },
];

function failure(evidence: Evidence): { from: string; event: string } | undefined {
  if (evidence.isServer || evidence.role === undefined) return undefined;
  const last = evidence.all("transition").findLast(({ to }) => to === "failed");
  return last && { from: last.from, event: last.event };
}

function expectedIn({ role }: Evidence, state: string): string {
  return role?.phases[state]?.expects ?? "an answer";
}

function ruleIn({ role }: Evidence, state: string, otherwise = "FRAME-9"): string {
  return role?.phases[state]?.rule ?? otherwise;
}

function findNobody(evidence: Evidence): Finding | undefined {
  const { story } = evidence;
  const refused = argsOf(story.cause, "unreachable") ?? argsOf(story.cause, "unreachable-listed");
  if (evidence.isServer || refused?.errno !== "ECONNREFUSED") return undefined;
  const { host, port } = refused;
  const where = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const other = byteSwapped(port);
  return {
    rule: "FILE-6",
    reads: [],
    came: `a refusal (ECONNREFUSED) from ${where}`,
    expected: "a program that listens there",
    cause: `That machine answered, but no program has port ${port}. Either the server does not run; or it forgot htons() in bind() and listens on ${other}, which is ${port} with its two bytes exchanged.`,
    advice: [
      `Look what listens: ss -tln | grep -e ${port} -e ${other}`,
      `If it is ${other}: write address.sin_port = htons(${port}); in the server.`,
      "If it is neither: start the server, and read what its bind() and listen() return.",
    ],
    reproduce: `ncat -v ${host} ${port}; ncat -v ${host} ${other}`,
  };
}

function findNoGreeting(evidence: Evidence): Finding | undefined {
  const failed = failure(evidence);
  if (failed?.from !== "awaitingGreeting" || !failed.event.startsWith("after ")) return undefined;
  return {
    rule: ruleIn(evidence, "awaitingGreeting"),
    reads: evidence.reads,
    came: "nothing",
    state: "awaitingGreeting",
    expected: "the server's greeting, before the first request",
    cause:
      "In this protocol the server speaks first. Either yours calls recv() first and waits for the client, which waits for the greeting; or it is still busy with another client.",
    advice: ["Send the greeting right after accept(), before the first recv()."],
  };
}

function findLyingLength(evidence: Evidence): Finding | undefined {
  return lyingSize(evidence) ?? lyingRecord(evidence);
}

interface Progress {
  readonly got: number;
  readonly told: number;
}

function progressOf({ story, isServer }: Evidence): Progress | undefined {
  // One that stalls has not closed: what it told may yet come.
  return isServer ? undefined : argsOf(story.cause, "transfer-cut");
}

/** 4 bytes the other way round. */
function turnedRound(size: number): number {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(size);
  return bytes.readInt32BE();
}

function lyingSize(evidence: Evidence): Finding | undefined {
  const progress = progressOf(evidence);
  if (!progress || turnedRound(progress.told) === progress.got) return undefined;
  const { got, told } = progress;
  return {
    rule: "FILE-0",
    reads: sizeRead(evidence),
    came: `${got} bytes, then the end`,
    state: "receiving",
    expected: `${told} bytes: so many the size tells`,
    cause: `The server told a size of ${told} and closed after ${got} bytes. Probably the size is not that of what it sends (a buffer's, or an older file's), or its sending loop stops too early: send() may take less than it is given.`,
    advice: [
      "Tell the size that stat() gives, and send exactly so many bytes.",
      "Send in a loop until all is gone: each send() goes on where the last one stopped (Python: sendall).",
    ],
  };
}

function sizeRead({ messages }: Evidence) {
  return messages.findLast(({ state }) => state === "sizing")?.reads ?? [];
}

function findByteOrder(evidence: Evidence): Finding | undefined {
  const progress = progressOf(evidence);
  const told = progress?.told ?? argsOf(evidence.story.cause, "odd-size")?.size;
  if (evidence.isServer || told === undefined) return undefined;
  const isTurned = progress ? turnedRound(progress.told) === progress.got : told < 0 && turnedRound(told) > 0;
  if (!isTurned) return undefined;
  return {
    rule: "FILE-0",
    reads: sizeRead(evidence),
    state: "sizing",
    expected: "the size as 4 bytes, the lowest first (little-endian)",
    cause: `Little-endian, as this protocol has it, the size is ${told}; the other way round it is ${turnedRound(told)}${progress ? ", which is just what came" : ""}. Probably the server calls htonl(), which this protocol does without.`,
    advice: ["Send the int as it lies in memory on a PC: no htonl(); in Python struct.pack('<i', size)."],
  };
}

function isForm(value: string | undefined): value is HeaderForm {
  return headerForms.includes(value as HeaderForm);
}

function lyingRecord(evidence: Evidence): Finding | undefined {
  const { reads, roleName } = evidence;
  if (roleName !== "address-book-client" || reads.length === 0) return undefined;
  const form = evidence.option("header");
  const bytes = Buffer.concat(reads.map((read) => read.bytes));
  const answer = decodeAnswer(isForm(form) ? form : "8bit", {
    bytes,
    stillMs: Number.POSITIVE_INFINITY,
    ended: true,
  });
  if (!answer || !("value" in answer)) return undefined;
  const { value } = answer;
  const short = value.ok ? undefined : argsOf(causeOf(value.why), "answer-length-wrong");
  if (!short && !(value.ok && value.extraBytes > 0)) return undefined;
  return {
    rule: "BOOK-1",
    reads,
    state: "awaitingAnswer",
    expected: "R, the length, and exactly so many bytes",
    cause: value.ok
      ? `After the name come ${count(value.extraBytes, "byte")} that the length does not count. Probably it counts characters, not bytes: letters such as é have two in UTF-8.`
      : `The server tells a length of ${short?.told} and sends ${short?.came} bytes. Probably it tells the size of a buffer, counts the header too, or closes before all is sent.`,
    advice: [
      "Encode the name first, then take the length of the bytes: len(name.encode()) in Python, getBytes().length in Java.",
    ],
  };
}

function findClosedEarly(evidence: Evidence): Finding | undefined {
  const failed = failure(evidence);
  if (!failed || !/^peer\.(ended|closed)$/.test(failed.event)) return undefined;
  if (
    ![
      "authenticating",
      "requesting",
      "sizing",
      "awaitingAnswer",
      "awaitingReply",
      "awaitingGreeting",
      "awaitingBytes",
    ].includes(failed.from)
  )
    return undefined;
  return {
    rule: ruleIn(evidence, failed.from),
    reads: evidence.reads.slice(-1),
    came: "the end of the connection",
    state: failed.from,
    expected: expectedIn(evidence, failed.from),
    cause:
      "The server closed the connection while its answer was due. Probably it crashed on what it got (look at its own output), or it calls close() after its first message.",
    advice: [
      "Start the server in a terminal, and read what it prints when this client comes.",
      "In a loop around recv(): only 0 bytes mean that the client has closed.",
    ],
  };
}

/** A lab client takes one recv() for one answer: it would have seen the first piece alone. */
function findTwoWrites(evidence: Evidence): Finding | undefined {
  const { roleName, messages } = evidence;
  if (!ASKS.has(roleName)) return undefined;
  const said = messages.find(
    ({ state, reads, bytes }) => ANSWERS.has(state) && reads.length > 1 && bytes.length <= ONE_PACKET,
  );
  if (!said) return undefined;
  return {
    rule: roleName === "address-book-client" ? "BOOK-2" : "FRAME-6",
    reads: said.reads,
    state: said.state,
    expected: "the whole answer in one piece",
    cause: `One answer came in ${said.reads.length} reads. Probably the server sends it with several send() calls. We waited until it was whole; a client that takes one recv() for one answer sees the first piece only, and the rest when it asks for something else.`,
    advice: ["Put the whole answer into one buffer, and send it with one send()."],
  };
}

/** A negative size is a matter of byte order. */
function isOddAnswer(cause: Cause | undefined): boolean {
  const size = argsOf(cause, "odd-size")?.size;
  return size === undefined ? cause?.code === "odd-answer" || cause?.code === "answer-no-record" : size >= 0;
}

function findOddWords(evidence: Evidence): Finding | undefined {
  const failed = failure(evidence);
  const said = evidence.messages.at(-1);
  if (failed?.event !== "peer.message" || !said || !isOddAnswer(evidence.story.cause)) return undefined;
  return {
    rule: ruleIn(evidence, failed.from),
    reads: said.reads,
    state: failed.from,
    expected: expectedIn(evidence, failed.from),
    cause: `${quoted(said.text)} is not a word of this protocol, or not at this point. Programs compare byte by byte: a capital letter, a full stop or another word more makes it unknown.`,
    advice: ["Send the protocol's words exactly, with nothing around them."],
  };
}

/** Time limit that a wait for an answer passed. A talking client goes on then, and fails at its end: its leaving is no such wait. */
function silence(evidence: Evidence): { from: string; event: string } | undefined {
  const failed = failure(evidence);
  if (!failed) return undefined;
  if (evidence.story.cause?.code === "no-reply")
    return evidence.all("transition").find(({ event }) => event === "after answerLimit");
  const isLimit = failed.event.startsWith("after ");
  return isLimit && !["awaitingGreeting", "leaving"].includes(failed.from) ? failed : undefined;
}

function findSilence(evidence: Evidence): Finding | undefined {
  const failed = silence(evidence);
  if (!failed) return undefined;
  return {
    rule: ruleIn(evidence, failed.from),
    reads: evidence.reads.slice(-1),
    came: "nothing more",
    state: failed.from,
    expected: expectedIn(evidence, failed.from),
    cause:
      "The server got what we sent, and sends nothing back. Probably it waits for more: a newline that this client does not send (readLine), or a full buffer (MSG_WAITALL, read(1024)); or its answer is still in a buffer that was not flushed.",
    advice: [
      "Take what recv() returns as the message; do not wait for a newline or for a full buffer.",
      "Flush what you write: fflush() in C, flush() in Java, flush=True in Python.",
    ],
  };
}
