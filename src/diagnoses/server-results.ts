/** Results of students' calculators: in binary, in another form, or another number. */
import { type Expression, parseExpression } from "../wire/calculator.ts";
import type { Diagnosis, Finding } from "./_diagnosis.ts";
import { count, type Evidence, quoted } from "./_evidence.ts";
import { dialogueOf, type Exchange, isOfSeveral, textOf } from "./_exchanges.ts";
import { findResult, type ResultSign } from "./_numbers.ts";

export const serverResults: readonly Diagnosis[] = [
  {
    id: "D77",
    name: "binary-result",
    title: "The result came in binary",
    level: "violation",
    // The bytes of a number look like a padded buffer, or like a length before a text.
    rank: "dialect",
    excludes: "all",
    find: findBinary,
  },
  {
    id: "D78",
    name: "result-in-another-form",
    title: "The result is not what the calculator should say",
    level: "violation",
    rank: "answers",
    find: findOtherResult,
  },
];

interface WrongResult {
  readonly exchange: Exchange;
  readonly due: string;
  readonly found: ResultSign;
  /** Lines that were said and due before it. */
  readonly earlier: readonly Exchange[];
}

/** The first result that is wrong; an answer that comes too late for the question before is none of this one's. */
function wrongResults(evidence: Evidence): WrongResult[] {
  if (evidence.isServer) return [];
  const { exchanges } = dialogueOf(evidence);
  return exchanges.flatMap((exchange, index) => {
    const { expected, reads, reply, sent } = exchange;
    const due = expected?.texts[0];
    if (expected?.kind !== "result" || due === undefined || reads.length === 0) return [];
    if (isAmong(exchange, due) || isRepeated(reply, due) || isOfSeveral(exchanges, exchange)) return [];
    const found = findResult(reply, due, sent);
    return found ? [{ exchange, due, found, earlier: exchanges.slice(0, index) }] : [];
  });
}

/** The right result as a message of its own, in one piece or several: what else came is another matter. */
const isAmong = ({ messages, reply }: Exchange, due: string) =>
  messages.includes(due) || textOf(reply) === due;

/** The right result, and once more. */
const isRepeated = (reply: Buffer, due: string) =>
  reply.toString("utf8").replace(/[\0\r\n]+/g, "") === due + due;

const BINARY: Readonly<Record<string, string>> = {
  binaryDouble: "double (8 bytes)",
  binaryFloat: "float (4 bytes)",
  binaryInt: "whole number",
};

function findBinary(evidence: Evidence): Finding | undefined {
  const wrong = wrongResults(evidence).find(({ found }) => found.kind in BINARY);
  if (!wrong) return undefined;
  const { exchange, due, found } = wrong;
  const { order } = found.args as { order: "LE" | "BE" };
  return {
    ...base(wrong),
    cause: `${count(exchange.reply.length, "byte")} came, ${hex(exchange.reply)}: that is ${due} as a binary ${BINARY[found.kind]}, ${order === "LE" ? "low byte first, as it lies in the memory of a PC" : "high byte first, as Java's DataOutputStream writes it"}. This protocol sends numbers as text.`,
    advice: [
      `In C: snprintf(b, sizeof b, "%.1f", x); send(c, b, strlen(b), 0);`,
      "In Python: sendall(str(x).encode()). In Java: print(x), not writeDouble(x).",
    ],
  };
}

const hex = (bytes: Buffer) =>
  bytes
    .subarray(0, 8)
    .toString("hex")
    .replace(/..(?=.)/g, "$& ");

function base({ exchange, due }: WrongResult) {
  return {
    rule: exchange.expected?.rule ?? "CALC-1",
    reads: exchange.reads,
    state: "awaitingReply",
    expected: quoted(due),
  };
}

function findOtherResult(evidence: Evidence): Finding | undefined {
  const all = wrongResults(evidence).filter(({ found }) => !(found.kind in BINARY));
  const [wrong] = all;
  if (!wrong) return undefined;
  const every = all.every(({ exchange: { reply } }) => reply.length > 1 && reply.at(-1) === 0);
  const nul = every
    ? " Besides, each answer ends in a NUL byte (00): send strlen(b) bytes, not strlen(b) + 1."
    : "";
  const { cause, advice } = oneBehind(all) ?? otherCause(wrong);
  return { ...base(wrong), cause: cause + nul, advice };
}

/** Server that sends the answer of the question before; its first answer belongs to none. */
function oneBehind(all: readonly WrongResult[]): Pick<Finding, "cause" | "advice"> | undefined {
  const [first, ...later] = all;
  const isBehind = later.every(
    ({ exchange, due, earlier }) =>
      isValue(exchange, earlier.at(-1)?.expected?.texts[0]) && Number(due) !== Number(textOf(exchange.reply)),
  );
  if (!first || later.length === 0 || !isBehind) return undefined;
  const said = Number(textOf(first.exchange.reply).trim());
  if (guessOf(parseExpression(first.exchange.sent), said, Number(first.due))) return undefined;
  const [second] = later;
  const before = second?.earlier.at(-1);
  if (!second || before !== first.exchange) return undefined;
  return {
    cause: `${quoted(textOf(second.exchange.reply).trim())} came in answer to ${quoted(second.exchange.sent)}, and is that of ${quoted(before.sent)}, which got ${quoted(textOf(before.reply).trim())}: the server is one answer behind.`,
    advice: ["Work out the answer to a message first, and then send it: not the one of the message before."],
  };
}

const isValue = ({ reply }: Exchange, due: string | undefined) =>
  due !== undefined && textOf(reply).trim() !== "" && Number(textOf(reply).trim()) === Number(due);

const AS_PYTHON = [
  "In Python: str(float(x)). In Java: Double.toString(x), but 1.0E16 has to become 1e+16.",
  'In C: "%.1f" for a whole number; otherwise the first of "%.1g" to "%.17g" that strtod() reads as the same number.',
];

function otherCause(wrong: WrongResult): Pick<Finding, "cause" | "advice"> {
  const { due, found } = wrong;
  switch (found.kind) {
    case "otherForm":
      return {
        cause: `${quoted(found.args.text)} came where ${quoted(due)} is due. It is the same number, but results are written as Python writes a float: ${due.endsWith(".0") ? "a whole number gets .0" : "with no digit more and none less"}. Programs compare the text.`,
        advice: AS_PYTHON,
      };
    case "decimalComma":
      return {
        cause: `${quoted(found.args.text)} has a decimal comma, where ${quoted(due)} is due. The program formats numbers as the computer's language settings want it.`,
        advice: ["In Java: String.format(Locale.ROOT, …) or Double.toString(x); in C: no setlocale()."],
      };
    case "wordsAround":
      return {
        cause: `${quoted(found.args.text)} has more than the result: ${quoted(due)} is due, alone. A client turns the whole reply into a number.`,
        advice: ["Send the number alone, without words and without the expression."],
      };
    case "repeatsRequest":
      return {
        cause: `The request itself came back: ${quoted(found.args.text)}, where ${quoted(due)} is due. Probably the server sends the buffer that it received, or it is an echo server.`,
        advice: ["Write the result into a buffer of its own, and send that one."],
      };
    default:
      return otherValue(wrong);
  }
}

function otherValue(wrong: WrongResult): Pick<Finding, "cause" | "advice"> {
  const { exchange, due, earlier } = wrong;
  const said = textOf(exchange.reply).trim();
  const sentence = `${quoted(exchange.sent)} is ${due}, and ${quoted(said)} came.`;
  const value = Number(said);
  const stale = earlier.find(({ expected }) => expected?.texts.some((text) => Number(text) === value));
  if (stale)
    return {
      cause: `${sentence} ${said} is the answer to ${quoted(stale.sent)}: the server is one answer behind, or it works on an earlier message that is still in its buffer.`,
      advice: [
        "Clear the buffer before recv(), use only the n bytes that it returned, and send the result of this very message.",
      ],
    };
  const size = Buffer.byteLength(said);
  if ((size === 8 || size === 4) && due.length > size && due.startsWith(said))
    return {
      cause: `${sentence} That is ${due} cut after ${size} bytes, the size of a pointer: probably sizeof(text) was sent, where text is a char *.`,
      advice: ["send(c, text, strlen(text), 0); sizeof counts the text only where the array itself is."],
    };
  const guess = guessOf(parseExpression(exchange.sent), value, Number(due));
  return {
    cause: `${sentence}${guess ? ` ${guess.why}` : " Look at how the server splits the text into two numbers and an operator."}`,
    advice: [guess?.advice ?? "Print what the server reads from the message: both numbers and the operator."],
  };
}

interface Guess {
  readonly why: string;
  readonly advice: string;
}

/** Mistake that a program would have to make to come to this number. */
function guessOf(expression: Expression, value: number, due: number): Guess | undefined {
  if (!expression.ok) return undefined;
  const { left, right, operator } = expression;
  const results: Readonly<Record<string, number>> = {
    "+": left + right,
    "-": left - right,
    "*": left * right,
    "/": left / right,
  };
  if (operator === "/" && value === Math.trunc(due))
    return {
      why: "It is cut to a whole number: in C and Java, / of two ints drops what comes after the point.",
      advice:
        "Use double for both numbers: strtod() in C, Double.parseDouble() in Java, / and not // in Python.",
    };
  if (value === right - left && operator === "-")
    return { why: "The two numbers are swapped.", advice: "Subtract the second from the first." };
  const other = Object.entries(results).find(([sign, result]) => sign !== operator && result === value);
  if (other)
    return {
      why: `${value} would be right for ${other[0]}: the operator ${operator} seems not to be looked at.`,
      advice: "Choose by the operator: switch (operator) in C and Java, if operator == … in Python.",
    };
  if (Math.abs(value - due) <= Math.abs(due) * 1e-3)
    return {
      why: "It is rounded: a float, or printf with %f, %g or %.2f, drops digits.",
      advice:
        'Calculate in double and write all its digits: "%.17g" in C, str(x) in Python, Double.toString(x) in Java.',
    };
  return undefined;
}
