/** Mistakes in how bytes become messages: TCP keeps the bytes and their order, but no boundaries. */
import { argsOf } from "../stories/causes.ts";
import type { Diagnosis, Finding } from "./_diagnosis.ts";
import { type Evidence, type FramedMessage, quoted, type Read } from "./_evidence.ts";
import { firstRule } from "./_places.ts";
import { signOf } from "./_text-signs.ts";

const NUL = 0x00;

/** Rules by which protocols tell glued messages apart. */
const UNGLUE_RULES: Readonly<Record<string, string>> = {
  calculator: "CALC-3",
  "file-server": "FILE-2",
  chat: "CHAT-3",
};

export const framing: readonly Diagnosis[] = [
  {
    id: "D05",
    name: "two-messages-in-one-read",
    title: "Two messages arrived in one read",
    level: "note",
    rank: "habits",
    find: findGlued,
  },
  {
    id: "D06",
    name: "token-glued-to-something",
    title: "Something stands right after the token",
    level: "violation",
    rank: "pieces",
    find: findGluedToken,
  },
  {
    id: "D08",
    name: "trailing-nul",
    title: "A NUL byte came along with the text",
    level: "note",
    rank: "habits",
    find: findTrailingNul,
  },
  {
    id: "D10",
    name: "message-without-an-end",
    title: "A message grew longer than any message may be",
    level: "violation",
    rank: "endings",
    find: findTooLong,
  },
];

/** [FRAME-3] Of a bare peer only: lines and C strings say themselves where they end. */
function findGlued({ isServer, story, messages, roleName }: Evidence): Finding | undefined {
  if (!isServer || story.framing !== "bare") return undefined;
  const first = messages.find((said, index) => !said.isWholeReads && sharesRead(said, messages[index + 1]));
  const second = first && messages[messages.indexOf(first) + 1];
  if (!first || !second) return undefined;
  return {
    rule: UNGLUE_RULES[roleName] ?? "FRAME-3",
    reads: first.reads,
    state: first.state,
    expected: "one message, then the answer or a moment's pause, then the next",
    cause: `Your program probably called send() twice without waiting in between, and ${quoted(first.text)} and ${quoted(second.text)} arrived as one piece: TCP keeps the bytes and their order, not your send() calls. Here they could be told apart; most servers would take them for one message.`,
    advice: [
      "Wait for the reply to the first message before you send the second, where there is one.",
      "Where there is none, end each message with a newline: then it does not matter how they arrive.",
    ],
  };
}

function sharesRead(one: FramedMessage, next: FramedMessage | undefined): boolean {
  return next !== undefined && one.reads.some((read) => next.reads.includes(read));
}

function findGluedToken(evidence: Evidence): Finding | undefined {
  const said = wrongToken(evidence);
  const token = evidence.option("token");
  if (!said || token === undefined || !said.text.startsWith(token)) return undefined;
  const rest = said.text.slice(token.length);
  if (!/[\p{L}\p{N}]/u.test(rest)) return undefined;
  return {
    rule: "FILE-2",
    reads: said.reads,
    state: said.state,
    expected: "the token alone, then `valid`, then a filename",
    cause: `What came begins with the right token, but ${quoted(rest)} stands right after it, so the whole is a wrong token. Probably two send() calls were delivered as one piece: TCP keeps no boundaries between them.`,
    advice: [
      "After the token, wait in recv() for `valid`; only then send the filename.",
      "Or end each message with a newline: the server notices, and reads lines.",
    ],
  };
}

/** The message that was refused as a token. */
export function wrongToken(evidence: Evidence): FramedMessage | undefined {
  return evidence.last("refused")?.cause.code === "wrong-token" ? evidence.messages.at(-1) : undefined;
}

function findTrailingNul(evidence: Evidence): Finding | undefined {
  if (!evidence.isServer) return findServersNul(evidence);
  const read = textReads(evidence).find(({ bytes }) => bytes.at(-1) === NUL && bytes.length > 1);
  if (!read) return undefined;
  return {
    rule: evidence.story.subject.transport === "udp" ? firstRule(evidence) : "FRAME-4",
    reads: [read],
    expected: "the bytes of the text and nothing else",
    cause: `The last byte is a NUL, the end of a string in C. Probably your program sends strlen(text) + 1 bytes. The server takes it as the end of the message${evidence.story.framing === "nul" ? ", and ends its own with one too" : ""}; other servers take it for a part of the text, and then "server1" is not "server1".`,
    advice: [
      "Send strlen(text) bytes, without the + 1.",
      "When you receive, put the NUL there yourself: buffer[n] = 0, with the n that recv() returned.",
    ],
  };
}

/** [FRAME-4] A server's answers: our clients drop the NUL, others take it for a part of the answer. */
function findServersNul(evidence: Evidence): Finding | undefined {
  const sign = signOf(evidence, "oneNul");
  if (!sign) return undefined;
  return {
    rule: "FRAME-4",
    reads: evidence.reads.filter(({ bytes }) => bytes.at(-1) === NUL).slice(0, 1),
    expected: "the bytes of the answer and nothing else",
    cause: `The last byte of ${sign.args.times > 1 ? `${sign.args.times} answers` : "the answer"} is a NUL (00), the end of a string in C. Probably the server sends strlen(text) + 1 bytes. The client may drop it; others take it for a part of the answer.`,
    advice: ["Send strlen(text) bytes, without the + 1: send(fd, text, strlen(text), 0)."],
  };
}

/** Reads whose bytes became text: an acknowledgement or a record may have as many NULs as it likes. */
function textReads({ messages, role }: Evidence): Read[] {
  const text = messages.filter(({ state }) => (role?.phases[state]?.reads ?? "text") === "text");
  return text.flatMap(({ reads }) => reads);
}

function findTooLong(evidence: Evidence): Finding | undefined {
  const refused = evidence.last("refused");
  const tooLong = argsOf(refused?.cause, "message-too-long");
  if (!tooLong) return undefined;
  return {
    rule: "FRAME-7",
    reads: evidence.reads.slice(0, 1),
    came: `${evidence.story.bytesIn} bytes, and no end of a message in them`,
    expected: evidence.story.waitsFor ?? "a message with an end",
    cause: `The server took all of it for one message, and gave up: a message over ${tooLong.limit} bytes. Probably your program sends in a loop without ever ending a message, or sends a file where a word is expected.`,
    advice: [
      "Look at the first read: is it what you meant to send?",
      "End each message - with a newline, or by waiting for the reply.",
    ],
    reproduce: `head -c 70000 /dev/zero | tr '\\0' x | ncat ${evidence.host} ${evidence.port}`,
  };
}
