/** Words of the reverse server, where its options name no others [REV-1]. Pure. */
export const ACCEPT = "ACCEPT";
export const REJECT = "REJECT";
export const EXIT = "exit";

/** Endings that make another word of a verdict: a server may say ACCEPTED. */
const ENDING = /^(ED|S|ING|ION|ANCE)\b/;

export interface Verdict {
  readonly word: string;
  /** Lines that came in one piece with it. */
  readonly rest: string;
}

/** The verdict that a text begins with [REV-1]: one of these words where it does, otherwise its first line. */
export function verdictIn(text: string, words: readonly string[]): Verdict {
  const [line = "", ...lines] = text.split("\n");
  const known = words.find((word) => line.startsWith(word) && !ENDING.test(line.slice(word.length)));
  const word = known ?? line;
  const rest = [line.slice(word.length), ...lines].map((one) => one.trim());
  return { word, rest: rest.filter((one) => one !== "").join("\n") };
}

export const isExit = (text: string) => text.trim() === EXIT;
