/** Mistakes of students' servers, met by our clients: a length that lies, and an answer in pieces. Others have files of their own. */
import type { Diagnosis, Finding } from "./_diagnosis.ts";
import type { Evidence } from "./_evidence.ts";
import { dialogueOf, ruleIn, textOf } from "./_exchanges.ts";
import { serverEndings } from "./server-endings.ts";
import { serverLateWords } from "./server-late-words.ts";
import { serverNobody } from "./server-nobody.ts";
import { findLyingRecord } from "./server-records.ts";
import { serverRegistry } from "./server-registry.ts";
import { serverReplies } from "./server-replies.ts";
import { serverResults } from "./server-results.ts";
import { serverSilence } from "./server-silence.ts";
import { findLyingSize, serverSizes } from "./server-sizes.ts";
import { serverWords } from "./server-words.ts";

const lengthsAndPieces: readonly Diagnosis[] = [
  {
    id: "D33",
    name: "server-whose-length-lies",
    title: "The server's length and what it sends do not agree",
    level: "violation",
    rank: "answers",
    excludes: ["D35", "D38", "D76", "D81", "D83"],
    find: (evidence) => findLyingSize(evidence) ?? findLyingRecord(evidence),
  },
  {
    id: "D36",
    name: "server-answers-in-two-writes",
    title: "The server's answer came in pieces",
    level: "note",
    hasOwnLevel: true,
    rank: "habits",
    find: findTwoWrites,
  },
];

export const servers: readonly Diagnosis[] = [
  ...lengthsAndPieces,
  ...serverEndings,
  ...serverLateWords,
  ...serverNobody,
  ...serverRegistry,
  ...serverReplies,
  ...serverResults,
  ...serverSilence,
  ...serverSizes,
  ...serverWords,
];

/** States in which one answer is read: a second read there is a second write of the same answer. */
const ANSWERS = new Set(["awaitingAnswer", "awaitingReply"]);
/** Bytes that fit into one packet are not cut by the network. */
const ONE_PACKET = 1_400;

/** A lab client takes one recv() for one answer: it would have seen the first piece alone. */
function findTwoWrites(evidence: Evidence): Finding | undefined {
  if (evidence.isServer || evidence.isTalkedTo) return undefined;
  const { exchanges } = dialogueOf(evidence);
  const slow = exchanges.find(({ reads, reply, expected, messages }) => {
    const whole = textOf(reply);
    return reads.length > 1 && expected?.texts.includes(whole) && !messages.includes(whole);
  });
  const due = new Set(exchanges.flatMap(({ expected }) => expected?.texts ?? []));
  const isBook = evidence.role?.phases.awaitingAnswer !== undefined;
  const said = evidence.messages.find(
    ({ state, reads, bytes, text }) =>
      ANSWERS.has(state) &&
      reads.length > 1 &&
      bytes.length <= ONE_PACKET &&
      // Two answers, or an answer and something else, are no pieces of one.
      (isBook || due.has(text.replace(/[\0\r\n]+$/, ""))),
  );
  const reads = slow?.reads ?? said?.reads;
  const state = said?.state ?? "awaitingReply";
  if (!reads) return undefined;
  return {
    rule: isBook ? "BOOK-2" : ruleIn(evidence, state, "FRAME-6"),
    level: slow ? "violation" : "note",
    reads,
    state,
    expected: "the whole answer in one piece",
    cause: `One answer came in ${reads.length} reads${slow ? ", with a pause between them: the server's buffer is smaller than the message, or it sends the answer bit by bit" : ". Probably the server sends it with several send() calls. A patient client waits until it is whole"}. A client that takes one recv() for one answer sees the first piece only, and the rest when it asks for something else.`,
    advice: ["Put the whole answer into one buffer, and send it with one send()."],
  };
}
