/** Replies of students' servers that are not what was said, and those that are not waited for. */

import { ACCEPT, REJECT, verdictIn } from "../wire/reverse.ts";
import { findEarlierMonth } from "./_clock-slips.ts";
import type { Diagnosis, Finding } from "./_diagnosis.ts";
import { slipIn } from "./_differences.ts";
import { type Evidence, quoted } from "./_evidence.ts";
import { dialogueOf, type Exchange, isOfSeveral, isRight, isTwice, ruleOf, textOf } from "./_exchanges.ts";
import { isOfClientFirst, otherWords, unaskedWords, unreadSlip } from "./_otherwise.ts";
import { findOwnWords, findSentBack, SEND_N } from "./_room-replies.ts";

export const serverReplies: readonly Diagnosis[] = [
  {
    id: "D79",
    name: "another-reply",
    title: "The reply is not what this protocol says",
    level: "violation",
    hasOwnLevel: true,
    rank: "answers",
    excludes: ["D38", "D75"],
    find: (evidence) => findOtherReply(evidence) ?? otherWords(evidence),
  },
  {
    id: "D80",
    name: "answer-nobody-waits-for",
    title: "The server said more than the protocol has here",
    level: "note",
    hasOwnLevel: true,
    rank: "habits",
    find: findMore,
  },
];

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
    if (exchange.messages.some((one) => isRight(one, expected?.texts ?? []))) return [];
    if (!isAsked || reads.length === 0 || isRight(textOf(reply), expected.texts)) return [];
    return isTwice(exchange) || isOfSeveral(exchanges, exchange) ? [] : [{ exchange, earlier }];
  });
}

function findOtherReply(evidence: Evidence): Finding | undefined {
  const own =
    findOwnWords(evidence) ?? findSentBack(evidence) ?? findReversed(evidence) ?? findEarlierMonth(evidence);
  if (own) return own;
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
      : wordCause(exchange, due, { earlier, isFirst: exchange.nth === 0 && isOfClientFirst(evidence) })),
  };
}

/** Shorter texts read the same, or nearly, in both directions by chance. */
const LEAST_REVERSED = 4;

/** [REV-4] Reversing is the part of a program that prints a text; on the wire it is as it was typed. */
function findReversed(evidence: Evidence): Finding | undefined {
  if (evidence.isServer || ruleOf(evidence) !== "REV-1") return undefined;
  for (const { sent, messages, reads } of dialogueOf(evidence).exchanges) {
    const text = sent.trimEnd();
    const said = messages.find((one) => one !== text && one === [...text].reverse().join(""));
    if (said === undefined || text.length < LEAST_REVERSED) continue;
    return {
      rule: "REV-4",
      level: "note",
      reads,
      state: "listening",
      expected: "what the operator says, as it was typed",
      cause: `${quoted(text)} was said, and ${quoted(said)} came back: the same, reversed by the server. Here a text goes over the wire as it was typed, and each reader prints it reversed; so the client prints ${quoted(text)} again. What comes back is what the server's operator says.`,
      advice: [
        "Print the reversed text on the server's own screen, and send what is typed there to all clients, unchanged.",
      ],
    };
  }
  return undefined;
}

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
  if (said === `b'${sent}'` || said === `b"${sent}"`)
    return {
      cause: `${came}: that is how Python prints bytes. str() of the bytes was sent, and b and the quotation marks are characters of the text now.`,
      advice: ["Send the bytes as they came: sendall(data), not sendall(str(data).encode())."],
    };
  const before = earlier.findLast((one) => one.sent.trimEnd() === said);
  if (before)
    return {
      cause: `${came}: that is an earlier message. The server is one reply behind, or sends a buffer that it did not fill anew.`,
      advice: ["For each recv() one send(), and of just what this recv() returned."],
    };
  const [change, advice] = changeOf(said, due);
  return { cause: `${came}. ${change}`, advice: [advice] };
}

/** How the text was changed, and what to do about it. */
function changeOf(said: string, due: string): [string, string] {
  if (said.toUpperCase() === due.toUpperCase())
    return [
      "The letters were changed: an echo sends the bytes as they are.",
      "Leave upper() or toupper() out: send the text as it came.",
    ];
  if (said === [...due].reverse().join(""))
    return ["It was reversed: that is another protocol's server.", "Send the text as it came."];
  if (said.includes(due))
    return [
      "Words were added: an echo is the text alone.",
      "Leave out what stands before and after the text; print it on your own screen.",
    ];
  if (said !== "" && due.startsWith(said))
    return [
      `Only ${said.length} of ${due.length} characters came back: the server's buffer is too small, or it cuts at a blank (scanf %s).`,
      SEND_N,
    ];
  return ["What is no command comes back as it is, byte for byte.", SEND_N];
}

function wordCause(
  { reply, sent }: Exchange,
  due: string,
  { earlier, isFirst }: { readonly earlier: readonly Exchange[]; readonly isFirst: boolean },
): Pick<Finding, "cause" | "advice"> {
  const said = textOf(reply).trim();
  const isEarlier = earlier.some(({ expected }) => expected?.texts.includes(said));
  const why = isEarlier
    ? "It is the answer to an earlier line: the server does not remember how far the joke is."
    : said === sent.trim()
      ? "It sends back what it was told."
      : `Programs compare byte by byte.${isFirst ? unreadSlip(said, due) : slipIn(said, due)}`;
  return {
    cause: `${quoted(said)} came ${isFirst ? "after" : "in answer to"} ${quoted(sent)}, and ${quoted(due)} is due. ${why}`,
    advice: [`Send exactly ${quoted(due)}, and nothing around it.`],
  };
}

/** The verdict and more in one piece; two pieces are two messages, and right. */
function gluedVerdict(evidence: Evidence): Finding | undefined {
  const [read] = dialogueOf(evidence).greeting;
  if (!read || evidence.options.verdict === false) return undefined;
  const said = textOf(read.bytes);
  const { word, rest } = verdictIn(said, [evidence.option("rejectWord") ?? REJECT, ACCEPT]);
  if (rest === "") return undefined;
  return {
    rule: "REV-1",
    level: "note",
    reads: [read],
    state: "awaitingGreeting",
    expected: `${quoted(word)}, alone`,
    cause: `${quoted(word)} came in one piece with ${quoted(rest)}. The client took the first word for the verdict, and the rest for a line. Others compare the whole read with the verdict, and take it for neither yes nor no.`,
    advice: [
      `Send ${quoted(word)} alone, and nothing before the client has sent a line.`,
      "Two send() calls, one right after the other, may still arrive in one piece.",
    ],
  };
}

/** Words that our machine in the server's place would not have said are more than a habit. */
function findMore(evidence: Evidence): Finding | undefined {
  const more = unaskedWords(evidence);
  const found = findUnasked(evidence);
  if (!more) return found;
  const isTheSame = found?.reads.some(({ at }) => more.reads.some((read) => read.at === at)) === true;
  return { ...(found && isTheSame ? found : more), level: "violation" };
}

/** First message that has an answer. */
const FIRST: Readonly<Record<string, string>> = { "CALC-0": "expression", "KNOCK-2": "knock" };

/** Something came where nothing is due, or more than the answer. */
function findUnasked(evidence: Evidence): Finding | undefined {
  if (evidence.isServer || evidence.role === undefined) return undefined;
  const rule = ruleOf(evidence);
  if (rule === "REV-1") return gluedVerdict(evidence);
  if (!isOfClientFirst(evidence)) return undefined;
  const { greeting, exchanges } = dialogueOf(evidence);
  const unasked = greeting.length > 0 ? greeting : (exchanges.find(isWithoutAnswer)?.reads ?? []);
  const more =
    unasked.length > 0
      ? undefined
      : exchanges.find((exchange) => isTwice(exchange) || besides(exchange).length > 0);
  const reads = more ? more.reads : unasked;
  if (reads.length === 0) return undefined;
  const said = textOf(Buffer.concat(reads.map(({ bytes }) => bytes)));
  const where = more
    ? isTwice(more)
      ? `The answer to ${quoted(more.sent)} came more than once`
      : `Besides the answer to ${quoted(more.sent)} came ${quoted(besides(more).join(" "))}`
    : greeting.length > 0
      ? `${quoted(said)} came before the client had said anything`
      : `${quoted(said)} came after the name`;
  return {
    rule,
    // Words before the answer are taken for it.
    level: more && more.messages[0] !== more.expected?.texts[0] ? "violation" : "note",
    reads,
    state: more ? "awaitingReply" : "listening",
    expected: more ? "one answer to each message" : "nothing: here the server only listens",
    cause: `${where}. This protocol has no such message: a client that reads one reply for each of its own takes it for the answer to its next message, and is one behind from then on.`,
    advice: [
      more
        ? "Send one answer to each message."
        : `Send nothing before the first ${FIRST[rule] ?? "message"} is there.`,
    ],
  };
}

/** Messages beside the right answer. */
function besides({ expected, messages }: Exchange): readonly string[] {
  const [due = ""] = expected?.texts ?? [];
  return due !== "" && expected?.kind !== "room" && messages.includes(due)
    ? messages.filter((one) => one !== due)
    : [];
}

/** A name gets no reply. What came after a leaving word is no matter. */
const isWithoutAnswer = ({ expected, reads, nth }: Exchange) => nth === 0 && !expected && reads.length > 0;
