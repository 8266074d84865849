/** Disagreements in the story of the server: each is told behind the words that it is about. */
import type { Disagreement } from "../diagnoses/table.ts";
import { textOfRead } from "../machines/_assumed.ts";
import { printableBytes } from "../printable.ts";
import { cause } from "../stories/causes.ts";
import type { Entry, Story } from "../stories/story.ts";
import { restoredOf } from "./_restored.ts";

export function withRemarks(story: Story, disagreements: readonly Disagreement[]): Story {
  if (disagreements.length === 0) return story;
  const entries: Entry[] = [];
  const waiting = [...disagreements];
  for (const entry of story.entries) {
    const [next] = waiting;
    const isEnd = entry.kind === "fin" || entry.kind === "closed";
    if (next && next.said.length === 0 && isEnd)
      entries.push(remarkOf(waiting.shift() as Disagreement, entry.at));
    entries.push(entry);
    while (waiting[0] && waiting[0].said.length > 0 && entry.kind === "out" && entry.at >= waiting[0].at)
      entries.push(remarkOf(waiting.shift() as Disagreement, entry.at));
  }
  const at = entries.at(-1)?.at ?? 0;
  return restoredOf(story, [...entries, ...waiting.map((one) => remarkOf(one, at))]);
}

function remarkOf({ said, ours, rule }: Disagreement, at: number): Entry {
  const due = textOf(ours);
  if (said.length === 0) return { kind: "remark", at, cause: cause("not-answered", { ours: due }, rule) };
  const words = textOf(said);
  const why =
    ours.length === 0
      ? cause("spoke-unasked", { said: words }, rule)
      : cause("answered-otherwise", { said: words, ours: due }, rule);
  return { kind: "remark", at, cause: why };
}

const SHOWN = 200;

/** As it was said, where it is text. */
function textOf(bytes: Buffer): string {
  const text = textOfRead(bytes);
  return /^[\x20-\x7e\u00a0-\uffff]*$/.test(text)
    ? text.slice(0, SHOWN)
    : printableBytes(bytes.subarray(0, SHOWN)).slice(1, -1);
}
