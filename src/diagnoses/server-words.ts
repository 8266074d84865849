/** Words of students' servers: others than the protocol has, more than it has, or an older text's rest. */
import { argsOf, type Cause } from "../stories/causes.ts";
import { clockRequests } from "../wire/clock.ts";
import { expectedGreeting } from "../wire/expected-reply.ts";
import { FOUND, INVALID, NOT_FOUND, VALID } from "../wire/file-transfer.ts";
import type { Diagnosis, Finding, Level } from "./_diagnosis.ts";
import { type Evidence, quoted, type Read } from "./_evidence.ts";
import {
  dialogueOf,
  type Exchange,
  expectedIn,
  failureOf,
  isLateReply,
  ruleIn,
  ruleOf,
  textOf,
} from "./_exchanges.ts";
import { findNearest } from "./_nearest.ts";
import { findOddRecord } from "./server-records.ts";

export const serverWords: readonly Diagnosis[] = [
  {
    id: "D37",
    name: "server-with-words-of-its-own",
    title: "The server answers with words that the protocol does not have here",
    level: "violation",
    hasOwnLevel: true,
    rank: "answers",
    excludes: ["D38", "D75"],
    find: findOddWords,
  },
  {
    id: "D79",
    name: "another-reply",
    title: "The reply is not what this protocol says",
    level: "violation",
    rank: "answers",
    excludes: ["D37", "D38", "D75"],
    find: findOtherReply,
  },
  {
    id: "D80",
    name: "answer-nobody-waits-for",
    title: "The server said more than the protocol has here",
    level: "note",
    rank: "habits",
    find: findUnasked,
  },
];

interface Odd {
  readonly said: string;
  readonly due: readonly string[];
  readonly rule: string;
  readonly state: string;
  readonly reads: readonly Read[];
  readonly level: Level;
}

function findOddWords(evidence: Evidence): Finding | undefined {
  const record = findOddRecord(evidence);
  if (record) return record;
  const odd = oddGreeting(evidence) ?? oddReply(evidence) ?? oddWord(evidence) ?? oddDatagram(evidence);
  if (!odd) return undefined;
  const { said, due, rule, state, reads, level } = odd;
  return {
    rule,
    level,
    reads,
    state,
    expected: due.length > 0 ? due.map(quoted).join(" or ") : expectedIn(evidence, state),
    cause: `${quoted(said)} is no word of this protocol, or not at this point.${differenceOf(said, due)} Programs compare byte by byte: a capital letter, a newline or a word more, and the client does not know what is meant.`,
    advice: ["Send the protocol's words exactly, with nothing around them."],
  };
}

/** What a person overlooks. */
function differenceOf(said: string, due: readonly string[]): string {
  if (due.length === 0) return "";
  const near = findNearest(said, due);
  const what = `${due.map(quoted).join(" or ")} is due`;
  switch (near?.args.difference) {
    case "case":
      return ` ${quoted(near.args.name)} is due: capital letters count.`;
    case "lineEnd":
    case "blanks":
      return ` ${quoted(near.args.name)} is due, without the white space.`;
    default:
      return ` Here ${what}.`;
  }
}

function oddGreeting(evidence: Evidence): Odd | undefined {
  if (evidence.isServer) return undefined;
  const rule = ruleOf(evidence);
  const due = expectedGreeting(rule);
  const { greeting } = dialogueOf(evidence);
  const said = textOf(Buffer.concat(greeting.map(({ bytes }) => bytes)));
  if (due === undefined || greeting.length === 0 || said.includes(due)) return undefined;
  return { said, due: [due], rule, state: "awaitingGreeting", reads: greeting, level: "violation" };
}

/** A reply that is neither right nor a number or echo gone wrong. */
function oddReply(evidence: Evidence): Odd | undefined {
  if (evidence.isServer) return undefined;
  const { exchanges } = dialogueOf(evidence);
  for (const exchange of exchanges) {
    const { expected, reads, reply } = exchange;
    const said = textOf(reply);
    const isWord = expected?.kind === "result" || (expected?.kind === "word" && expected.rule === "RELAY-0");
    if (!expected || !isWord || reads.length === 0 || isRight(said, expected.texts) || isTwice(exchange))
      continue;
    // Others of a relay may be heard first.
    if (expected.rule === "RELAY-0" && said.includes("|")) continue;
    return {
      said,
      due: expected.texts.slice(0, 1),
      rule: expected.rule,
      state: "awaitingReply",
      reads,
      level: "violation",
    };
  }
  return undefined;
}

const isRight = (said: string, due: readonly string[]) =>
  said
    .split(/[\0\r\n]+/)
    .some((line) => due.some((one) => line.trim() === one || line.startsWith(`${one},`)));

/** Words of a file server: what a client of ours took though it is not exact, or did not understand at all. */
function oddWord(evidence: Evidence): Odd | undefined {
  const failed = failureOf(evidence);
  const said = evidence.messages.at(-1);
  if (failed?.event === "peer.message" && said && isOddAnswer(evidence.story.cause))
    return {
      said: said.text,
      due: dueIn(failed.from),
      rule: ruleIn(evidence, failed.from),
      state: failed.from,
      reads: said.reads,
      level: "violation",
    };
  return inexactWord(evidence);
}

const FILE_WORDS: Readonly<Record<string, readonly string[]>> = {
  authenticating: [VALID, INVALID],
  requesting: [FOUND, NOT_FOUND],
};
const dueIn = (state: string) => FILE_WORDS[state] ?? [];

/** Taken by our client: the next one compares with strcmp(). */
function inexactWord(evidence: Evidence): Odd | undefined {
  if (evidence.isServer) return undefined;
  for (const { state, text, reads, rule } of evidence.messages) {
    const due = dueIn(state).find((word) => word === text.trimEnd());
    const [read] = reads;
    if (due === undefined || reads.length !== 1 || !read) continue;
    const rest = read.bytes.toString("latin1").slice(due.length);
    if (/^\r?\n$/.test(rest)) return { said: due + rest, due: [due], rule, state, reads, level: "note" };
  }
  return undefined;
}

/** A negative size is a matter of byte order. */
function isOddAnswer(cause: Cause | undefined): boolean {
  const size = argsOf(cause, "odd-size")?.size;
  return size === undefined ? cause?.code === "odd-answer" || cause?.code === "answer-no-record" : size >= 0;
}

/** Answers to a clock's or an acknowledger's client. */
function oddDatagram(evidence: Evidence): Odd | undefined {
  const { isServer, story, reads } = evidence;
  if (isServer || evidence.role === undefined || story.subject.transport !== "udp") return undefined;
  const other = argsOf(story.cause, "wrong-answer");
  if (other)
    return {
      said: other.said,
      due: [other.due],
      rule: story.cause?.rule ?? "FRAME-9",
      state: "asking",
      reads: reads.slice(-1),
      level: "violation",
    };
  const clock = argsOf(story.cause, "odd-clock-answer");
  if (clock) {
    const read = reads.find(({ bytes }) => textOf(bytes).trim() === clock.said.trim()) ?? reads.at(-1);
    const due = clockRequests.some((one) => one === clock.request) ? [clock.form] : [];
    return {
      said: textOf(Buffer.from(clock.said)),
      due,
      rule: "CLOCK-0",
      state: "asking",
      reads: read ? [read] : [],
      level: "violation",
    };
  }
  return undefined;
}

/** Texts that an answer is compared with. */
function wrongReplies(
  evidence: Evidence,
  kinds: readonly string[],
): { exchange: Exchange; earlier: Exchange[] }[] {
  if (evidence.isServer) return [];
  const { exchanges } = dialogueOf(evidence);
  return exchanges.flatMap((exchange, index) => {
    const { expected, reads, reply } = exchange;
    const isAsked = expected && kinds.includes(expected.kind) && expected.rule !== "RELAY-0";
    const earlier = exchanges.slice(0, index);
    if (!isAsked || reads.length === 0 || isRight(textOf(reply), expected.texts)) return [];
    return isLateReply(exchange, earlier) || isTwice(exchange) ? [] : [{ exchange, earlier }];
  });
}

function findOtherReply(evidence: Evidence): Finding | undefined {
  const [wrong] = wrongReplies(evidence, ["echo", "word"]);
  if (!wrong) return undefined;
  const { exchange, earlier } = wrong;
  const [due = ""] = exchange.expected?.texts ?? [];
  return {
    rule: exchange.expected?.rule ?? "FRAME-9",
    reads: exchange.reads,
    state: "awaitingReply",
    expected: quoted(due),
    ...(exchange.expected?.kind === "echo"
      ? echoCause(exchange, due, earlier)
      : wordCause(exchange, due, earlier)),
  };
}

const SEND_N =
  "Send back the n bytes that recv() returned: send(c, b, n, 0), not strlen(b) and not sizeof b.";

function echoCause(
  { reply, sent }: Exchange,
  due: string,
  earlier: readonly Exchange[],
): Pick<Finding, "cause" | "advice"> {
  const said = textOf(reply).trimEnd();
  const came = `${quoted(sent)} was said, and ${quoted(said)} came back`;
  const rest = said.slice(due.length);
  const old = earlier.find((one) => rest !== "" && one.sent.trimEnd().endsWith(rest));
  if (said.startsWith(due) && old)
    return {
      cause: `${came}: after ${quoted(due)} stands what ${quoted(old.sent)} had left in the buffer. No NUL ends the new text, so strlen() runs on into the old one.`,
      advice: [SEND_N, "Or end it after recv(): b[n] = 0;"],
    };
  const before = earlier.findLast((one) => one.sent.trimEnd() === said);
  if (before)
    return {
      cause: `${came}: that is an earlier message. The server is one reply behind, or sends a buffer that it did not fill anew.`,
      advice: ["For each recv() one send(), and of just what this recv() returned."],
    };
  return { cause: `${came}. ${changeOf(said, due)}`, advice: [SEND_N] };
}

function changeOf(said: string, due: string): string {
  if (said.toUpperCase() === due.toUpperCase())
    return "The letters were changed: an echo sends the bytes as they are.";
  if (said === [...due].reverse().join("")) return "It was reversed: that is another protocol's server.";
  if (said.includes(due)) return "Words were added: an echo is the text alone.";
  if (said !== "" && due.startsWith(said))
    return `Only ${said.length} of ${due.length} characters came back: the server's buffer is too small, or it cuts at a blank (scanf %s).`;
  return "What is no command comes back as it is, byte for byte.";
}

function wordCause(
  { reply, sent }: Exchange,
  due: string,
  earlier: readonly Exchange[],
): Pick<Finding, "cause" | "advice"> {
  const said = textOf(reply).trim();
  const isEarlier = earlier.some(({ expected }) => expected?.texts.includes(said));
  const why = isEarlier
    ? "It is the answer to an earlier line: the server does not remember how far the joke is."
    : said === sent.trim()
      ? "It sends back what it was told."
      : differenceOf(said, [due]).trim() || "Programs compare byte by byte.";
  return {
    cause: `${quoted(said)} came in answer to ${quoted(sent)}, and ${quoted(due)} is due. ${why}`,
    advice: [`Send exactly ${quoted(due)}, and nothing around it.`],
  };
}

/** Something came where nothing is due, or more than the answer. */
function findUnasked(evidence: Evidence): Finding | undefined {
  if (evidence.isServer || evidence.role === undefined) return undefined;
  const rule = ruleOf(evidence);
  if (!["CALC-0", "KNOCK-2"].includes(rule)) return undefined;
  const { greeting, exchanges } = dialogueOf(evidence);
  const unasked = greeting.length > 0 ? greeting : (exchanges.find(isWithoutAnswer)?.reads ?? []);
  const more = unasked.length > 0 ? undefined : exchanges.find(isTwice);
  const reads = more ? more.reads : unasked;
  if (reads.length === 0) return undefined;
  const said = textOf(Buffer.concat(reads.map(({ bytes }) => bytes)));
  const where = more
    ? `The answer to ${quoted(more.sent)} came more than once`
    : greeting.length > 0
      ? `${quoted(said)} came before the client had said anything`
      : `${quoted(said)} came in answer to the name`;
  return {
    rule,
    reads,
    state: more ? "awaitingReply" : "listening",
    expected: more ? "one answer to each message" : "nothing: here the server only listens",
    cause: `${where}. This protocol has no such message: a client that reads one reply for each of its own takes it for the answer to its next message, and is one behind from then on.`,
    advice: [
      more ? "Send one answer to each message." : "Send nothing before the first expression is there.",
    ],
  };
}

/** A name gets no reply. What came after a leaving word is no matter. */
const isWithoutAnswer = ({ expected, reads, nth }: Exchange) => nth === 0 && !expected && reads.length > 0;

function isTwice({ expected, reply }: Exchange): boolean {
  const [due = ""] = expected?.texts ?? [];
  if (due === "" || expected?.kind === "room") return false;
  const text = reply.toString("utf8").replace(/[\0\r\n]+/g, "");
  return text === due + due || text === due + due + due;
}
