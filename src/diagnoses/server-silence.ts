/** Students' servers that say nothing: which call they sit in, where this machine can see it, else what is likely. */
import type { Diagnosis, Finding } from "./_diagnosis.ts";
import { count, type Evidence, quoted } from "./_evidence.ts";
import { dialogueOf, type Exchange, expectedIn, isRight, LONG_SILENCE_MS, ruleIn } from "./_exchanges.ts";
import { answerOfSeveral, FLUSH, lateCause } from "./_late-answers.ts";
import { type OpenQuestion, openQuestionOf } from "./_open-question.ts";
import { missingGreeting, missingWords } from "./_otherwise.ts";
import { busyWith, nameOf, type Program, seems, whileElsewhere } from "./_program-words.ts";

export const serverSilence: readonly Diagnosis[] = [
  {
    id: "D32",
    name: "server-without-a-greeting",
    title: "The server should speak first, and says nothing",
    level: "violation",
    rank: "silence",
    find: findNoGreeting,
  },
  {
    id: "D38",
    name: "server-never-answers",
    title: "The server does not answer",
    level: "violation",
    rank: "silence",
    excludes: ["D35"],
    find: (evidence) => findNoAnswer(evidence) ?? missingWords(evidence),
  },
  {
    id: "D74",
    name: "accept-not-called",
    title: "Your server has not called accept() for this connection",
    level: "violation",
    rank: "silence",
    excludes: ["D32", "D35", "D38", "D75", "D76"],
    find: findNotAccepted,
  },
  {
    id: "D75",
    name: "server-answers-once",
    title: "The server answered before, and then no more",
    level: "violation",
    rank: "silence",
    excludes: ["D32", "D35", "D38"],
    find: findAnsweredOnce,
  },
];

interface Silent {
  readonly question: OpenQuestion;
  /** The server's program, seen after we had asked. */
  readonly program: Program | undefined;
}

/** The question has been open for longer than any answer takes. */
function silentIn(evidence: Evidence): Silent | undefined {
  const question = openQuestionOf(evidence);
  if (!question || !(question.isGivenUp || evidence.silence.ms >= LONG_SILENCE_MS)) return undefined;
  const program = evidence.all("program").findLast(({ at }) => at >= question.askedAt);
  return { question, program };
}

function base(evidence: Evidence, { question }: Silent) {
  const { exchange, state } = question;
  return {
    rule: exchange?.expected?.rule ?? ruleIn(evidence, state),
    reads: evidence.reads.slice(-1),
    came: exchange ? `nothing after ${quoted(exchange.sent)}` : "nothing",
    state,
    expected: exchange?.expected
      ? exchange.expected.texts.slice(0, 1).map(quoted).join("")
      : expectedIn(evidence, state),
  };
}

function findNotAccepted(evidence: Evidence): Finding | undefined {
  const silent = silentIn(evidence);
  const { program } = silent ?? {};
  if (!silent || !program || program.isAccepted) return undefined;
  return {
    ...base(evidence, silent),
    cause: `The operating system took the connection, but ${nameOf(program)} has not called accept() for it${busyWith(program)}. So it has read nothing yet: its recv() is not the problem.`,
    advice: [
      "Call accept() in a loop: while (1) { int c = accept(listener, 0, 0); … }",
      "To serve several clients at a time: a thread or fork() for each, or select().",
    ],
  };
}

function findNoGreeting(evidence: Evidence): Finding | undefined {
  const missing = missingGreeting(evidence);
  if (missing) return { ...missing, ...greetingCause(undefined) };
  const silent = silentIn(evidence);
  if (!silent || silent.question.exchange) return undefined;
  return {
    ...base(evidence, silent),
    expected: "the server's greeting, before the client says anything",
    ...greetingCause(silent.program),
  };
}

function greetingCause(program: Program | undefined): Pick<Finding, "cause" | "advice"> {
  const other = program && whileElsewhere(program);
  if (other) return other;
  const advice = ["Send the greeting right after accept(), before the first recv()."];
  if (program?.doing === "receiving")
    return {
      cause: `In this protocol the server speaks first. ${nameOf(program)} ${seems(program, "waits", "seems to wait")} in recv() on this connection, and the client waits for the greeting: a deadlock.`,
      advice,
    };
  return {
    cause:
      "In this protocol the server speaks first. Either yours calls recv() right after accept(), or it has not called accept() for this client (it is busy with another one), or the greeting stays in a buffer that is not flushed.",
    advice: [
      ...advice,
      "Serve each client in a thread or with fork(), and flush() what you print to a socket.",
    ],
  };
}

function findNoAnswer(evidence: Evidence): Finding | undefined {
  const silent = silentIn(evidence);
  if (!silent?.question.exchange) return undefined;
  const { exchange, state } = silent.question;
  const { reads = exchange.reads } = answerOfSeveral(evidence) ?? {};
  const isLate = reads.length > 0 && state !== "sizing";
  const told =
    roomCause(exchange) ??
    (isLate ? lateCause(evidence, { ...exchange, reads }) : passedOver(evidence, exchange));
  return { ...base(evidence, silent), ...(told ?? answerCause(silent.program)) };
}

/** A later question was answered rightly: so it is no newline that the server waits for. */
function passedOver(evidence: Evidence, open: Exchange): Pick<Finding, "cause" | "advice"> | undefined {
  const answered = dialogueOf(evidence).exchanges.find(
    ({ nth, expected, messages }) =>
      nth > open.nth && expected?.kind === "result" && messages.some((one) => isRight(one, expected.texts)),
  );
  if (!answered) return undefined;
  return {
    cause: `${quoted(open.sent)} has got no answer, and ${quoted(answered.sent)}, which came after it, has. So the server waits for no newline and for no full buffer. Probably it took the first for another message, with one recv() too many before its loop, or could not read it.`,
    advice: ["Print each message that recv() returns, and what the server takes it for."],
  };
}

/** In a room all hear what is said, the speaker too. */
function roomCause({ expected, nth, sent }: Exchange): Pick<Finding, "cause" | "advice"> | undefined {
  if (expected?.kind !== "room" || nth === 0) return undefined;
  return {
    cause: `${quoted(sent)} did not come back. In this room each message goes to all members, the one who said it too. Probably the server leaves the sender out, or did not take it for a message.`,
    advice: ["Send each message to every member's socket, without an exception for the sender."],
  };
}

const TAKE_WHAT_CAME = "Take what one recv() returns as the message; wait for no newline and no full buffer.";

function answerCause(program: Program | undefined): Pick<Finding, "cause" | "advice"> {
  const other = program && whileElsewhere(program);
  if (other) return other;
  if (program?.doing === "receiving" && program.unreadBytes === 0)
    return {
      cause: `${nameOf(program)} has all that the client sent, and ${seems(program, "waits", "seems to wait")} in recv() for more: for a newline, which this client does not send (readLine, fgets), for a full buffer or a length (MSG_WAITALL, readFully, readUTF), or for the end. Or its answer is still in a buffer.`,
      advice: [TAKE_WHAT_CAME, FLUSH],
    };
  if (program && program.unreadBytes > 0)
    return {
      cause: `${nameOf(program)} has accepted the connection, but ${count(program.unreadBytes, "byte")} from the client lie unread: it does not call recv() on it.`,
      advice: ["Call recv() on the socket that accept() returned, not on the listening one."],
    };
  if (program)
    return {
      cause: `${nameOf(program)} has accepted the connection and read all that the client sent, and has not answered.${program.doing === "polling" ? " It waits in select(), poll() or epoll_wait(): for more (a newline, a full buffer), or its answer is still in a buffer." : " Perhaps it waits for a lock, for another thread, or for more than came (a newline, a full buffer); or its answer is still in a buffer."}`,
      advice: [TAKE_WHAT_CAME, FLUSH],
    };
  return {
    cause:
      "Probably the server waits for more: for a newline, which this client does not send (readLine, fgets), for a full buffer or a length (MSG_WAITALL, readFully, readUTF), or for the end. Or its answer stays in a buffer that is not flushed, or it has not called accept() for this client, or waits at its keyboard.",
    advice: [TAKE_WHAT_CAME, FLUSH],
  };
}

function findAnsweredOnce(evidence: Evidence): Finding | undefined {
  const silent = silentIn(evidence);
  if (!silent?.question.exchange || silent.question.answered === 0) return undefined;
  const { exchange: open } = silent.question;
  if (open.expected?.kind === "room" || open.reads.length > 0) return undefined;
  const { program, question } = silent;
  if (program && isAtWork(program)) return undefined;
  const times =
    question.answered === 1
      ? "The first request was answered"
      : `${question.answered} requests were answered`;
  return {
    ...base(evidence, silent),
    cause: `${times}, ${quoted(question.exchange?.sent ?? "")} was not.${afterAnswer(program)}`,
    advice: [
      "Loop around recv(): while ((n = recv(c, b, sizeof b, 0)) > 0) { … send(c, …); }",
      "Call accept() only for the next client, when this one has left (recv() returned 0).",
    ],
  };
}

/** A program that is at something else says more than the missing loop: D38 tells. */
function isAtWork({ doing, unreadBytes }: Program): boolean {
  if (doing === "polling") return unreadBytes > 0;
  // Bytes that lie unread while it sleeps are no work under way: it reads no second time.
  const isAtThis = doing === "sleeping" || doing === "computing";
  return doing === "keyboard" || doing === "stopped" || (isAtThis && unreadBytes === 0);
}

function afterAnswer(program: Program | undefined): string {
  if (program?.doing === "receiving")
    return ` ${nameOf(program)} has read it and is in recv() again: probably it took it for another message than the first one was, or waits for more of it.`;
  const where =
    program?.doing === "accepting"
      ? ` ${nameOf(program)} ${seems(program, "is", "seems to be")} in accept() again.`
      : "";
  return `${where} Probably it serves one request for each connection and then goes back to accept() or does nothing more, while the client is still there.`;
}
