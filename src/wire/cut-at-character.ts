/** The longest beginning of UTF-8 text that has at most `limit` bytes and ends where a character does. */
export function cutAtCharacter(bytes: Buffer, limit: number): Buffer {
  let end = Math.min(bytes.length, limit);
  // In UTF-8 every byte of a character but its first is 10xxxxxx.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end);
}
