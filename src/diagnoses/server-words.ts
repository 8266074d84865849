/**
 * Words of students' servers: others than the protocol has, more than it has, or an older text's rest.
 *
 * Long, because the words of all roles are held against one table of what is due.
 */
import { argsOf, type Cause } from "../stories/causes.ts";
import { INCORRECT } from "../wire/calculator.ts";
import { clockRequests, INVALID_REQUEST, isClockAnswer } from "../wire/clock.ts";
import { expectedGreeting } from "../wire/expected-reply.ts";
import { FOUND, INVALID, NOT_FOUND, VALID } from "../wire/file-transfer.ts";
import { ACCEPT } from "../wire/reverse.ts";
import type { Diagnosis, Finding, Level } from "./_diagnosis.ts";
import { differenceOf } from "./_differences.ts";
import { type Evidence, quoted, type Read } from "./_evidence.ts";
import { dialogueOf, expectedIn, failureOf, isRight, isTwice, ruleIn, ruleOf, textOf } from "./_exchanges.ts";
import { findResult } from "./_numbers.ts";
import { SIZE_BYTES } from "./_transfer.ts";
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
];

interface Odd {
  /** Question of ours, which was right. */
  readonly sent?: string;
  readonly said: string;
  readonly due: readonly string[];
  /** Form of a value that is due, instead of a word. */
  readonly form?: string;
  readonly rule: string;
  readonly state: string;
  readonly reads: readonly Read[];
  readonly level: Level;
}

function findOddWords(evidence: Evidence): Finding | undefined {
  const record = findOddRecord(evidence) ?? findRefusedToken(evidence);
  if (record) return record;
  const odd =
    oddGreeting(evidence) ??
    oddWelcome(evidence) ??
    oddListing(evidence) ??
    oddReply(evidence) ??
    oddWord(evidence) ??
    oddDatagram(evidence);
  if (!odd) return undefined;
  const { said, due, form, rule, state, reads, level } = odd;
  return {
    rule,
    level,
    reads,
    state,
    expected: form ?? (due.length > 0 ? due.map(quoted).join(" or ") : expectedIn(evidence, state)),
    ...(refusalCause(odd) ??
      formCause(odd) ??
      sizeFirstCause(odd) ?? {
        cause: `${quoted(said)} is no word of this protocol, or not at this point.${sentBack(odd)}${differenceOf(said, due)}${otherServer(said)} Programs compare byte by byte: a capital letter, a newline or a word more, and the client does not know what is meant.`,
        advice: ["Send the protocol's words exactly, with nothing around them."],
      }),
  };
}

/** [FILE-1] The token that the registry tells, and the server does not take. */
function findRefusedToken(evidence: Evidence): Finding | undefined {
  if (evidence.isServer || evidence.story.cause?.code !== "listed-token-refused") return undefined;
  return {
    rule: "FILE-1",
    reads: evidence.reads.slice(-1),
    state: "authenticating",
    expected: quoted(VALID),
    cause: `The client sent the token that the registry lists for this server, and it said ${quoted(INVALID)}. Either the server compares more than came (no NUL after what recv() returned), or strings with == in C or Java; or the list is older than the server, with another token.`,
    advice: [
      "In C: b[n] = 0; after n = recv(…), then strcmp(b, token). In Java: token.equals(text).",
      "Print both texts with their lengths.",
    ],
  };
}

const REFUSALS: ReadonlySet<string> = new Set([INCORRECT.format, INCORRECT.operator, INVALID_REQUEST]);

/** A word of the protocol, for something that was said rightly. */
function refusalCause({ said, sent }: Odd): Pick<Finding, "cause" | "advice"> | undefined {
  if (sent === undefined || !REFUSALS.has(said.trim())) return undefined;
  return {
    cause: `The server refused ${quoted(sent)} with ${quoted(said)}, though it is right. Probably it looks for another form (no blanks, a newline at the end), compares strings with == in C or Java, or has more in its buffer than this message.`,
    advice: [
      "Print what the server has received, with its length; compare with strcmp() in C, equals() in Java.",
    ],
  };
}

/** Conversions of strftime() for the clock's forms. */
const STRFTIME: Readonly<Record<string, string>> = { "MM/DD/YY": "%m/%d/%y", "HH:MM:SS": "%H:%M:%S" };

function formCause({ said, sent, form }: Odd): Pick<Finding, "cause" | "advice"> | undefined {
  if (form === undefined) return undefined;
  const conversion = STRFTIME[form];
  const asks = sent === undefined ? "" : `, which ${quoted(sent)} asks for`;
  const other = clockRequests.find((request) => request !== sent && isClockAnswer(request, said.trim()));
  return {
    cause:
      other === undefined
        ? `${quoted(said)} is not of the form ${form}${asks}. Clients take it apart at fixed places, so the same value in another form is none to them.`
        : `${quoted(said)} is not of the form ${form}${asks}. It is what ${quoted(other)} asks for: probably the server does not look at the request, or takes one for the other.`,
    advice:
      conversion === undefined
        ? [`Send it in just this form: ${form}`]
        : [
            `In C: strftime(b, sizeof b, "${conversion}", localtime(&now)); in Python: time.strftime("${conversion}").`,
          ],
  };
}

/** [FILE-0] Four bytes of a number where found is due, or before it. */
function sizeFirstCause({ state, reads: [read], due }: Odd): Pick<Finding, "cause" | "advice"> | undefined {
  const bytes = read?.bytes ?? Buffer.alloc(0);
  const rest = bytes.subarray(SIZE_BYTES).toString("latin1");
  // A short word and its NULs would be a number, too.
  const isNumber =
    bytes[SIZE_BYTES - 1] === 0 && /[^\0\x20-\x7e]/.test(bytes.toString("latin1", 0, SIZE_BYTES));
  if (state !== "requesting" || !due.includes(FOUND) || !isNumber) return undefined;
  if (rest !== "" && rest !== FOUND) return undefined;
  return {
    cause: `Four bytes came where ${quoted(FOUND)} is due; as a number, low byte first, they are ${bytes.readInt32LE()}. Probably the server sends the size before the word. The order is ${quoted(FOUND)}, then the size.`,
    advice: [`Send ${quoted(FOUND)}, pause for about 50 ms, then send the size.`],
  };
}

const sentBack = ({ said, sent }: Odd) =>
  sent !== undefined && said.trim() === sent.trim() ? " The server sends back what it was told." : "";
const otherServer = (said: string) =>
  /^220[ -]/.test(said) ? " 220 is how an FTP or a mail server opens: is it the right port?" : "";

function oddGreeting(evidence: Evidence): Odd | undefined {
  if (evidence.isServer) return undefined;
  const rule = ruleOf(evidence);
  const due = expectedGreeting(rule);
  const { greeting } = dialogueOf(evidence);
  const said = textOf(Buffer.concat(greeting.map(({ bytes }) => bytes)));
  if (rule === "REV-1") return oddVerdict(evidence, said, greeting);
  if (due === undefined || greeting.length === 0 || said.includes(due)) return undefined;
  return { said, due: [due], rule, state: "awaitingGreeting", reads: greeting, level: "violation" };
}

/** [REV-1] A server may have no verdict; but the word in other letters is meant as one. */
function oddVerdict({ options }: Evidence, said: string, reads: readonly Read[]): Odd | undefined {
  const word = said.trim();
  if (options.verdict === false || word.toUpperCase() !== ACCEPT || word === ACCEPT) return undefined;
  return { said, due: [ACCEPT], rule: "REV-1", state: "awaitingGreeting", reads, level: "note" };
}

/** A newcomer to a room was told something, but not that it is in. */
function oddWelcome(evidence: Evidence): Odd | undefined {
  if (evidence.isServer) return undefined;
  const [login] = dialogueOf(evidence).exchanges;
  if (login?.expected?.kind !== "room" || !login.isTimedOut || login.isGivenUp) return undefined;
  const said = textOf(login.reply).trim();
  const due = login.expected.texts;
  if (said.split(/[\0\r\n]+/).some((line) => due.includes(line.trim()))) return undefined;
  return {
    said,
    due: due.slice(0, 1),
    rule: login.expected.rule,
    state: "awaitingReply",
    reads: login.reads,
    level: "violation",
  };
}

/** Entries of a registry that cannot be read. */
function oddListing({ isServer, story, entries }: Evidence): Odd | undefined {
  const odd = argsOf(story.cause, "listing-odd");
  if (isServer || !odd) return undefined;
  const entry = entries.find((one) => one.kind === "in");
  if (entry?.kind !== "in") return undefined;
  const { at, bytes, size } = entry;
  return {
    said: textOf(bytes),
    due: [],
    form: "ip,port,service,token",
    rule: "BOOT-4",
    state: "discovering",
    reads: [{ number: 1, at, bytes, keptBytes: bytes.length, size }],
    level: "violation",
  };
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
    const [due = ""] = expected.texts;
    if (exchange.messages.includes(due) || findResult(reply, due, exchange.sent)) continue;
    // Others of a relay may be heard first.
    if (expected.rule === "RELAY-0" && said.includes("|")) continue;
    return {
      said,
      sent: exchange.sent,
      due: expected.texts.slice(0, 1),
      rule: expected.rule,
      state: "awaitingReply",
      reads,
      level: "violation",
    };
  }
  return undefined;
}

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
      sent: other.sent,
      due: [other.due],
      rule: story.cause?.rule ?? "FRAME-9",
      state: "asking",
      reads: reads.slice(-1),
      level: "violation",
    };
  const clock = argsOf(story.cause, "odd-clock-answer");
  if (clock) {
    const read = reads.find(({ bytes }) => textOf(bytes).trim() === clock.said.trim()) ?? reads.at(-1);
    return {
      said: textOf(Buffer.from(clock.said)),
      sent: clock.request,
      due: [],
      ...(clockRequests.some((one) => one === clock.request) ? { form: clock.form } : {}),
      rule: "CLOCK-0",
      state: "asking",
      reads: read ? [read] : [],
      level: "violation",
    };
  }
  return undefined;
}
