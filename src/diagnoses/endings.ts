/**
 * Mistakes in how a conversation ends: too early, without reading, or not at all.
 *
 * Long, because the ends that look alike on the wire stand side by side.
 */
import { argsOf, type Cause } from "../stories/causes.ts";
import type { Entry } from "../stories/entry.ts";
import { expectedGreeting } from "../wire/expected-reply.ts";
import type { Diagnosis, Finding } from "./_diagnosis.ts";
import { type Evidence, quoted } from "./_evidence.ts";
import { heldBackMs, inSeconds } from "./_held-back.ts";

export const endings: readonly Diagnosis[] = [
  {
    id: "D68",
    name: "greeting-not-read",
    title: "The greeting was not read first, or the last reply not at all",
    level: "violation",
    rank: "endings",
    excludes: ["D28", "D05"],
    isConsequence: true,
    find: findUnreadGreeting,
  },
  {
    id: "D86",
    name: "reply-over-one-read",
    title: "The reply was longer than one recv() of 4096 bytes",
    level: "note",
    rank: "endings",
    excludes: ["D28", "D68"],
    find: findLongReply,
  },
  {
    id: "D27",
    name: "closes-before-reading",
    title: "It closed the connection before the reply could reach it",
    level: "violation",
    rank: "endings",
    isConsequence: true,
    find: findClosedEarly,
  },
  {
    id: "D28",
    name: "leaves-a-reply-unread",
    title: "Your program closed before reading everything the server had sent",
    level: "violation",
    hasOwnLevel: true,
    rank: "endings",
    isConsequence: true,
    find: findReset,
  },
  {
    id: "D29",
    name: "never-reads",
    title: "It does not read what it is sent",
    level: "violation",
    rank: "endings",
    excludes: ["D28"],
    find: findDeaf,
  },
  {
    id: "D30",
    name: "says-nothing-for-too-long",
    title: "Nothing was said for so long that the server closed",
    level: "violation",
    rank: "endings",
    excludes: ["D01", "D02"],
    find: findIdle,
  },
];

/** A program that ends right after our last bytes did not read them; one that ends later was ended. */
const AT_ONCE_MS = 2_000;

/** The peer's FIN came, and what we still had to say was answered with a reset: the program was gone. */
function findClosedEarly(evidence: Evidence): Finding | undefined {
  const { isServer, entries, messages } = evidence;
  const closed = evidence.last("closed");
  const hasEnded = entries.some(({ kind }) => kind === "ended");
  if (!isServer || !hasEnded || !isBroken(closed?.cause)) return undefined;
  // After its login, nothing of what a room sends is an answer to it.
  if (evidence.isTalkedTo && messages.length > 1) return undefined;
  // A leaving word that is not waited for is no lost reply [FRAME-8].
  const left = entries.findIndex((entry) => entry.kind === "transition" && entry.event === "peer.ended");
  const last = entries.findLastIndex((entry) => entry.kind === "out" || entry.kind === "file");
  const reply = entries[last];
  if (last < 0 || (left >= 0 && left < last)) return undefined;
  const sent = reply?.kind === "out" ? quoted(reply.bytes.toString("utf8")) : "the file";
  return {
    rule: "FRAME-8",
    reads: messages.at(-1)?.reads ?? [],
    came: "a FIN, and a reset in answer to what the server sent",
    expected: "that it reads the reply before it closes",
    cause: `The server had ${sent} for it, but it was gone: the other machine answered that no program reads there any more. Probably it calls close() right after send(), without a recv() in between, or ends before the reply is there.${heldBack(evidence)}`,
    advice: [
      "Call recv() until you have the whole reply, and only then close().",
      "To stop sending and still read: shutdown(fd, SHUT_WR) instead of close().",
    ],
    reproduce: `python3 -c 'import socket; s = socket.create_connection(("${evidence.host}", ${evidence.port})); s.sendall(${pythonBytes(evidence)}); s.close()'`,
  };
}

/** After a long silence, its last message may have come with its end, and because of it. */
function heldBack(evidence: Evidence): string {
  const read = evidence.messages.at(-1)?.reads[0];
  const waitedMs = read && heldBackMs(evidence, read);
  return waitedMs === undefined
    ? ""
    : ` Or that message lay for ${inSeconds(waitedMs)} in a buffer of its own, never flushed, and came only as it ended.`;
}

/** No FIN: its kernel sent the reset by itself, because bytes of ours lay unread as it closed. */
function findReset(evidence: Evidence): Finding | undefined {
  const { isServer, entries } = evidence;
  const closed = evidence.last("closed");
  const lastOut = evidence.last("out");
  const hasEnded = entries.some(({ kind }) => kind === "ended");
  const isReset = closed?.by === "peer" && isBroken(closed.cause);
  if (!isServer || hasEnded || !isReset) return undefined;
  const file = evidence.last("file");
  if (!lastOut && !file) return undefined;
  // Ctrl-C long after the last reply breaks off a program that waits, whatever it had read.
  if (file?.size === file?.told && evidence.silence.ms > AT_ONCE_MS) return undefined;
  if (evidence.isTalkedTo) return evidence.silence.ms > AT_ONCE_MS ? undefined : leftUnread(evidence);
  const unread = file ? "the file" : quoted(lastOut?.bytes.toString("utf8") ?? "");
  return {
    rule: "FRAME-8",
    reads: [],
    came: "a reset (RST) where a FIN would be usual",
    state: entries.findLast((entry) => entry.kind === "transition")?.from,
    expected: "that it reads all it is sent, and then closes",
    cause: `The last that the server sent was ${unread}. Probably your program closed its socket, or ended, before it had read all of that: then its machine sends a reset (RST) instead of a FIN. A crash, Ctrl-C or SO_LINGER set to 0 looks the same.`,
    advice: [
      "Read until recv() returns 0 (in Python b''), and only then close().",
      "One recv() is not always one message: it gives what is there, often less than all.",
    ],
    reproduce: `python3 -c 'import socket, time; s = socket.create_connection(("${evidence.host}", ${evidence.port})); s.sendall(${pythonBytes(evidence)}); time.sleep(1); s.close()'`,
  };
}

/** Texts of a room were not asked for: a note, and no more. */
function leftUnread(evidence: Evidence): Finding {
  const text = quoted(evidence.last("out")?.bytes.toString("utf8") ?? "");
  return {
    rule: "FRAME-8",
    level: "note",
    reads: [],
    came: "a reset (RST) where a FIN would be usual",
    expected: "that it reads what the others say, and then closes",
    cause: `It ended with a reset (RST): something that the server had sent lay unread in its socket as it closed, the last was ${text}. Here each text goes to everybody, and often comes back to its own sender too: a program that only sends never reads those. What it sent last may get lost with a reset.`,
    advice: [
      "Read in a thread, or with select(), as long as the connection is open.",
      "To leave: shutdown(fd, SHUT_WR), read until recv() returns 0, then close().",
    ],
  };
}

/** Ends with a reset, though all that it sent was answered: the last that we sent lies unread. */
function isResetAfterReplies(evidence: Evidence): boolean {
  const { entries, silence } = evidence;
  const closed = evidence.last("closed");
  const isReset =
    closed?.by === "peer" && isBroken(closed.cause) && !entries.some(({ kind }) => kind === "ended");
  return evidence.isServer && isReset && !evidence.isTalkedTo && silence.ms <= AT_ONCE_MS;
}

/** [ECHO-0] A role that speaks first: who does not read that is one reply behind from then on. */
function findUnreadGreeting(evidence: Evidence): Finding | undefined {
  const { entries, messages, role } = evidence;
  const moved = entries.filter((entry) => entry.kind === "in" || entry.kind === "out");
  // On the wire, the first word of a client that does not wait may be before the greeting.
  const { isSeen } = evidence.story.subject;
  const first = (isSeen ? moved.find((entry) => isGreeting(entry, evidence)) : undefined) ?? moved[0];
  const last = evidence.last("out");
  if (first?.kind !== "out" || !last || first === last || messages.length < 2) return undefined;
  if (!isResetAfterReplies(evidence) || evidence.all("file").length > 0) return undefined;
  return {
    rule: role?.phases[messages[0]?.state ?? ""]?.rule ?? "FRAME-8",
    reads: evidence.reads.slice(0, 2),
    came: "a reset (RST) with the last reply unread",
    state: messages.at(-1)?.state,
    expected: "that the greeting is read before the first message, and each reply before the next",
    cause: `This server speaks first: ${quoted(first.bytes.toString("utf8"))}. Probably your program did not read that: it took the greeting for its first reply, was one reply behind from then on, and the last one, ${quoted(last.bytes.toString("utf8"))}, lay unread when it closed. Or it closed without reading just that last reply.`,
    advice: [
      "Call recv() once right after connect(), before the first send().",
      "Then read one reply for each message, also for the last one.",
    ],
  };
}

function isGreeting(entry: Entry, { role }: Evidence): boolean {
  const greeting = expectedGreeting(Object.values(role?.phases ?? {})[0]?.rule ?? "");
  return entry.kind === "out" && greeting !== undefined && entry.bytes.toString("utf8").startsWith(greeting);
}

const ONE_READ = 4_096;

/** A reply that one recv(4096) does not take, and something unread at the end. */
function findLongReply(evidence: Evidence): Finding | undefined {
  const { role, messages, program } = evidence;
  const isEcho = messages.some(({ state }) => role?.phases[state]?.rule === "ECHO-0");
  const sizes = evidence.entries.flatMap((entry) =>
    entry.kind === "out" || (entry.kind === "file" && entry.direction === "out") ? [entry.size] : [],
  );
  const long = Math.max(0, ...sizes);
  const isUnread = isResetAfterReplies(evidence) || (program?.unreadBytes ?? 0) > 0;
  if (!isEcho || long <= ONE_READ || !isUnread) return undefined;
  return {
    rule: "ECHO-3",
    reads: messages.slice(0, 1).flatMap(({ reads }) => reads),
    came: "bytes from the server that were never read",
    expected: "that a reply is read until it is complete",
    cause: `The reply had ${long} bytes. A program that calls recv(4096) once reads only a part of it, and takes the rest for the next reply; so it was behind from then on, and something lay unread at the end.`,
    advice: [
      "Read in a loop until the reply is complete.",
      "Or have the server cut its replies: spawn echo --max-reply 4096",
    ],
  };
}

const isBroken = (cause: Cause | undefined) =>
  cause?.code === "peer-reset" || cause?.code === "peer-not-reading";

/** Bytes that it had sent until then, as Python writes them. */
function pythonBytes(evidence: Evidence): string {
  const bytes = evidence.masked(Buffer.concat(evidence.reads.map((read) => read.bytes)).subarray(0, 120));
  const text = [...bytes].map((byte) =>
    byte >= 0x20 && byte < 0x7f && !"'\"\\".includes(String.fromCharCode(byte))
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).padStart(2, "0")}`,
  );
  return `b"${text.join("")}"`;
}

function findDeaf(evidence: Evidence): Finding | undefined {
  const { story, stillMs } = evidence;
  const waiting = evidence.live?.queuedBytes ?? 0;
  const dropped = argsOf(story.cause, "slow-reader");
  if (!dropped && (waiting === 0 || stillMs < 5_000)) return undefined;
  return {
    rule: "FRAME-7",
    reads: [],
    came: `nothing: ${dropped?.bytes ?? waiting} bytes wait for it to read`,
    expected: "that it reads what it asked for",
    cause: evidence.isTalkedTo
      ? "What the others say piles up, because your program does not read it. Probably it waits in input() or scanf(), or reads only after it has sent something, while more and more arrives."
      : "The server's replies pile up, because your program does not read them. Probably it sends in a loop and reads only afterwards, or it waits in input() or scanf() while more and more arrives.",
    advice: [
      evidence.isTalkedTo
        ? "In a room the others speak at any time: read all the time, not only after your own messages."
        : "Read the reply to each message before you send the next.",
      "To send and read at the same time: a thread that reads, or select().",
    ],
    reproduce: `python3 -c 'import socket; s = socket.create_connection(("${evidence.host}", ${evidence.port}))\nwhile True: s.sendall(b"x" * 4000)'`,
  };
}

function findIdle(evidence: Evidence): Finding | undefined {
  const refused = evidence.last("refused");
  if (refused?.cause.code !== "idle-too-long") return undefined;
  return {
    rule: "FRAME-7",
    reads: evidence.reads.slice(-1),
    came: "nothing more",
    state: evidence.entries.findLast((entry) => entry.kind === "transition")?.to,
    expected: evidence.role?.phases[evidence.story.state]?.expects ?? "the next message, or a FIN",
    cause:
      "Nothing came or went for as long as the role allows (--idle), so the server closed. Probably your program forgot to close the connection, or waits for something that never comes.",
    advice: [
      "Call close() when you are done.",
      `If your program needs the time: spawn ${evidence.roleName} --idle 2h`,
    ],
    reproduce: `ncat ${evidence.host} ${evidence.port}   # and type nothing`,
  };
}
