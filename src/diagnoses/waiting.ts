/** Mistakes after which nothing moves any more: each side waits for the other. */

import { decodeQuery } from "../wire/address-record.ts";
import type { Diagnosis, Finding } from "./_diagnosis.ts";
import { count, type Evidence, quoted, withArticle } from "./_evidence.ts";
import { findUnflushed, inSeconds, SILENT_MS } from "./_held-back.ts";
import { recordIn } from "./_record-facts.ts";
import { at } from "./_reproduce.ts";

/** Bytes that lie unread for this long are no message that is still on its way. */
const UNREAD_MS = 2_000;
const NEWLINE = 0x0a;

export const waiting: readonly Diagnosis[] = [
  {
    id: "D01",
    name: "waits-for-a-reply-that-is-none",
    title: "Deadlock: your program waits for a reply that this protocol never sends",
    level: "note",
    rank: "silence",
    // Consequence of a message that came only with its program's end: no reply could reach it.
    excludes: ["D62", "D27", "D28"],
    isConsequence: true,
    find: findWaitForNothing,
  },
  {
    id: "D02",
    name: "waits-in-readline",
    title: "Deadlock: your program may be waiting for a newline",
    level: "note",
    rank: "silence",
    isConsequence: true,
    find: findReadLine,
  },
  {
    id: "D03",
    name: "line-without-its-end",
    title: "A line came without its newline, so it is not over yet",
    level: "violation",
    rank: "silence",
    excludes: ["D01", "D02"],
    find: findUnfinishedLine,
  },
  {
    id: "D04",
    name: "length-longer-than-text",
    title: "The length promises more bytes than came",
    level: "violation",
    rank: "record",
    find: findTooLongLength,
  },
];

/** The peer's turn it is, or was when it left; it was silent for long, and nothing says that this is as it should be. */
export function isTheirTurn({ isServer, silence, unfinished, live, program }: Evidence): boolean {
  if (!isServer || silence.whose !== "theirs" || silence.ms < SILENT_MS) return false;
  if (unfinished.length > 0 || (live?.queuedBytes ?? 0) > 0) return false;
  // A program that sleeps or reads its keyboard waits for nothing of ours.
  return program === undefined || program.doing === "receiving" || program.doing === "polling";
}

/** `nothing for 16 s`, of a connection that is over too. */
function silenceText({ silence }: Evidence): string {
  return `nothing for ${inSeconds(silence.ms)}${silence.isOver ? ", then it left" : ""}`;
}

const PERSON = "If a person is just about to type, all is well.";
/** A person who has left is not about to type. */
export const unlessTyping = ({ silence }: Evidence) => (silence.isOver ? [] : [PERSON]);

function findWaitForNothing(evidence: Evidence): Finding | undefined {
  const unflushed = findUnflushed(evidence);
  if (unflushed) return unflushed;
  const { lastMove, reads, messages, silence } = evidence;
  if (!isTheirTurn(evidence) || lastMove?.kind === "out") return undefined;
  const last = messages.at(-1);
  const rule = last?.rule ?? evidence.role?.phases[silence.state]?.rule ?? "FRAME-1";
  const { waitsFor = "" } = silence;
  return {
    rule,
    reads: reads.slice(-1),
    came: `${silenceText(evidence)}${last ? `, after ${quoted(last.text)}` : ""}`,
    state: silence.state,
    expected: waitsFor,
    ...(last ? waitsAfterMessage(evidence, last.text) : waitsForGreeting(evidence)),
  };
}

function waitsAfterMessage(evidence: Evidence, text: string): Pick<Finding, "cause" | "advice"> {
  const { isOver, waitsFor, ms } = evidence.silence;
  return {
    cause: isOver
      ? `${quoted(text)} was understood, and has no reply in this protocol. Your program then sent nothing for ${inSeconds(ms)} and left: probably it was waiting in recv() for a reply, while the server was waiting for ${waitsFor}; or what it wrote next was still in a buffer.`
      : `${quoted(text)} was understood, and has no reply in this protocol. Probably your program waits in recv() for one, while the server waits for ${waitsFor}; or what it wrote next is still in a buffer.`,
    advice: [
      `Do not call recv() here: send ${waitsFor} next, flush() what you write, and then read its reply.`,
      ...unlessTyping(evidence),
    ],
  };
}

function waitsForGreeting(evidence: Evidence): Pick<Finding, "cause" | "advice" | "reproduce"> {
  const { roleName, silence } = evidence;
  const { isOver, waitsFor, ms } = silence;
  const silent = isOver
    ? `Your program connected, said nothing for ${inSeconds(ms)}, and left.`
    : "Your program has connected and says nothing.";
  return {
    cause: `${silent} This is ${withArticle(roleName)}, which sends no greeting: the client speaks first. Probably your program ${isOver ? "was waiting" : "waits"} in recv() for one, or what it wrote ${isOver ? "was" : "is"} still in a buffer.`,
    advice: [
      `Send ${waitsFor} right after connect(), and only then call recv().`,
      "Flush what you write: flush() of a PrintWriter or BufferedWriter in Java, fflush() in C.",
      ...unlessTyping(evidence),
    ],
    reproduce: `ncat ${at(evidence)}   # and type nothing`,
  };
}

function findReadLine(evidence: Evidence): Finding | undefined {
  const { story, lastMove, role, silence } = evidence;
  if (!isTheirTurn(evidence) || lastMove?.kind !== "out" || story.framing === "line") return undefined;
  if (role?.phases[silence.state]?.reads !== "text" || lastMove.bytes.at(-1) === NEWLINE) return undefined;
  const sent = quoted(lastMove.bytes.toString("utf8"));
  const { isOver } = silence;
  const step = lastStep(evidence);
  if (step === "waited") return undefined;
  const together = isBeforeLogin(evidence)
    ? ` Or it has read that, and ${silence.waitsFor ?? "its first message"} ${isOver ? "was" : "is"} still in a buffer of its own (no flush()).`
    : step === "hurried"
      ? " Or it sent its last two messages without waiting in between: then one recv() may have got both replies, and the program waits for one that it has already."
      : "";
  return {
    rule: "FRAME-5",
    reads: [],
    came: `${silenceText(evidence)}, after the server had sent ${sent}`,
    state: silence.state,
    expected: silence.waitsFor ?? "",
    cause: `The server sent ${sent} without a newline after it. A program that reads on, for a newline (readLine(), fgets()) or with one recv() too many, ${isOver ? "had the text already, and went on waiting" : "has the text already, and waits"}; the server ${isOver ? "was waiting" : "waits"} for your program.${together}`,
    advice: [
      "Read with recv() or read(), and take what it gives you as the message. readUTF(), readFully() and MSG_WAITALL wait for more too.",
      ...(isBeforeLogin(evidence)
        ? ["Flush what you write: flush(), or new PrintWriter(out, true), in Java; fflush() in C."]
        : []),
      "Or have the server end its lines: start the role with --framing line.",
      ...unlessTyping(evidence),
    ],
    reproduce: `python3 -c 'import socket; s = socket.create_connection(("${evidence.host}", ${evidence.port})); print(s.makefile().readline())'`,
  };
}

/** Nothing but our greeting has been said, and we are at the beginning. */
const isBeforeLogin = ({ messages, entries }: Evidence) =>
  messages.length === 0 && entries.filter(({ kind }) => kind === "out").length === 1;

/** Within this time it may have sent the next before our reply was there. */
const HURRY_US = 3_000;

/** Did it go on after an earlier reply that had no newline either? Then it waits for none; unless it did not wait at all. */
function lastStep({ messages, entries }: Evidence): "waited" | "hurried" | undefined {
  const last = messages.at(-1);
  const before = messages.at(-2);
  if (!last || !before) return undefined;
  const reply = entries.find(
    (entry, index) => entry.kind === "out" && index > before.index && index < last.index,
  );
  if (reply?.kind !== "out" || reply.bytes.at(-1) === NEWLINE) return undefined;
  return (last.reads[0]?.at ?? 0) - reply.at < HURRY_US ? "hurried" : "waited";
}

function findUnfinishedLine(evidence: Evidence): Finding | undefined {
  const { story, unfinished, reads, silence } = evidence;
  if (!evidence.isServer || story.framing !== "line" || unfinished.length === 0) return undefined;
  if (silence.ms < UNREAD_MS || unfinished.includes(NEWLINE) || silence.waitsFor === undefined)
    return undefined;
  const tail = quoted(unfinished.toString("utf8"));
  const waiting = silence.isOver
    ? `the server waited ${inSeconds(silence.ms)} for the rest, until it left`
    : "the server waits for the rest";
  return {
    rule: "FRAME-2",
    reads: reads.slice(-1),
    state: silence.state,
    expected: `${silence.waitsFor}, with a newline after it`,
    cause: `Your program ended its earlier messages with a newline (\\n), so the server reads lines. After ${tail} there is none: the line is not over, and ${waiting}.`,
    advice: [
      `Send the newline too: send(${lineInCode(evidence)}) - the same ending after every message.`,
      "In C, fgets() leaves the newline in your buffer and scanf() does not: look at how each message is read.",
    ],
  };
}

/** The half line with its end, as a program writes it. */
function lineInCode(evidence: Evidence): string {
  const text = evidence.masked(evidence.unfinished).toString("latin1");
  return JSON.stringify(`${text.replace(/[^\x20-\x7e]/g, "?")}\n`);
}

function findTooLongLength(evidence: Evidence): Finding | undefined {
  const { reads } = evidence;
  const last = evidence.last("refused");
  if (recordIn(evidence)?.kind !== "lengthUnlike") return undefined;
  const isWaiting = evidence.stillMs >= UNREAD_MS && evidence.unread.length > 1;
  const bytes = isWaiting ? evidence.unread : Buffer.concat(reads.map((read) => read.bytes));
  const code = last?.cause.code;
  const isTold = code === "record-cut" || code === "record-length-too-long";
  if (!isWaiting && !isTold) return undefined;
  if (isWaiting && decodeQuery({ bytes, stillMs: UNREAD_MS, ended: false }) !== undefined) return undefined;
  const told = bytes[1] ?? 0;
  return {
    rule: "BOOK-1",
    reads,
    state: "awaitingQuery",
    expected: `Q, the length, and as many bytes as it tells (${told})`,
    cause: `The length says ${told}, but only ${count(Math.max(0, bytes.length - 2), "byte")} came after it. Probably the length counts something else than what is sent: a whole buffer (sizeof), the header too, or a NUL that was not sent.`,
    advice: [
      "The length is strlen() of the address, and then exactly so many bytes follow.",
      "Send header and address in one buffer, with one send().",
    ],
  };
}
