/** A story that was kept elsewhere, e.g. in the journal: it is read like one of the recorder's, and nothing is added. */
import type { Cause } from "./causes.ts";
import type { Entry } from "./entry.ts";
import type { LiveView } from "./live-view.ts";
import { PAST } from "./retention.ts";
import { type Fault, type Look, Story, type StorySubject } from "./story.ts";

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
  /** Of one that lived and was still. */
  readonly look?: Look | undefined;
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
    if (this.isEndKnown) return;
    this.look = summary.look;
    this.waitsFor = summary.look?.waitsFor;
  }

  /** How the connection stood when the daemon ended, as far as it was looked at; undefined: it ended before, or moved. */
  get lastView(): LiveView | undefined {
    if (!this.look) return undefined;
    const { stillMs, unreadBytes, queuedBytes } = this.look;
    const read = this.#entries.flatMap((entry) => (entry.kind === "in" ? [entry.bytes] : []));
    const unread = unreadBytes === 0 ? Buffer.alloc(0) : Buffer.concat(read).subarray(-unreadBytes);
    return { framing: this.framing, unreadBytes, unread, queuedBytes, stillMs };
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

/** View of a connection that the daemon's end cut off; undefined of any other. */
export const lastViewOf = (story: Story): LiveView | undefined =>
  story instanceof KeptStory ? story.lastView : undefined;

/** The summary of a story as it stands. */
export function summaryOf(story: Story): StorySummary {
  const { endedAt, state, bytesIn, bytesOut, framing, lastRule, fault, cause } = story;
  const isStill = endedAt === undefined && story.look?.length === story.length;
  const look = isStill ? story.look : undefined;
  return { endedAt, state, bytesIn, bytesOut, framing, lastRule, fault, cause, look };
}
