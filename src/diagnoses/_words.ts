/** Words of a finding: a peer's text in them, and what of it may be seen. */
import { printable } from "../printable.ts";
import { type ShownBytes, shownText } from "../stories/redaction.ts";

const QUOTED_CHARACTERS = 60;

/** Around a peer's words, until they are shown: what is hidden in a sentence is hidden in them alone. No peer's words have these. */
const OPEN = "\uE000";
const CLOSE = "\uE001";
const PEER_WORDS = /\uE000([^\uE001]*)\uE001/g;

/** A peer's text in a sentence of a finding. */
export function quoted(text: string): string {
  return OPEN + text.replace(/[\uE000\uE001]/g, "\uFFFD") + CLOSE;
}

/** The sentence as a reader may see it. */
export function shownSentence(sentence: string, redact: (bytes: Buffer) => ShownBytes): string {
  return sentence.replace(
    PEER_WORDS,
    (_, words: string) => `"${printable(shownText(redact(Buffer.from(words))), QUOTED_CHARACTERS)}"`,
  );
}

/** `a relay`, `an echo`. */
export function withArticle(noun: string): string {
  return `${/^[aeio]/i.test(noun) ? "an" : "a"} ${noun}`;
}

/** `1 byte`, `3 bytes`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
