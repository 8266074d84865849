/** A length, or a code and a length, in front of each text, where the protocol has the text alone. */
import type { Diagnosis, Finding } from "./_diagnosis.ts";
import { count, type Evidence, quoted } from "./_evidence.ts";
import { type HeaderSign, habits } from "./_headers.ts";
import { expectedAt, firstRule, firstState, isFree, wasRefused } from "./_places.ts";
import { hex, listener } from "./_speaker.ts";
import { signOf } from "./_text-signs.ts";

export const headers: readonly Diagnosis[] = [
  {
    id: "D39",
    name: "header-before-text",
    title: "A length stands before the text",
    level: "violation",
    hasOwnLevel: true,
    rank: "header",
    excludes: "all",
    find: findHeader,
  },
];

function findHeader(evidence: Evidence): Finding | undefined {
  const found = signOf(evidence, "header");
  if (!found) return findLengthLines(evidence);
  const rule = firstRule(evidence);
  const state = firstState(evidence);
  const isSurvived = isFree(rule) && !wasRefused(evidence);
  return {
    rule,
    ...(isSurvived ? { level: "note" as const } : {}),
    reads: evidence.reads.slice(0, 2),
    state,
    expected: evidence.isServer ? `${expectedAt(evidence, state)}, and nothing before it` : "the text alone",
    cause: `${whatStands(evidence, found)} ${habit(found)} Here no length is due: ${listener(evidence)} takes it for text.`,
    advice: [
      'Send the text alone: sendall(text.encode()) in Python, out.write(text.getBytes("UTF-8")) in Java, send(fd, text, strlen(text), 0) in C.',
    ],
  };
}

/** `3`, `ann`, `5`, `1 + 1`: each length a line of its own, told of the line after it. */
function findLengthLines(evidence: Evidence): Finding | undefined {
  const { messages, isServer } = evidence;
  const pairs = Math.floor(messages.length / 2);
  const isLength = (index: number) =>
    messages[index * 2]?.text.trim() === String(messages[index * 2 + 1]?.bytes.length);
  const isAll = pairs > 1 && Array.from({ length: pairs }, (_, index) => isLength(index)).every(Boolean);
  const [first, second] = messages;
  if (!isServer || !isAll || !first || !second) return undefined;
  return {
    rule: firstRule(evidence),
    reads: first.reads,
    state: first.state,
    expected: `${expectedAt(evidence, first.state)}, and nothing before it`,
    cause: `Before each text comes a line with its length: ${quoted(first.text)}, then ${quoted(second.text)}. Here no length is due: the server takes it for a message of its own.`,
    advice: ["Send the texts alone, each with a newline after it."],
  };
}

function whatStands({ texts }: Evidence, { args }: HeaderSign): string {
  const { form, headerBytes, hasOpCode, countsHeader, texts: told } = args;
  const length = told[0]?.length ?? 0;
  const stream = Buffer.concat(texts.slice(0, 4).map(({ bytes }) => bytes)).subarray(0, headerBytes);
  const isDigits = form === "digits" || form === "netstring";
  const shown = isDigits ? quoted(stream.toString("latin1").replace(/[ \0]+$/, "")) : hex(stream);
  const what = hasOpCode ? "a code and the length of the text" : "the length of the text";
  const itself = countsHeader ? ", itself counted too" : "";
  const order = headerBytes > (hasOpCode ? 2 : 1) && !isDigits ? orderOf(form) : "";
  return `${count(headerBytes, "byte")} ${headerBytes === 1 ? "stands" : "stand"} before each text: ${shown} is ${what} (${length})${itself}${order}.`;
}

function orderOf(form: string): string {
  if (form.endsWith("be")) return ", high byte first";
  return form.endsWith("le") ? ", low byte first" : "";
}

function habit({ args: { form } }: HeaderSign): string {
  const [first = "", second] = habits[form];
  if (form === "netstring") return `This is ${first}.`;
  return `That is what ${first}${second === undefined ? "" : `, or ${second},`} does.`;
}
