/** The binary record of a story, query or answer: its bytes, and what of its layout is not as the protocol has it. */
import { findDialect } from "./_dialects.ts";
import type { Evidence, Read } from "./_evidence.ts";
import { firstRule, firstState } from "./_places.ts";
import { findRecord, type RecordSign } from "./_records.ts";

/** A header that trickles in is no mistake until so much later. */
export const SILENT_RECORD_MS = 2_000;

const isRecords = (evidence: Evidence) =>
  firstRule(evidence) === "BOOK-1" && (!evidence.isServer || evidence.texts.length === 0);

/** Bytes from before our answer: what comes later is no part of the record. */
function recordReads(evidence: Evidence): readonly Read[] {
  const answered = evidence.isServer ? evidence.entries.find(({ kind }) => kind === "out") : undefined;
  return answered ? evidence.reads.filter(({ at }) => at <= answered.at) : evidence.reads;
}

export const recordText = (evidence: Evidence): Buffer =>
  Buffer.concat(recordReads(evidence).map(({ bytes }) => bytes));

const found = new WeakMap<Evidence, RecordSign | false>();

export function recordIn(evidence: Evidence): RecordSign | undefined {
  const known = found.get(evidence);
  if (known !== undefined) return known || undefined;
  const sign = signIn(evidence);
  found.set(evidence, sign ?? false);
  return sign;
}

function signIn(evidence: Evidence): RecordSign | undefined {
  if (!isRecords(evidence)) return undefined;
  const bytes = recordText(evidence);
  if (bytes.length === 0 || isTextual(bytes)) return undefined;
  return findRecord(bytes, evidence.isServer ? "query" : "answer");
}

const TEXTUAL = new Set(["json", "xml", "html", "httpRequest", "httpResponse", "javaObjects", "pickle"]);
const isTextual = (bytes: Buffer) => TEXTUAL.has(findDialect(bytes)?.kind ?? "");

export function where(evidence: Evidence) {
  const state = firstState(evidence);
  return {
    rule: "BOOK-1",
    reads: recordReads(evidence).slice(0, 2),
    state,
    expected: evidence.isServer
      ? "Q, the length in one byte, then the address"
      : "R, the length in one byte, then the name",
  };
}
