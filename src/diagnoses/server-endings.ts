/** Students' servers that end the connection while they owe an answer. */
import type { Cause } from "../stories/causes.ts";
import type { Diagnosis, Finding } from "./_diagnosis.ts";
import { count, type Evidence, quoted } from "./_evidence.ts";
import { dialogueOf, type Exchange, expectedIn, failureOf, LONG_SILENCE_MS, ruleIn } from "./_exchanges.ts";

export const serverEndings: readonly Diagnosis[] = [
  {
    id: "D35",
    name: "server-closes-early",
    title: "The server closed before it had answered",
    level: "violation",
    rank: "endings",
    isConsequence: true,
    find: findClosedEarly,
  },
  {
    id: "D76",
    name: "server-resets",
    title: "The server reset the connection: it left bytes unread, or crashed",
    level: "violation",
    hasOwnLevel: true,
    rank: "endings",
    isConsequence: true,
    excludes: ["D35", "D36", "D38", "D75"],
    find: findReset,
  },
];

const IDLE_MS = 500;
/** Conversations in which it is the client that leaves: for others the server's operator may end them. */
const ENDED_BY_CLIENT = new Set(["CALC-0", "ECHO-0"]);
function findClosedEarly(evidence: Evidence): Finding | undefined {
  const failed = failureOf(evidence);
  if (!failed || !/^peer\.(ended|closed)$/.test(failed.event)) return undefined;
  const rule = ruleIn(evidence, failed.from);
  const due = evidence.role?.phases[failed.from]?.due;
  const isIdle = due === "user" && ENDED_BY_CLIENT.has(rule);
  if (due !== "greeting" && due !== "answer" && !isIdle) return undefined;
  // A silence that long is no crash: a person ended a server that did not answer.
  if (evidence.silence.ms >= LONG_SILENCE_MS && evidence.silence.whose === "theirs") return undefined;
  // A server that has nothing to answer may be ended by hand; one that closes after its answer does it at once.
  if (isIdle && evidence.silence.ms > IDLE_MS) return undefined;
  const { exchanges } = dialogueOf(evidence);
  return {
    rule: exchanges.at(-1)?.expected?.rule ?? rule,
    reads: evidence.reads.slice(-1),
    came: "the end of the connection",
    state: failed.from,
    expected: isIdle
      ? "that the connection stays open until the client leaves"
      : expectedIn(evidence, failed.from),
    ...closedCause(exchanges),
  };
}

function closedCause(exchanges: readonly Exchange[]): Pick<Finding, "cause" | "advice"> {
  const answered = exchanges.filter(({ reads }) => reads.length > 0);
  const open = exchanges.at(-1);
  if (answered.length > 0 && exchanges.some(({ expected }) => expected))
    return {
      cause: `The server replied to ${quoted(answered.at(-1)?.sent ?? "")} and then closed, while the client had not left yet. Probably it calls close() after its first answer, or it crashed on the next message: look at its own output.`,
      advice: [
        "Loop around recv(), and close only when it returns 0 (in Python b''): the client has left then.",
        "Start it in a terminal and look for an error there.",
      ],
    };
  return {
    cause: `The server closed the connection ${open ? `after ${quoted(open.sent)}, ` : ""}while its answer was due. Probably it crashed on what it got (look at its own output: a traceback, an exception), or it calls close() too early.`,
    advice: [
      "Start the server in a terminal, and read what it prints when this client comes.",
      "Send the answer before close(); in a loop around recv() only 0 bytes mean that the client has left.",
    ],
  };
}

const isReset = (cause: Cause | undefined) =>
  cause?.code === "peer-reset" || cause?.code === "peer-not-reading";
/** A program that is ended by Ctrl-C while it waits resets too, but long after anything moved. */
const AT_ONCE_MS = 2_000;

function findReset(evidence: Evidence): Finding | undefined {
  const { isServer, role, entries, silence } = evidence;
  const closed = evidence.last("closed");
  if (isServer || role === undefined || closed?.by !== "peer" || !isReset(closed.cause)) return undefined;
  if (silence.ms > AT_ONCE_MS || isEndedByUs(entries)) return undefined;
  const failed = failureOf(evidence);
  const { greeting, exchanges } = dialogueOf(evidence);
  const last = exchanges.at(-1);
  const isAnswered = !failed && last !== undefined && last.reads.length > 0;
  // The server has closed after its answer, and what we said next came too late: only then its machine resets.
  if (last?.reads.length === 0 && exchanges.some(({ expected, reads }) => expected && reads.length > 0))
    return undefined;
  const state = failed?.from ?? silence.state;
  const due = role.phases[state]?.due;
  const isAwaited = due === "greeting" || due === "answer";
  return {
    rule: ruleIn(evidence, state, "FRAME-8"),
    level: isAnswered ? "note" : "violation",
    reads: evidence.reads.slice(-1),
    came: "a reset (RST), not a normal end (FIN)",
    state,
    expected: isAnswered ? "a FIN after the answer" : expectedIn(evidence, state),
    cause: `The reset came ${whenOf(last, { isGreeted: greeting.length > 0, isAnswered, isAwaited: isAwaited && !evidence.hasUser })}. Either the server called close() while bytes from the client lay unread, or it crashed (segmentation fault), or it set SO_LINGER to 0.`,
    advice: [
      ...(last
        ? [`Read the whole message (${count(Buffer.byteLength(last.sent), "byte")}) before close().`]
        : []),
      "Start it in a terminal and look for an error; in C: gdb, or cc -g -fsanitize=address.",
    ],
  };
}

interface Ending {
  readonly isGreeted: boolean;
  readonly isAnswered: boolean;
  /** Anything that was said makes an answer due. */
  readonly isAwaited: boolean;
}

function whenOf(last: Exchange | undefined, { isGreeted, isAnswered, isAwaited }: Ending): string {
  if (isAnswered) return "after the answer, which had come whole";
  const isDue = last?.expected !== undefined || isAwaited;
  if (last) return `${isDue ? "instead of the answer to" : "after"} ${quoted(last.sent)}`;
  return isGreeted ? "after the greeting" : "right after the connection was made";
}

/** After these the conversation goes on, or goes to its own end. */
const GOING_ON = new Set(["send", "event", "say", "endOfInput", "leave"]);
const isEndedByUs = (entries: Evidence["entries"]) =>
  entries.some((entry) => entry.kind === "operator" && !GOING_ON.has(entry.action));
