/** Recorder → journal, and back: every entry of the stories that are wanted on disk, as facts and as words. */

import { shortPeerId } from "./ids.ts";
import type { Journal, JournalRow, StoryRow } from "./stores/journal.ts";
import type { FactsRow } from "./stores/journal-reader.ts";
import { contextOf } from "./stories/editions.ts";
import { bytesIn, bytesOut, type Entry, STORY_VERSION } from "./stories/entry.ts";
import { describeEntry, shownEntry } from "./stories/entry-text.ts";
import { KeptStory, type StorySummary, summaryOf } from "./stories/kept-story.ts";
import type { Recorder } from "./stories/recorder.ts";
import { fillerOf } from "./stories/redaction.ts";
import { type Story, type StorySubject, wallMs } from "./stories/story.ts";
import { fromPlain, toPlain } from "./stories/story-record.ts";

export interface StoryJournalParts {
  readonly recorder: Recorder;
  readonly open: () => Journal;
  /** Number of this run of the daemon. */
  readonly run: () => number;
  /** Tokens that the world may have told a machine, e.g. those of the registry. */
  readonly tokens?: () => readonly string[];
  readonly isWanted: (story: Story) => boolean;
}

export class StoryJournal {
  readonly #parts: StoryJournalParts;
  readonly #counts = new WeakMap<Story, number>();
  #journal: Journal | undefined;

  constructor(parts: StoryJournalParts) {
    this.#parts = parts;
  }

  /** A tap on every entry costs something: only from when it is wanted. */
  start(): void {
    if (this.#journal) return;
    const { recorder, open, isWanted } = this.#parts;
    const journal = open();
    this.#journal = journal;
    recorder.tap((story, entry) => {
      if (isWanted(story)) this.#write(journal, story, entry);
    });
  }

  /** A story has been judged: its row says so too, or how it stood. */
  keepJudged(story: Story): void {
    if (this.#counts.has(story))
      this.#journal?.keep({ story, storyRow: () => storyRow(story, this.#parts.run()) });
  }

  #write(journal: Journal, story: Story, entry: Entry): void {
    const number = this.#counts.get(story) ?? 0;
    this.#counts.set(story, number + 1);
    journal.write({
      story,
      storyRow: () => storyRow(story, this.#parts.run()),
      row: () => journalRow(story, entry, number, () => this.#parts.tokens?.() ?? []),
      isGrowing: entry.kind === "file",
    });
  }
}

/** Rows last, so they have what anybody may see: no token gets to disk by way of a story. */
function journalRow(story: Story, entry: Entry, number: number, tokens: () => readonly string[]): JournalRow {
  const { id, role, remote } = story.subject;
  const context = contextOf(story);
  const shown = shownEntry(entry, context);
  return {
    at: Math.round(wallMs(story, entry)),
    connection: id,
    role,
    remote: `${remote.address}:${remote.port}`,
    kind: entry.kind,
    detail: describeEntry(entry, context),
    bytes: "bytes" in shown ? shown.bytes : undefined,
    entry: number,
    atUs: Math.round(entry.at),
    facts: JSON.stringify(factsOf(shown, () => [...story.secrets, ...tokens()])),
  };
}

/** Leaves out what has a column of its own. What the world answered is there, so that it can be played again; tokens in it are filler. */
function factsOf(entry: Entry, secrets: () => readonly string[]): Record<string, unknown> {
  const { at: _at, kind: _kind, bytes: _bytes, answer, ...facts } = entry as Entry & Record<string, unknown>;
  if (answer === undefined && entry.kind !== "input") return facts;
  if (typeof answer !== "object" || answer === null) return { ...facts, answer };
  return { ...facts, answer: filledIn(toPlain(answer), secrets()) };
}

/** A short one stands in other words too. */
const SHORT = 4;

const withFiller = (text: string, secret: string) =>
  secret.length >= SHORT
    ? text.replaceAll(secret, fillerOf(secret))
    : text === secret
      ? fillerOf(secret)
      : text;

/** Secrets in a plain value, each as so many asterisks as it has bytes: the same that stands for it in the bytes of the conversation. */
function filledIn(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === "string") return secrets.reduce(withFiller, value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => filledIn(item, secrets));
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, filledIn(field, secrets)]));
}

function storyRow(story: Story, run: number): StoryRow {
  const { subject } = story;
  const { id } = subject;
  return {
    id,
    short: shortPeerId(id),
    version: STORY_VERSION,
    openedAt: story.openedAt,
    run,
    label: subject.label ?? null,
    subject: JSON.stringify(subject satisfies StorySubject),
    summary: JSON.stringify(shownSummary(story)),
    verdict: story.judged?.verdict ?? null,
    cards: story.judged ? story.judged.cards.map(({ id }) => id).join(" ") : null,
  };
}

/** The cause may have the peer's words in it, as the entry has that told it. */
function shownSummary(story: Story): StorySummary {
  const summary = summaryOf(story);
  if (!summary.cause) return summary;
  const shown = shownEntry({ at: 0, kind: "remark", cause: summary.cause }, contextOf(story));
  return "cause" in shown ? { ...summary, cause: shown.cause } : summary;
}

/** The story that the journal has. Its role is the one of that name now: editions are numbered anew with each run. */
export function storyFromJournal(
  { openedAt, subject, summary, run }: StoryRow,
  rows: readonly FactsRow[],
): KeptStory {
  const facts = { ...(JSON.parse(subject) as StorySubject), edition: 0 };
  const stood = JSON.parse(summary) as StorySummary;
  // Rows of before there were runs leave out what the world answered.
  return new KeptStory(facts, openedAt, stood, { entries: entriesOf(rows, stood), hasAnswers: run != null });
}

/** A row that is not there does not tell its bytes: the first gap stands for all that the others do not sum up to. */
function entriesOf(rows: readonly FactsRow[], stood: StorySummary): Entry[] {
  const kept = rows.map(entryOf);
  const rest = (total: number, of: (entry: Entry) => number) =>
    Math.max(0, total - kept.reduce((sum, entry) => sum + of(entry), 0));
  let left = { bytesIn: rest(stood.bytesIn, bytesIn), bytesOut: rest(stood.bytesOut, bytesOut) };
  return kept.flatMap((entry, index) => {
    const { entry: number = 0, atUs = 0 } = rows[index] ?? {};
    const omitted = number - (rows[index - 1]?.entry ?? -1) - 1;
    if (omitted <= 0) return [entry];
    const gap: Entry = { at: atUs, kind: "gap", omitted, ...left };
    left = { bytesIn: 0, bytesOut: 0 };
    return [gap, entry];
  });
}

function entryOf({ kind, atUs, facts, bytes }: FactsRow): Entry {
  const said = JSON.parse(facts) as Record<string, unknown>;
  const octets = bytes === null ? {} : { bytes };
  const answer = "answer" in said ? { answer: fromPlain(said.answer) } : {};
  return { at: atUs, kind, ...said, ...answer, ...octets } as unknown as Entry;
}
