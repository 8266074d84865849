/**
 * The one word of a datagram: without trailing white space, and without what lies behind the NUL of a C program's
 * buffer [CLOCK-1].
 */
export function datagramWord(text: string): string {
  const nul = text.indexOf("\0");
  return (nul < 0 ? text : text.slice(0, nul)).trimEnd();
}
