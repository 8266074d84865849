/** Mistakes after which nothing moves any more: each side waits for the other. */
import { decodeQuery } from "../wire/address-record.ts";
import type { Diagnosis, Finding } from "./_diagnosis.ts";
import { count, type Evidence, quoted } from "./_evidence.ts";
import { at } from "./_reproduce.ts";

/** A person may think for a while; after this long it is worth a word. */
const SILENT_MS = 10_000;
/** What lies unread for this long is no message that is still on its way. */
const UNREAD_MS = 2_000;
const NEWLINE = 0x0a;

export const waiting: readonly Diagnosis[] = [
  {
    id: "D01",
    name: "waits-for-a-reply-that-is-none",
    title: "Both sides wait: your program for a reply that never comes",
    level: "note",
    find: findWaitForNothing,
  },
  {
    id: "D02",
    name: "waits-in-readline",
    title: "Both sides wait: your program perhaps for a newline",
    level: "note",
    find: findReadLine,
  },
  {
    id: "D03",
    name: "line-without-its-end",
    title: "A line came without its newline, so it is not over yet",
    level: "violation",
    find: findUnfinishedLine,
  },
  {
    id: "D04",
    name: "length-longer-than-text",
    title: "The length promises more bytes than came",
    level: "violation",
    find: findTooLongLength,
  },
];

/** It is our peer's turn, it has been silent for long, and nothing says that this is as it should be. */
function isTheirTurn(evidence: Evidence): boolean {
  const { story, live, isServer, isTalkedTo, messages, stillMs } = evidence;
  if (!isServer || story.subject.transport === "udp" || story.waitsFor === undefined) return false;
  if (isTalkedTo && messages.length > 0) return false;
  return stillMs >= SILENT_MS && live?.unreadBytes === 0 && live.queuedBytes === 0;
}

const inSeconds = (ms: number) => `${Math.floor(ms / 1_000)} s`;

function findWaitForNothing(evidence: Evidence): Finding | undefined {
  const { story, lastMove, reads, messages, roleName, stillMs } = evidence;
  if (!isTheirTurn(evidence) || lastMove?.kind === "out") return undefined;
  const last = messages.at(-1);
  const rule = last?.rule ?? evidence.role?.phases[story.state]?.rule ?? "FRAME-1";
  const common = {
    rule,
    reads: reads.slice(-1),
    came: `${last ? "since then, " : ""}nothing for ${inSeconds(stillMs)}`,
    state: story.state,
    expected: story.waitsFor ?? "",
  };
  if (!last)
    return {
      ...common,
      cause: `Your program has connected and says nothing. Probably it waits in recv() for a greeting, but a ${roleName} greets nobody: whoever connects speaks first. As long as both wait, nothing happens.`,
      advice: [
        `Send ${story.waitsFor} right after connect(), and only then call recv().`,
        "If a person is just about to type, all is well.",
      ],
      reproduce: `ncat ${at(evidence)}    (and type nothing)`,
    };
  return {
    ...common,
    cause: `${quoted(last.text)} was understood, and has no reply in this protocol. Probably your program waits in recv() for one all the same, while the server waits for ${story.waitsFor}.`,
    advice: [
      `Do not call recv() here: send ${story.waitsFor} next, and then read its reply.`,
      "If a person is just about to type, all is well.",
    ],
  };
}

function findReadLine(evidence: Evidence): Finding | undefined {
  const { story, lastMove, role } = evidence;
  if (!isTheirTurn(evidence) || lastMove?.kind !== "out" || story.framing === "line") return undefined;
  if (role?.phases[story.state]?.reads !== "text" || lastMove.bytes.at(-1) === NEWLINE) return undefined;
  const sent = quoted(lastMove.bytes.toString("utf8"));
  return {
    rule: "FRAME-5",
    reads: [],
    came: `nothing for ${inSeconds(evidence.stillMs)}, after we had sent ${sent}`,
    state: story.state,
    expected: story.waitsFor ?? "",
    cause: `We sent ${sent} without a newline behind it. A program that reads it with readLine(), fgets() or "for line in …" has the text already, and waits for the newline; the server waits for your program.`,
    advice: [
      "Read with recv() or read(), and take what it gives you as the message.",
      `Or have the server end its lines: spawn ${evidence.roleName} --framing line`,
      "If a person is just about to type, all is well.",
    ],
    reproduce: `python3 -c 'import socket; s = socket.create_connection(("${evidence.host}", ${evidence.port})); print(s.makefile().readline())'`,
  };
}

function findUnfinishedLine(evidence: Evidence): Finding | undefined {
  const { story, unread, reads, stillMs } = evidence;
  if (!evidence.isServer || story.framing !== "line" || unread.length === 0) return undefined;
  if (stillMs < UNREAD_MS || unread.includes(NEWLINE) || story.waitsFor === undefined) return undefined;
  const tail = quoted(unread.toString("utf8"));
  return {
    rule: "FRAME-2",
    reads: reads.slice(-1),
    state: story.state,
    expected: `${story.waitsFor}, with a newline behind it`,
    cause: `Your program ended its earlier messages with a newline (\\n), so the server reads lines. Behind ${tail} there is none: for the server the line is not over, and it waits for the rest.`,
    advice: [
      `Send the newline too: send(${JSON.stringify(
        `${evidence
          .masked(unread)
          .toString("latin1")
          .replace(/[^\x20-\x7e]/g, "?")}\n`,
      )}) - the same ending behind every message.`,
      "In C, fgets() leaves the newline in your buffer and scanf() does not: look how each message is read before it is sent.",
    ],
  };
}

function findTooLongLength(evidence: Evidence): Finding | undefined {
  const { roleName, reads } = evidence;
  const last = evidence.last("refused");
  if (roleName !== "address-book") return undefined;
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
    cause: `The length says ${told}, but only ${count(Math.max(0, bytes.length - 2), "byte")} came behind it. Probably the length counts something else than what is sent: a whole buffer (sizeof), the header too, or a NUL that stays at home.`,
    advice: [
      "Count what you send: the length is strlen() of the address, and then exactly so many bytes follow.",
      "Send header and address in one buffer, with one send().",
    ],
  };
}
