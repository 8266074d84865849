/** Padding that a C program sends behind its text with the whole buffer: the NUL that ends a string, and what lies behind it. */

/** A note for the user; undefined where the reply has no NUL. */
export function paddingNote(reply: string | Buffer, rule: string): string | undefined {
  const bytes = Buffer.isBuffer(reply) ? reply : Buffer.from(reply);
  const nul = bytes.indexOf(0);
  if (nul < 0) return undefined;
  const count = bytes.length - nul;
  const what = count === 1 ? "a NUL follows" : `${count} bytes follow`;
  return `note: ${what} the text (strlen() + 1, or the whole buffer): send only the text, strlen() bytes [${rule}]`;
}
