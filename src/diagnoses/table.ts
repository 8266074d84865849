/**
 * Every diagnosis, in the order of their ids. `diagnose` reads a story when it is asked to; nothing here runs while the
 * peer is served.
 */

import type { HiddenSpan } from "../printable.ts";
import type { Entry } from "../stories/story.ts";
import type { Diagnosis, DiagnosisId, Finding, Level } from "./_diagnosis.ts";
import { Evidence, type Incident, type Read, type Silence, shownSentence } from "./_evidence.ts";
import { type Found, inOrder, levelOf } from "./_precedence.ts";
import { reproduction } from "./_reproduce.ts";
import { Stream } from "./_stream.ts";
import { buffers } from "./buffers.ts";
import { dialects } from "./dialects.ts";
import { doors } from "./doors.ts";
import { encodings } from "./encodings.ts";
import { endings } from "./endings.ts";
import { framing } from "./framing.ts";
import { headers } from "./headers.ts";
import { innerNewlines } from "./inner-newlines.ts";
import { leaving } from "./leaving.ts";
import { memory } from "./memory.ts";
import { noRecords } from "./no-records.ts";
import { partingWords } from "./parting-words.ts";
import { pieces } from "./pieces.ts";
import { records } from "./records.ts";
import { refusals } from "./refusals.ts";
import { requests } from "./requests.ts";
import { rooms } from "./rooms.ts";
import { servers } from "./servers.ts";
import { waiting } from "./waiting.ts";
import { waits } from "./waits.ts";
import { wording } from "./wording.ts";
import { words } from "./words.ts";

/** A family of them is a file; here they stand in the order of their ids. */
export const diagnoses: readonly Diagnosis[] = [
  ...waiting,
  ...framing,
  ...records,
  ...noRecords,
  ...words,
  ...requests,
  ...doors,
  ...endings,
  ...servers,
  ...headers,
  ...dialects,
  ...encodings,
  ...buffers,
  ...pieces,
  ...innerNewlines,
  ...refusals,
  ...rooms,
  ...waits,
  ...leaving,
  ...partingWords,
  ...memory,
  ...wording,
].toSorted((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)));

/** A card, as `explain` shows it. */
export interface Card extends Finding {
  readonly id: DiagnosisId;
  readonly name: string;
  readonly title: string;
  readonly level: Level;
  readonly reproduce: string;
}

/** Everything that is to be said of a story. */
export interface Judgement {
  /** The first is the root cause; what only follows from another is none. */
  readonly cards: readonly Card[];
  /** The last silence, and whose turn it is or was. */
  readonly silence: Silence;
  /** Last thing that moved, either way; undefined: none did. */
  readonly last: Entry | undefined;
}

export function judge(subject: Incident): Judgement {
  const evidence = new Evidence(subject);
  // A line that was made worse on purpose may have done what looks like a mistake: no card is better than a false one.
  const { isLineBad, subject: played } = subject.story;
  // Of a proxy no role of ours says anything: what its two programs did is judged as a pair.
  const isPassedOn = played.leg !== undefined;
  const found = (isLineBad || isPassedOn ? [] : diagnoses).flatMap((diagnosis): Found[] => {
    const finding = diagnosis.find(evidence);
    return finding ? [{ diagnosis, finding }] : [];
  });
  const cards = inOrder(found).map((one) => cardOf(one, evidence));
  const silence: Silence = isPassedOn ? { ...evidence.silence, whose: "nobody" } : evidence.silence;
  return { cards, silence, last: evidence.lastMove };
}

/** A message that framing made, as a reader may see it. */
export interface Message {
  /** Index of its entry in the story; of a datagram, of the read that it is. */
  readonly entry: number;
  readonly bytes: Buffer;
  readonly hidden: readonly HiddenSpan[];
}

/** Messages of a story, as far as its bytes were kept. */
export function messagesOf(subject: Incident): readonly Message[] {
  const { messages, entries, story, redact } = new Evidence(subject);
  const kept = story.omitted > 0 ? story.entriesBeforeGap : story.entries.length;
  const first = kept - entries.length;
  const isDatagrams = messages.length > 0 && !entries.some(({ kind }) => kind === "message");
  const reads = entries.flatMap((entry, index) => (entry.kind === "in" ? [index] : []));
  return messages.map(({ index, bytes }) => ({
    entry: first + (isDatagrams ? (reads[index] ?? 0) : index),
    ...redact(bytes),
  }));
}

/** The next message of what has come and is not taken yet, as framing says that it is so long; and what is left. */
export function messageTaken(pending: Buffer, sizeBytes: number, isText: boolean, framing: string) {
  const read: Read = { number: 1, at: 0, bytes: pending, keptBytes: pending.length, size: pending.length };
  const stream = new Stream([read], framing);
  const { bytes } = stream.take(sizeBytes, isText);
  return { bytes, rest: stream.left };
}

export const diagnose = (subject: Incident): readonly Card[] => judge(subject).cards;

function cardOf(one: Found, evidence: Evidence): Card {
  const { id, name, title } = one.diagnosis;
  const { finding } = one;
  return {
    ...hidden(finding, evidence),
    id,
    name,
    title,
    level: levelOf(one),
    reproduce: finding.reproduce ?? reproduction(evidence),
  };
}

/** Sentences and reads of it as a reader may see them. */
function hidden(finding: Finding, { redact }: Evidence): Finding {
  const text = (sentence: string) => shownSentence(sentence, redact);
  const { came, reads, expected, cause, advice } = finding;
  return {
    ...finding,
    ...(came === undefined ? {} : { came: text(came) }),
    reads: reads.map((read) => ({ ...read, ...redact(read.bytes) })),
    expected: text(expected),
    cause: text(cause),
    advice: advice.map(text),
  };
}

export type { Diagnosis, DiagnosisId, Level } from "./_diagnosis.ts";
export type { Disagreement } from "./_disagreement.ts";
export type { Incident, Read, Silence } from "./_evidence.ts";
