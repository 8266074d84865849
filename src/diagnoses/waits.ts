/** Things that a program may wait for and that do not come: an ending that it did not send, more than the whole, an answer that is none. */
import type { Diagnosis, Finding } from "./_diagnosis.ts";
import { count, type Evidence, quoted } from "./_evidence.ts";
import { inSeconds } from "./_held-back.ts";
import { turned } from "./_numbers.ts";
import { expectedAt, firstRule, firstState, wasRefused } from "./_places.ts";
import type { Program } from "./_program-words.ts";
import { signOf } from "./_text-signs.ts";
import { isTheirTurn, unlessTyping } from "./waiting.ts";

export const waits: readonly Diagnosis[] = [
  {
    id: "D59",
    name: "empty-line-for-a-word",
    title: "Only an empty line came",
    level: "note",
    rank: "silence",
    excludes: ["D01", "D02", "D61", "D62"],
    find: findEmptyLine,
  },
  {
    id: "D60",
    name: "carriage-return-alone",
    title: "The lines end in CR, not in a newline",
    level: "violation",
    hasOwnLevel: true,
    rank: "pieces",
    excludes: ["D01", "D02", "D03", "D14", "D15", "D16", "D17", "D66"],
    find: findReturns,
  },
  {
    id: "D64",
    name: "waits-for-more-than-the-file",
    title: "The whole file was sent; your program waits for more",
    level: "violation",
    hasOwnLevel: true,
    rank: "silence",
    excludes: ["D01", "D02", "D28", "D62"],
    isConsequence: true,
    find: findMoreThanFile,
  },
  {
    id: "D65",
    name: "waits-for-a-full-buffer",
    title: "The whole reply was sent; your program waits for more",
    level: "note",
    rank: "silence",
    excludes: ["D01", "D02"],
    isConsequence: true,
    find: findMoreThanReply,
  },
  {
    id: "D67",
    name: "registers-again-and-again",
    title: "A good registration has no answer",
    level: "note",
    rank: "silence",
    find: findRegistrations,
  },
  {
    id: "D88",
    name: "program-does-not-run",
    title: "The program does not go on",
    level: "note",
    rank: "silence",
    excludes: ["D01", "D02", "D03"],
    find: findHalted,
  },
];

/** A person would have typed on by then. */
const EMPTY_MS = 2_000;
const NEWLINE = 0x0a;

function findEmptyLine(evidence: Evidence): Finding | undefined {
  const { isServer, silence, messages, texts } = evidence;
  if (!isServer || messages.length > 0 || texts.length === 0) return undefined;
  if (!signOf(evidence, "onlyLineEnd") || (silence.ms < EMPTY_MS && !silence.isOver)) return undefined;
  const state = firstState(evidence);
  const due = expectedAt(evidence, state);
  return {
    rule: "FRAME-7",
    reads: evidence.reads.slice(0, 1),
    state,
    expected: due,
    cause: `A line end came, and nothing else. Empty messages are ignored, so ${due} ${silence.isOver ? "was still due when it left" : "is still due"}. Often scanf() or nextInt() leaves the newline of the number before in the input, and the next fgets() or nextLine() takes that for an empty line.`,
    advice: [
      "Read whole lines only: fgets() and sscanf() in C; nextLine() and Integer.parseInt() in Java.",
      "Do not send a text that is empty.",
    ],
  };
}

function findReturns(evidence: Evidence): Finding | undefined {
  const sign = signOf(evidence, "carriageReturns");
  if (!sign || !evidence.isServer) return undefined;
  const [first] = evidence.texts;
  // A single text of several may have brought its CR from a file.
  if (first?.bytes.at(-1) !== 0x0d) return undefined;
  const isUnderstood = evidence.messages.length > 0 && !wasRefused(evidence);
  return {
    rule: "FRAME-2",
    ...(isUnderstood ? { level: "note" as const } : {}),
    reads: evidence.reads.slice(0, 2),
    state: firstState(evidence),
    expected: `${expectedAt(evidence, firstState(evidence))}, with a newline (0a) after it`,
    cause: `${quoted(first?.bytes.toString("utf8") ?? "")} ends in a carriage return alone (\\r, 0d). A newline is \\n (0a); \\r\\n is taken too, but \\r alone ends no line.`,
    advice: ['Send "\\n" at the end of each message.'],
  };
}

/** `receiving` is certain; where nothing is known of the program, it may as well have nothing more to say. */
const isReceiving = ({ program }: Evidence) =>
  program !== undefined &&
  (program.doing === "receiving" || program.doing === "polling") &&
  program.unreadBytes === 0;

function findMoreThanFile(evidence: Evidence): Finding | undefined {
  const { silence } = evidence;
  const file = evidence.all("file").findLast(({ direction }) => direction === "out");
  if (!isTheirTurn(evidence) || !file || file.size !== file.told) return undefined;
  if (
    evidence.messages.some(
      ({ index }) => index > evidence.entries.indexOf(file) + 1 && isLater(evidence, index),
    )
  )
    return undefined;
  const size = evidence.entries.findLast(
    (entry) => entry.kind === "out" && entry.size === 4 && entry.at <= file.at,
  );
  const other = turned(file.told);
  const order =
    size === undefined
      ? ""
      : ` (it stays open for the next file), or it took something else for the size: the four bytes in the other order (${other}), or, with one recv() too few or too many, those of another answer`;
  const was = silence.isOver ? "waited" : "waits";
  return {
    rule: size === undefined ? firstRule(evidence) : "FILE-0",
    ...(isReceiving(evidence) ? {} : { level: "note" as const }),
    reads: [],
    came: `nothing for ${inSeconds(silence.ms)} after the file${silence.isOver ? ", then it left" : ""}`,
    state: silence.state,
    expected: silence.waitsFor ?? "the next filename, or a FIN",
    cause: `All ${count(file.told, "byte")} of ${quoted(file.name)} went out. If your program ${was} in recv() after that, either it reads until the connection ends${order}.`,
    advice: [
      "Count what came, and stop at the size: while (got < size) got += recv(…).",
      ...(size === undefined
        ? []
        : ['The size is little-endian: no ntohl(); struct.unpack("<i", data) in Python.']),
    ],
  };
}

/** The acknowledgement of the file itself may come after it. */
function isLater({ messages, role }: Evidence, index: number): boolean {
  const said = messages.find((one) => one.index === index);
  return said !== undefined && role?.phases[said.state]?.reads === "text";
}

function findMoreThanReply(evidence: Evidence): Finding | undefined {
  const { lastMove, silence, role } = evidence;
  if (!isTheirTurn(evidence) || !isReceiving(evidence) || lastMove?.kind !== "out") return undefined;
  if (role?.phases[silence.state]?.reads !== "text" || lastMove.bytes.at(-1) !== NEWLINE) return undefined;
  const reply = quoted(lastMove.bytes.toString("utf8"));
  return {
    rule: "FRAME-5",
    reads: [],
    came: `nothing for ${inSeconds(silence.ms)}, after the server had sent ${reply}`,
    state: silence.state,
    expected: silence.waitsFor ?? "the next message",
    cause: `The reply ${reply} is out whole, with its newline, and ${evidence.program?.name ?? "your program"} has it and is in recv(). So it ${silence.isOver ? "was waiting" : "waits"} for more: for a full buffer (MSG_WAITALL, readFully(), read(1024)) or for the end of the connection.`,
    advice: [
      "Call recv() once for a reply, or read a line: readLine() in Java, makefile().readline() in Python.",
      ...unlessTyping(evidence),
    ],
  };
}

const TIMES = 3;
const APART_US = 5_000_000;

/** [BOOT-2] Renewals come after ten seconds and more. */
function findRegistrations(evidence: Evidence): Finding | undefined {
  const { messages, story } = evidence;
  if (story.subject.transport !== "udp" || wasRefused(evidence)) return undefined;
  const sent = messages.filter(({ text }) => text.startsWith("REGISTRN,"));
  const equal = sent.filter(({ text }) => text === sent.at(-1)?.text);
  const ats = equal.map(({ reads }) => reads[0]?.at ?? 0);
  const isQuick = ats.every((at, index) => index === 0 || at - (ats[index - 1] ?? 0) < APART_US);
  if (equal.length < TIMES || !isQuick) return undefined;
  return {
    rule: "BOOT-2",
    reads: equal.slice(0, 3).flatMap(({ reads }) => reads),
    expected: "one registration, and nothing after it",
    cause: `The registration was taken; this protocol sends no reply to a good one. It came ${equal.length} times within a few seconds: probably your program waits for an answer in recvfrom(), and sends again when none comes.`,
    advice: [
      "Send it once, and do not call recvfrom() after it.",
      "Ask whether it is there: netlabctl discover",
    ],
  };
}

/** A program that cannot go on: no message of its own will come. */
function findHalted(evidence: Evidence): Finding | undefined {
  const { isServer, program, silence } = evidence;
  if (!isServer || !program || silence.whose === "ours" || silence.ms < EMPTY_MS) return undefined;
  const hasUnread = !silence.isOver && program.unreadBytes > 0 && !evidence.isTalkedTo;
  const isAway = hasUnread && program.doing === "keyboard";
  const isBlind = program.unreadBytes > 0 && !evidence.isTalkedTo && program.doing === "polling";
  if (program.doing !== "stopped" && !isAway && !isBlind) return undefined;
  return {
    rule: firstRule(evidence),
    reads: [],
    came: `nothing for ${inSeconds(silence.ms)}`,
    state: silence.state,
    expected: silence.waitsFor ?? "the next message",
    ...haltedWords(evidence, program),
  };
}

function haltedWords({ silence }: Evidence, program: Program): Pick<Finding, "cause" | "advice"> {
  const name = `${program.name} (process ${program.pid})`;
  const { isOver } = silence;
  const lie = `${count(program.unreadBytes, "byte")} from the server ${isOver ? "lay" : "lie"} unread in its socket`;
  if (program.doing === "stopped")
    return {
      cause: `${name} ${isOver ? "was" : "is"} stopped: by Ctrl-Z, a signal or a debugger. It neither reads nor sends until it is continued.`,
      advice: ["Continue it: fg in its terminal, or c in the debugger."],
    };
  if (program.doing === "keyboard")
    return {
      cause: `${name} waits at the keyboard, and ${lie}. Probably it asks for the next input before it has read the reply.`,
      advice: ["Read the reply before you ask for the next input."],
    };
  return {
    cause: `${name} ${isOver ? "was waiting" : "waits"} in select(), poll() or epoll_wait(), and ${lie}. So it does not watch this socket for reading, or does not read what select() tells it. select() changes its sets: after a time-out they are empty.`,
    advice: [
      "Before each select(): FD_ZERO(&set); FD_SET(fd, &set); and fd + 1 as its first argument, of the largest descriptor.",
      "Then call recv() on each descriptor for which FD_ISSET(fd, &set) is true.",
    ],
  };
}
