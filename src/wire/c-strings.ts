/** C strings in the bytes that carry them: their ends, and what a fixed buffer has around them [FRAME-4]. Pure. */
import { usualBuffers } from "./usual-buffers.ts";

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const NUL = 0x00;

/** The C strings of one chunk: all of them where it is packed, the first where it is a fixed buffer [FRAME-4]. */
export function stringsOf(bytes: Buffer): Buffer[] {
  const packed = bytes.at(-1) === NUL && !usualBuffers.has(bytes.length);
  const strings: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const nul = bytes.indexOf(NUL, start);
    const end = nul < 0 ? bytes.length : nul;
    if (end > start) strings.push(bytes.subarray(start, end));
    if (strings.length > 0 && !packed) break;
    start = end + 1;
  }
  return strings;
}

/** A line without one `\r` at its end, and without padding in front that an earlier buffer left. */
export function withoutReturn(bytes: Buffer): Buffer {
  const { length } = bytes;
  const end = bytes[length - 1] === RETURN ? length - 1 : length;
  return end === length && bytes[0] !== NUL ? bytes : bytes.subarray(leadingNuls(bytes, end), end);
}

/** Without its NUL, one `\r` before it, and padding in front that an earlier buffer left. */
export function trimLine(bytes: Buffer): Buffer {
  let end = bytes.length - 1;
  if (bytes[end] === NUL && bytes[end - 1] === NEWLINE) end -= 1;
  if (bytes[end - 1] === RETURN) end -= 1;
  return bytes.subarray(leadingNuls(bytes, end), Math.max(end, 0));
}

export function trimPadding(bytes: Buffer): Buffer {
  const start = leadingNuls(bytes, bytes.length);
  const nul = bytes.indexOf(NUL, start);
  const end = nul < 0 ? bytes.length : nul;
  return bytes.subarray(start, end > start && bytes[end - 1] === RETURN ? end - 1 : end);
}

function leadingNuls(bytes: Buffer, end: number): number {
  let start = 0;
  while (start < end && bytes[start] === NUL) start += 1;
  return start;
}
