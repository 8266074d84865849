/** Words of peers, made safe for terminals and logs: no control character, escape sequence or direction mark gets through. */

const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\\]/gu;
const SHORT: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0", "\\": "\\\\" };

/** The text on one line, with everything unprintable escaped as a C programmer would write it. */
export function printable(text: string, limit = Number.POSITIVE_INFINITY): string {
  const cut = text.length > limit ? `${text.slice(0, limit)}…` : text;
  return cut.replace(UNPRINTABLE, (character) => SHORT[character] ?? escaped(character));
}

/** Text of several lines that is escaped already, as `inspect` leaves it: only what could still act on a terminal is. */
export function printableLines(text: string): string {
  return text.replace(UNPRINTABLE, (character) =>
    character === "\n" || character === "\\" ? character : (SHORT[character] ?? escaped(character)),
  );
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, "0")}`;
  return `\\u{${code.toString(16)}}`;
}

const ESCAPE = "\\u001b";
/** A colour of ours, a line's end or a tab; or what moves the cursor, hides, rings or turns the writing round. */
const COLOUR_OR_CONTROL = new RegExp(
  `(${ESCAPE}\\[[\\d;]*m)|\\r?\\n|\\t|[\\p{Cc}\\p{Zl}\\p{Zp}\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]`,
  "gu",
);

/**
 * The last guard before a terminal: text of many lines as it is, colours too where there are to be any, anything else that
 * a terminal would obey escaped. What is known to come from a peer goes through `printable` long before.
 */
export function harmless(text: string, hasColors = false): string {
  return text.replace(COLOUR_OR_CONTROL, (found: string, colour?: string) => {
    if (colour !== undefined && hasColors) return found;
    if (found.endsWith("\n") || found === "\t") return found;
    return [...found]
      .map((character) => (character < " " || character > "~" ? escaped(character) : character))
      .join("");
  });
}

/** JSON on one line in which a terminal finds nothing to obey; it means the same. */
export function harmlessJson(document: unknown): string {
  return escapedJson(JSON.stringify(document));
}

/** The same of JSON that was written already. */
export function escapedJson(json: string): string {
  return json.replace(UNPRINTABLE, (character) =>
    character === "\\" || character === "\n" ? character : asUtf16Escapes(character),
  );
}

const asUtf16Escapes = (character: string) =>
  Array.from({ length: character.length }, (_, index) => {
    const unit = character.charCodeAt(index);
    return `\\u${unit.toString(16).padStart(4, "0")}`;
  }).join("");

/** Bytes from `start` to `end` are not to be shown: how many they are is told in their place. */
export interface HiddenSpan {
  readonly start: number;
  readonly end: number;
}

const NOTHING: readonly HiddenSpan[] = [];

export const hiddenText = (size: number) => `‹${size} ${size === 1 ? "byte" : "bytes"}, hidden›`;

/** Bytes as quoted text where they are text, else as hex. */
export function printableBytes(bytes: Buffer, limit = 60, hidden = NOTHING): string {
  if (hidden.length > 0) return printableAround(bytes, limit, hidden);
  const shown = bytes.subarray(0, limit);
  const text = shown.toString("utf8");
  const rest = bytes.length > limit ? "…" : "";
  if (isMostlyText(text)) return `"${printable(text).replaceAll('"', '\\"')}"${rest}`;
  const hex = hexOf(shown.subarray(0, Math.floor(limit / 3)));
  return `${hex}${bytes.length > Math.floor(limit / 3) ? " …" : ""}`;
}

/** Text around the hidden spans, as text or as hex, and the spans by their size. */
function printableAround(bytes: Buffer, limit: number, hidden: readonly HiddenSpan[]): string {
  const pieces = visiblePieces(bytes, hidden);
  const isText = isMostlyText(
    Buffer.concat(pieces.filter((piece) => Buffer.isBuffer(piece))).toString("utf8"),
  );
  let left = limit;
  let shown = "";
  for (const piece of pieces) {
    if (left <= 0) return isText ? `"${shown}"…` : `${shown.trimEnd()} …`;
    if (!Buffer.isBuffer(piece)) shown += hiddenText(piece.end - piece.start) + (isText ? "" : " ");
    else if (isText) shown += printable(piece.toString("utf8", 0, left)).replaceAll('"', '\\"');
    else shown += `${hexOf(piece.subarray(0, left))} `;
    left -= Buffer.isBuffer(piece) ? piece.length : 0;
  }
  return isText ? `"${shown}"` : shown.trimEnd();
}

function visiblePieces(bytes: Buffer, hidden: readonly HiddenSpan[]): (Buffer | HiddenSpan)[] {
  const pieces: (Buffer | HiddenSpan)[] = [];
  let from = 0;
  for (const span of hidden) {
    if (span.start > from) pieces.push(bytes.subarray(from, span.start));
    pieces.push(span);
    from = span.end;
  }
  if (from < bytes.length) pieces.push(bytes.subarray(from));
  return pieces;
}

const isHiddenAt = (index: number, hidden: readonly HiddenSpan[]) =>
  hidden.some(({ start, end }) => index >= start && index < end);

/** `71 20 2b`; `**` for a byte that is hidden. */
export function hexOf(bytes: Buffer, hidden = NOTHING, gap = " "): string {
  return Array.from(bytes, (byte, index) =>
    isHiddenAt(index, hidden) ? "**" : byte.toString(16).padStart(2, "0"),
  ).join(gap);
}

/** Lines are text, and a few escapes in it, and its ending; many are binary. */
function isMostlyText(text: string): boolean {
  if (text.length === 0) return true;
  const body = text.replace(/[\0\r\n]+$/, "");
  const odd = body.match(/(?![\n\r\t])[\p{Cc}\uFFFD]/gu)?.length ?? 0;
  return odd <= text.length / 8;
}

/** Sixteen bytes a line: offset, hex, text. A hidden byte is `**` and no character. */
export function hexdump(bytes: Buffer, hidden = NOTHING): string[] {
  const lines: string[] = [];
  for (let offset = 0; offset < bytes.length; offset += 16) {
    const row = [...bytes.subarray(offset, offset + 16)];
    const isHidden = row.map((_, index) => isHiddenAt(offset + index, hidden));
    const hex = row.map((byte, index) => (isHidden[index] ? "**" : byte.toString(16).padStart(2, "0")));
    const columns = `${hex.slice(0, 8).join(" ").padEnd(23)}  ${hex.slice(8).join(" ").padEnd(23)}`;
    const text = row
      .map((byte, index) =>
        byte >= 0x20 && byte < 0x7f && !isHidden[index] ? String.fromCharCode(byte) : ".",
      )
      .map((character, index) => (isHidden[index] ? " " : character))
      .join("");
    lines.push(`${offset.toString(16).padStart(6, "0")}  ${columns}  |${text}|`);
  }
  return lines;
}
