/** Habits of students' servers in the texts that they send. */
import type { Finding } from "./_diagnosis.ts";
import type { Evidence } from "./_evidence.ts";
import { ruleIn } from "./_exchanges.ts";
import { signOf } from "./_text-signs.ts";

/** Server's half of D08: a NUL goes along with its answers. */
export function findNulOfAServer(evidence: Evidence): Finding | undefined {
  const sign = signOf(evidence, "oneNul");
  const read = evidence.reads.find(({ bytes }) => bytes.length > 1 && bytes.indexOf(0) === bytes.length - 1);
  if (evidence.role === undefined || !sign || !read) return undefined;
  const { times } = sign.args;
  return {
    rule: ruleIn(evidence, "listening", "FRAME-4"),
    reads: [read],
    expected: "the bytes of the text and nothing else",
    cause: `${times === 1 ? "An answer ends" : `${times} answers end`} in a NUL (00), the end of a string in C. Probably the server sends strlen(b) + 1 bytes. We drop it; a client that compares the whole answer takes the NUL for a part of it.`,
    advice: [
      "Send strlen(b) bytes, without the + 1.",
      "When you receive, put the NUL there yourself: b[n] = 0, with the n that recv() returned.",
    ],
  };
}
