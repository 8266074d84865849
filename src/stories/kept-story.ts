/** A story that was kept elsewhere, e.g. in the journal: it is read like one of the recorder's, and nothing is added. */
import type { Cause } from "./causes.ts";
import type { Entry } from "./entry.ts";
import { PAST } from "./retention.ts";
import { type Fault, Story, type StorySubject } from "./story.ts";

/** How a story stood when it was last written down. */
export interface StorySummary {
  /** Milliseconds since 1970; without it, the end was not written down. */
  readonly endedAt?: number | undefined;
  readonly state: string;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly framing: string;
  readonly lastRule?: string | undefined;
  readonly fault?: Fault | undefined;
  readonly cause?: Cause | undefined;
}

export class KeptStory extends Story {
  readonly #entries: readonly Entry[];
  readonly isEndKnown: boolean;
  /** Answers of the world are among the entries: it can be played again. */
  readonly hasAnswers: boolean;

  constructor(
    subject: StorySubject,
    openedAt: number,
    summary: StorySummary,
    { entries, hasAnswers = false }: { readonly entries: readonly Entry[]; readonly hasAnswers?: boolean },
  ) {
    super(subject, summary.state, openedAt, PAST);
    this.#entries = entries;
    this.hasAnswers = hasAnswers;
    this.isEndKnown = summary.endedAt !== undefined;
    // The peer is gone, whether that was written down or not.
    this.endedAt = summary.endedAt ?? openedAt + (entries.at(-1)?.at ?? 0) / 1_000;
    this.bytesIn = summary.bytesIn;
    this.bytesOut = summary.bytesOut;
    this.framing = summary.framing;
    this.lastRule = summary.lastRule;
    this.isLineBad = entries.some(({ kind }) => kind === "fault");
    this.fault = summary.fault;
    this.cause = summary.cause;
  }

  /** A gap is an entry here. */
  override get entries(): Entry[] {
    return [...this.#entries];
  }

  override get entriesBeforeGap(): number {
    const gap = this.#entries.findIndex(({ kind }) => kind === "gap");
    return gap < 0 ? this.#entries.length : gap;
  }

  override get omitted(): number {
    return this.#entries.reduce((sum, entry) => sum + (entry.kind === "gap" ? entry.omitted : 0), 0);
  }

  override get length(): number {
    return this.#entries.filter(({ kind }) => kind !== "gap").length + this.omitted;
  }
}

/** The summary of a story as it stands. */
export function summaryOf(story: Story): StorySummary {
  const { endedAt, state, bytesIn, bytesOut, framing, lastRule, fault, cause } = story;
  return { endedAt, state, bytesIn, bytesOut, framing, lastRule, fault, cause };
}
