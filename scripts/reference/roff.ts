/** The few requests of man(7) that the pages need. A hyphen is one, so that options can be copied from the page. */

export function text(plain: string): string {
  const escaped = plain.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("…", "...");
  // A line that begins with one of these would be a request.
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}

export const macro = (name: string, ...args: readonly string[]): string =>
  [`.${name}`, ...args.map((arg) => `"${text(arg).replaceAll('"', "\\(dq")}"`)].join(" ");

export const section = (title: string, parts: readonly string[]): string =>
  [macro("SH", title), ...parts].join("\n");

export const paragraph = (plain: string): string => `.PP\n${text(plain)}`;

/** A word and what it means. */
export const entry = (word: string, meaning: string): string =>
  [".TP", macro("B", word), text(meaning)].join("\n");
