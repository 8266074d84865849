/** Chunks of a fixed buffer that a program sends whole each time [FRAME-4]. Pure. */
import { type Burst, tailOf } from "./chunk-queue.ts";
import { usualBuffers } from "./usual-buffers.ts";

const NUL = 0x00;
/** A segment that carries part of a buffer is never smaller than this: two buffers of 128 bytes are none of 256. */
const SMALLEST_SEGMENT = 256;

/** Whether a chunk is what was still missing of a fixed buffer. */
export function isRestOfBuffer(before: Readonly<Burst>, bytes: Buffer): boolean {
  if (before.totalBytes < SMALLEST_SEGMENT || usualBuffers.has(bytes.length)) return false;
  // A string whose NUL came last was sent as long as it is; nothing is missing behind it.
  if (before.totalBytes === before.stringsEnd && !usualBuffers.has(before.totalBytes)) return false;
  return usualBuffers.has(before.totalBytes + bytes.length);
}

/** A program that sends its whole buffer each time, of whatever size, sends the same stale end behind each string. */
export function isSameBufferAgain(before: Readonly<Burst>, bytes: Buffer): boolean {
  if (bytes.length !== before.totalBytes || !bytes.includes(NUL)) return false;
  return tailOf(bytes) === before.tail;
}
