/** Subjects: words with dots between them. */

/** Whether a message to `subject` is heard by who subscribed to `wanted`: `*` is any word, `>` all that follow, at least one. */
export function subjectFits(wanted: string, subject: string): boolean {
  const words = subject.split(".");
  const wantedWords = wanted.split(".");
  for (const [at, word] of wantedWords.entries()) {
    if (word === ">") return words.length > at;
    if (word !== "*" && word !== words[at]) return false;
  }
  return words.length === wantedWords.length;
}
