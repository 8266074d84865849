/**
 * A text without those of these characters that it ends in. Backwards and once: `/[…]+$/` would start anew at each of
 * them, and a datagram full of newlines would hold everybody up for seconds.
 */
export function dropTrailing(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
