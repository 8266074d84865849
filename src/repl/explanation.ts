/** All that can be said about one connection, before it is put into words: for the terminal, for a page, as JSON. */

import { type Card, diagnoses, judge, type Read, type Silence } from "../diagnoses/table.ts";
import { incidentOf } from "../judging.ts";
import { connectionDocument, entryDocument } from "../lab/documents.ts";
import type { Lab } from "../lab/lab.ts";
import { hexOf, printable, printableBytes } from "../printable.ts";
import { contextOf } from "../stories/editions.ts";
import type { Visibility } from "../stories/entry-text.ts";
import { KeptStory, lastViewOf } from "../stories/kept-story.ts";
import { lineFaultText } from "../stories/line-fault-text.ts";
import type { LiveView } from "../stories/live-view.ts";
import { type Entry, type Story, wallMs } from "../stories/story.ts";
import { type Judged, reasonOf, verdictOf } from "../stories/verdict.ts";
import { ruleInShort } from "../wire-rules.ts";
import { lastLine } from "./last-line.ts";

export interface Explanation {
  readonly story: Story;
  /** Of a connection that the daemon's end cut off: how it stood then. */
  readonly live: LiveView | undefined;
  /** Milliseconds since 1970. */
  readonly askedAt: number;
  readonly judged: Judged;
  readonly reason: string | undefined;
  readonly cards: readonly Card[];
  readonly silence: Silence;
  /** Last bytes that moved, either way; undefined: none did. */
  readonly last: Entry | undefined;
  readonly visibility: Visibility;
  /** Cards that the instructor has sent to the student whose connection it is. */
  readonly hints: readonly Hint[];
}

/** A card that the instructor sent to a student. */
export interface Hint {
  readonly card: string;
  readonly title: string;
  /** The instructor's own words besides; empty: none. */
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Hints of the student of this label, the oldest first; none of any other. */
export function hintsOf({ class: all }: Pick<Lab, "class">, label: string | undefined): Hint[] {
  const student = label === undefined ? undefined : all?.find(label);
  if (!all || !student) return [];
  return all.hints(student).map(({ card, text, at }) => {
    const title = diagnoses.find(({ id }) => id === card)?.title ?? "";
    return { card, title, text, at };
  });
}

export function explain(lab: Lab, story: Story, visibility: Visibility = {}): Explanation {
  const live = lab.liveView(story.subject.id) ?? lastViewOf(story);
  const { cards, silence, last } = judge(incidentOf(lab, story, live, visibility));
  const found = { cards, turn: silence.whose };
  const judged = { ...found, verdict: verdictOf(story, live, found) };
  const reason = reasonOf(story, live, judged);
  const hints = hintsOf(lab, story.subject.label);
  return { story, live, askedAt: lab.clock.now(), judged, reason, cards, silence, last, visibility, hints };
}

/** For a story without a card: that is no all-clear, and what moved last and whose turn it is may help. */
export function closingLines(explanation: Explanation): string[] {
  const { judged, reason } = explanation;
  const { verdict } = judged;
  if (verdict === "crashed") return [crashLine(explanation.story)];
  if (explanation.story.isLineBad) return [badLineText([explanation.story]), lastLine(explanation)];
  const what =
    verdict === "ok"
      ? "No mistake recognised. (That does not prove the program right.)"
      : `No known mistake fits this story. What is certain: ${printable(reason ?? verdict)}.`;
  return [what, lastLine(explanation)];
}

/** Faults that were on the line: what looks like a mistake may be theirs. */
export function badLineText(stories: readonly Story[]): string {
  const faults = stories.flatMap((story) => {
    const { ends } = contextOf(story);
    return story.entries.flatMap((entry) =>
      entry.kind === "fault" && entry.deed === "on" ? [lineFaultText(entry, ends)] : [],
    );
  });
  const which = faults.length > 0 ? ` (${[...new Set(faults)].join("; ")})` : "";
  return `The line was bad here${which}, so no mistake is looked for: what came, or did not come, may be the line's doing.`;
}

/** Says whose fault it was: a role of the user's own has a place in a file, ours has none that helps. */
function crashLine({ subject, cause }: Story): string {
  const place = String(cause?.args?.place ?? "");
  return place === ""
    ? `The role ${printable(subject.role)} crashed here. That is a bug in it, not a mistake of your program: please report it, with the story above and what \`logs\` shows.`
    : `Your role ${printable(subject.role)} crashed here, at ${printable(place)}. The connection's other end made no mistake that is known: mend the role, then reload it.`;
}

/** Source of a story, if it is not memory. */
export function sourceWord(story: Story): string | undefined {
  if (!(story instanceof KeptStory)) return undefined;
  const end = story.isEndKnown ? "" : " Its end is not in it: the daemon ended first.";
  return `Told from the journal, in which tokens are hidden.${end}`;
}

/** `[CALC-2] number operator number, …` */
export function ruleLine(rule: string): string {
  const text = ruleInShort(rule);
  return text === undefined ? `[${rule}]` : `[${rule}] ${text}`;
}

/** Place and time of a read. */
export function readLine({ number, at, bytes, keptBytes, size, hidden }: Read): string {
  const kept = keptBytes < size ? `, ${keptBytes} kept` : "";
  return `read ${number}, +${(at / 1_000_000).toFixed(3)} s, ${size} ${size === 1 ? "byte" : "bytes"}${kept}: ${printableBytes(bytes, undefined, hidden)}`;
}

/** The document of `explain --json`. */
export function explanationDocument(explanation: Explanation) {
  const { story, judged, reason, cards, visibility, hints } = explanation;
  let reads = 0;
  return {
    ...connectionDocument(story, judged),
    reason: reason ?? null,
    source: story instanceof KeptStory ? "journal" : "memory",
    omitted: story.omitted,
    diagnoses: cards.map((card) => cardDocument(card, story)),
    ...(hints.length > 0 && {
      hints: hints.map(({ at, ...hint }) => ({ ...hint, at: new Date(at).toISOString() })),
    }),
    entries: story.entries.map((entry) => {
      const document = entryDocument(entry, story, visibility);
      if (entry.kind !== "in") return document;
      reads += 1;
      return { ...document, read: reads };
    }),
  };
}

export function cardDocument(card: Card, story: Story) {
  const { id, name, title, level, rule, came, state, expected, cause, advice, reproduce } = card;
  return {
    id,
    name,
    title,
    level,
    rule,
    ruleText: ruleInShort(rule) ?? null,
    came: came ?? null,
    reads: card.reads.map(({ number, at, bytes, size, hidden = [] }) => ({
      read: number,
      at: new Date(wallMs(story, { at })).toISOString(),
      sinceMs: at / 1_000,
      text: printableBytes(bytes, undefined, hidden),
      hex: hexOf(bytes, hidden, ""),
      ...(hidden.length > 0 ? { hidden: true } : {}),
      size,
    })),
    state: state ?? null,
    expected,
    cause,
    advice,
    reproduce,
  };
}
