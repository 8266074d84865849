/**
 * Tokens in what a peer said and was told, kept from the readers of its story. The story itself keeps the bytes. A wrong token is no
 * secret and stays readable: it is what a reader looks for. A hidden span is told as data - where, and how many bytes - so that no reader
 * takes a mask for bytes that came.
 */
import { isUtf8 } from "node:buffer";
import type { Role } from "../machines/_role.ts";
import { type HiddenSpan, hiddenText } from "../printable.ts";

/** Stand-in for a secret where there are no bytes: an option, a field of a document. */
export const MASK = "****";

/** Bytes as anybody may see them. Those in a hidden span are a filler, of the same length and no NUL or line end: they are not shown. */
export interface ShownBytes {
  readonly bytes: Buffer;
  readonly hidden: readonly HiddenSpan[];
}

const FILLER = "*";

/** Stands for a secret where its length is to stay: in bytes, and in a world in which a conversation is played again. */
export const fillerOf = (secret: string): string => FILLER.repeat(Buffer.byteLength(secret));

type Talk = Role["secrets"];

/** Stands for a secret while its place is looked for; no text that is text has it. */
const PLACE = "\uF8FF\u0000\uF8FF";
const NOTHING: readonly HiddenSpan[] = [];

export class Redactor {
  readonly #talk: Talk;
  readonly #secrets: readonly string[];

  /** Undefined where there is nothing to hide. */
  static of(role: Pick<Role, "secrets"> | undefined, secrets: readonly string[]): Redactor | undefined {
    return secrets.length > 0 || role?.secrets ? new Redactor(role?.secrets, secrets) : undefined;
  }

  private constructor(talk: Talk, secrets: readonly string[]) {
    this.#talk = talk;
    this.#secrets = secrets;
  }

  redact(bytes: Buffer): ShownBytes {
    const hidden = this.#spansIn(bytes);
    if (hidden.length === 0) return { bytes, hidden };
    const shown = Buffer.from(bytes);
    for (const { start, end } of hidden) shown.fill(FILLER, start, end);
    return { bytes: shown, hidden };
  }

  /** The peer's words in a sentence. */
  text(text: string): string {
    return shownText(this.redact(Buffer.from(text)));
  }

  #spansIn(bytes: Buffer): readonly HiddenSpan[] {
    if (this.#talk && isUtf8(bytes)) {
      const text = bytes.toString();
      const masked = this.#talk.hide(text, PLACE);
      // Objects are masked field by field: a short token may stand in other words too.
      if (masked !== text) return spansBetween(text, masked.split(PLACE));
    }
    return this.#secrets.length === 0 ? NOTHING : spansOf(bytes, this.#secrets);
  }
}

/** Bounds of a text's pieces: between one piece's end and the next one's start lies what was taken out. */
function spansBetween(text: string, pieces: readonly string[]): HiddenSpan[] {
  const spans: HiddenSpan[] = [];
  let at = pieces[0]?.length ?? 0;
  for (const [index, piece] of pieces.slice(1).entries()) {
    const isLast = index === pieces.length - 2;
    const next = isLast ? text.length - piece.length : text.indexOf(piece, at);
    spans.push({ start: Buffer.byteLength(text.slice(0, at)), end: Buffer.byteLength(text.slice(0, next)) });
    at = next + piece.length;
  }
  return spans;
}

function spansOf(bytes: Buffer, secrets: readonly string[]): HiddenSpan[] {
  const spans: HiddenSpan[] = [];
  for (const secret of secrets) {
    const size = Buffer.byteLength(secret);
    for (let at = size === 0 ? -1 : bytes.indexOf(secret); at >= 0; at = bytes.indexOf(secret, at + size))
      spans.push({ start: at, end: at + size });
  }
  return merged(spans);
}

function merged(spans: HiddenSpan[]): HiddenSpan[] {
  const found: HiddenSpan[] = [];
  for (const span of spans.sort((a, b) => a.start - b.start)) {
    const last = found.at(-1);
    if (last && span.start < last.end)
      found[found.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
    else found.push(span);
  }
  return found;
}

/** Bytes that stand for those that are hidden: for a command that a person completes. */
export function maskedBytes({ bytes, hidden }: ShownBytes): Buffer {
  const pieces: Buffer[] = [];
  let from = 0;
  for (const { start, end } of hidden) {
    pieces.push(bytes.subarray(from, start), Buffer.from(MASK));
    from = end;
  }
  return Buffer.concat([...pieces, bytes.subarray(from)]);
}

/** The text of bytes with `‹7 bytes, hidden›` for what is hidden. */
export function shownText({ bytes, hidden }: ShownBytes): string {
  let text = "";
  let from = 0;
  for (const { start, end } of hidden) {
    text += bytes.toString("utf8", from, start) + hiddenText(end - start);
    from = end;
  }
  return text + bytes.toString("utf8", from);
}
