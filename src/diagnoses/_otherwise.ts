/**
 * Disagreements of an onlooker that no card of a kind of its own explains: what is certain of them is what was said, and what the protocol
 * has there.
 */
import { textOfRead } from "../machines/_assumed.ts";
import { SAME_US } from "../stories/entry.ts";
import type { Finding } from "./_diagnosis.ts";
import { slipIn } from "./_differences.ts";
import type { Disagreement } from "./_disagreement.ts";
import { type Evidence, quoted, type Read } from "./_evidence.ts";
import { ruleOf } from "./_exchanges.ts";

type Is = (disagreement: Disagreement) => boolean;

const isAfterEnd: Is = ({ ours, isAfterEnd: isLate }) => ours.length === 0 && isLate === true;
const isUnasked: Is = ({ ours, isAfterEnd: isLate }) => ours.length === 0 && isLate !== true;
const isOther: Is = ({ said, ours }) => said.length > 0 && ours.length > 0;
const isMissing: Is = ({ said }) => said.length === 0;

/** Words in another's place. */
export function otherWords(evidence: Evidence): Finding | undefined {
  const found = evidence.unexplained.find(isOther);
  if (!found) return undefined;
  const said = textOfRead(found.said);
  const due = textOfRead(found.ours);
  const asked = askedBefore(evidence, found);
  const came =
    asked === undefined
      ? "came"
      : `came ${isFirst(evidence, found) ? "after" : "in answer to"} ${quoted(asked)}`;
  return {
    ...placeOf(evidence, found),
    expected: quoted(due),
    cause: `${quoted(said)} ${came}, and ${quoted(due)} is due. Programs compare byte by byte.${isFirst(evidence, found) ? unreadSlip(said, due) : slipIn(said, due)}`,
    advice: [`Send exactly ${quoted(due)}, and nothing around it.`],
  };
}

/** Words in front of the first answer: on the wire a greeting that waits for no message looks the same. */
export const unreadSlip = (said: string, due: string): string =>
  said.length > due.length && said.endsWith(due)
    ? " What stands before it may have been said when the client connected: here the client speaks first."
    : slipIn(said, due);

/** Whether the client had said one message by then, and no greeting is due before it. */
function isFirst(evidence: Evidence, { at }: Disagreement): boolean {
  const asked = evidence.entries.filter((entry) => entry.kind === "out" && entry.at <= at);
  return asked.length === 1 && isOfClientFirst(evidence);
}

/** Of a conversation that the client begins, and in which each answer is one message. */
export const isOfClientFirst = (evidence: Evidence): boolean => CLIENT_FIRST.has(ruleOf(evidence));

const CLIENT_FIRST: ReadonlySet<string> = new Set(["CALC-0", "KNOCK-2"]);

/** Words that nothing had asked for, in the middle of the conversation. */
export function unaskedWords(evidence: Evidence): Finding | undefined {
  const found = evidence.unexplained.find(isUnasked);
  if (!found) return undefined;
  const said = textOfRead(found.said);
  const asked = askedBefore(evidence, found);
  const where = asked === undefined ? "before the client had said anything" : `after ${quoted(asked)}`;
  return {
    ...placeOf(evidence, found),
    expected: "nothing more: it is the client's turn",
    cause: `${quoted(said)} came ${where}, and the protocol has no such message there. A client that reads one reply for each of its own takes it for the answer to its next message, and is one behind from then on.`,
    advice: ["Send one answer to each message, and nothing besides."],
  };
}

/** Words after the conversation was over. */
export function lateWords(evidence: Evidence): Finding | undefined {
  const found = evidence.unexplained.find(isAfterEnd);
  if (!found) return undefined;
  const asked = evidence.entries.findLast(({ kind, at }) => kind === "out" && at <= found.at);
  // An answer in between was the end, and no word of the client's.
  const isAnswered = evidence.reads.some(({ at }) => at > (asked?.at ?? 0) && at < found.at - SAME_US);
  const leaving = isAnswered ? undefined : askedBefore(evidence, found);
  return { ...placeOf(evidence, found), ...afterEnd(textOfRead(found.said), leaving) };
}

/** `asked`: the word of the client's that ended it, where it was one. */
export function afterEnd(
  said: string,
  asked: string | undefined,
): Pick<Finding, "expected" | "cause" | "advice"> {
  const ended =
    asked === undefined
      ? "The conversation was over"
      : `${quoted(asked)} ends the conversation and has no answer`;
  return {
    expected: "nothing: the conversation is over",
    cause: `${ended}, and then the server said ${quoted(said)}. A client that has left does not read it, and its machine may answer with a reset (RST).`,
    advice: ["After the last message close the connection, and send nothing before that."],
  };
}

/** An answer that never came. */
export function missingWords(evidence: Evidence): Finding | undefined {
  const found = evidence.unexplained.find(isMissing);
  const asked = found && askedBefore(evidence, found);
  if (!found || asked === undefined) return undefined;
  const due = textOfRead(found.ours);
  return {
    ...placeOf(evidence, found),
    came: `nothing after ${quoted(asked)}`,
    expected: quoted(due),
    cause: `${quoted(due)} is due in answer to ${quoted(asked)}, and it never came. Probably the server waits for more than came, its answer stays in a buffer that is not flushed, or it does not know this case.`,
    advice: [
      `Send ${quoted(due)} there.`,
      "Flush what you write: fflush() in C, flush() in Java, flush=True in Python.",
    ],
  };
}

/** A greeting that never came: where it was due, and which. */
export function missingGreeting(
  evidence: Evidence,
): Pick<Finding, "rule" | "reads" | "state" | "came" | "expected"> | undefined {
  const found = evidence.unexplained.find(isMissing);
  if (!found || askedBefore(evidence, found) !== undefined) return undefined;
  return { ...placeOf(evidence, found), came: "nothing", expected: quoted(textOfRead(found.ours)) };
}

function placeOf(evidence: Evidence, { at, rule }: Disagreement) {
  const read = readAt(evidence, at);
  return { rule: rule ?? ruleAt(evidence, at), reads: read ? [read] : [], state: stateAt(evidence, at) };
}

const readAt = ({ reads }: Evidence, at: number): Read | undefined =>
  reads.findLast((read) => Math.abs(read.at - at) <= SAME_US);

/** Text of the client's last message before it; undefined: it has said none. */
function askedBefore({ entries }: Evidence, { at }: Disagreement): string | undefined {
  const asked = entries.findLast((entry) => entry.kind === "out" && entry.at <= at);
  return asked?.kind === "out" ? textOfRead(asked.bytes) : undefined;
}

function stateAt({ entries, initialState }: Evidence, at: number): string {
  const step = entries.findLast((entry) => entry.kind === "transition" && entry.at < at);
  return step?.kind === "transition" ? step.to : initialState;
}

const ruleAt = (evidence: Evidence, at: number) =>
  evidence.role?.phases[stateAt(evidence, at)]?.rule ??
  Object.values(evidence.role?.phases ?? {})[0]?.rule ??
  "FRAME-9";
