/**
 * All stories of the daemon, live and ended, within a fixed total of memory. Ended, faultless ones go first; then the
 * faulty ones of whichever instance has most of them, so that one that floods cannot erase the others' stories.
 */
import type { Clock } from "../machines/_world.ts";
import type { Entry } from "./entry.ts";
import { messageRun } from "./message-run.ts";
import type { SlotFollower } from "./slot-follower.ts";
import { Story, type StorySubject } from "./story.ts";

export type TapListener = (story: Story, entry: Entry) => void;

/** A story has begun, or has ended: `endedAt` tells which. */
export type StoryListener = (story: Story) => void;

export interface RecorderOptions {
  /** Bytes for all stories together, as estimated. */
  readonly budgetBytes?: number | undefined;
  /** Nothing is cut or forgotten, whatever it costs: for one run that is graded or captured. */
  readonly keepsAll?: boolean;
  /** Ended stories are forgotten at once: another process keeps it. */
  readonly keepsOnlyLive?: boolean;
}

const BUDGET_BYTES = 64 * 1_048_576;
const BYTES_PER_ENTRY = 8_192;
/** Bytes per entry while the live stories alone are over the budget. */
const TIGHT_BYTES_PER_ENTRY = 256;
/** The wall's clock is read in whole milliseconds. */
const MAX_DRIFT_MS = 2;
const READ_AGAIN = 3;
/** Cost of a story without entries: an estimate. */
const STORY_COST = 700;

export class Recorder {
  readonly keepsAll: boolean;
  readonly #keepsOnlyLive: boolean;
  readonly #clock: Clock;
  readonly #budget: number;
  /** All of them, by id. */
  readonly #stories = new Map<string, Story>();
  readonly #live = new Map<string, Story>();
  readonly #faultless = new Map<string, Story>();
  readonly #faulty = new Map<string, Story[]>();
  /** Listeners, and which stories each wants to hear of. */
  readonly #taps = new Map<TapListener, (story: Story) => boolean>();
  readonly #watchers = new Set<StoryListener>();
  /** Another process that keeps the same stories. */
  follower: SlotFollower | undefined;
  #cost = 0;
  /** Milliseconds from the clock that never goes back to the wall's. */
  #wallOffset = 0;
  #newest: Story | undefined;
  #cut: { readonly from: Buffer; readonly kept: Buffer } | undefined;

  constructor(clock: Clock, options: RecorderOptions = {}) {
    this.#clock = clock;
    this.keepsAll = options.keepsAll ?? false;
    this.#keepsOnlyLive = options.keepsOnlyLive ?? false;
    this.#budget = this.keepsAll ? Number.POSITIVE_INFINITY : (options.budgetBytes ?? BUDGET_BYTES);
  }

  monotonic(): number {
    return this.#clock.monotonic?.() ?? this.#clock.now() * 1_000;
  }

  /**
   * The wall's time, as far from the clock that never goes back as it was before: so entries of several stories are in one order, to the
   * microsecond, until the wall's clock is set.
   */
  #now(): { readonly wallMs: number; readonly monotonic: number } {
    const { before, wall, after } = this.#reading();
    const isSet =
      this.#wallOffset > wall - before + MAX_DRIFT_MS || this.#wallOffset < wall - after - MAX_DRIFT_MS;
    if (isSet) this.#wallOffset = wall - after;
    return { wallMs: this.#wallOffset + after, monotonic: Math.round(after * 1_000) };
  }

  /** Both clocks at one moment: a process that is made to wait between them would take the pause for a clock that was set. */
  #reading(): { readonly before: number; readonly wall: number; readonly after: number } {
    for (let again = 0; ; again += 1) {
      const before = this.monotonic() / 1_000;
      const wall = this.#clock.now();
      const after = this.monotonic() / 1_000;
      if (after - before <= MAX_DRIFT_MS || again === READ_AGAIN) return { before, wall, after };
    }
  }

  get bytesPerEntry(): number {
    if (this.keepsAll) return Number.POSITIVE_INFINITY;
    return this.#cost > this.#budget ? TIGHT_BYTES_PER_ENTRY : BYTES_PER_ENTRY;
  }

  get costBytes(): number {
    return this.#cost;
  }

  /** Many who are told the same, one after the other, keep the same. */
  clip(bytes: Buffer): Buffer {
    const limit = this.bytesPerEntry;
    if (bytes.length <= limit) return bytes;
    if (this.#cut?.from !== bytes) this.#cut = { from: bytes, kept: Buffer.from(bytes.subarray(0, limit)) };
    return this.#cut.kept;
  }

  /** `secrets`: tokens that are hidden from every reader. `openedAt`: when it began, where another process tells of it. */
  open(subject: StorySubject, state: string, secrets?: readonly string[], openedAt?: number): Story {
    const { wallMs, monotonic } = this.#now();
    const story = new Story(subject, state, openedAt ?? wallMs, this, wallMs, monotonic);
    if (secrets) story.secrets = secrets;
    this.#live.set(subject.id, story);
    this.#stories.set(subject.id, story);
    if (!subject.isInternal) this.#newest = story;
    story.charge(STORY_COST);
    story.recordOpening();
    for (const watcher of this.#watchers) watcher(story);
    return story;
  }

  /** The peer is gone; its story stays until memory is wanted. */
  end(story: Story): void {
    if (!this.#live.delete(story.subject.id)) return;
    story.endedAt = this.#clock.now();
    if (this.#keepsOnlyLive) {
      this.#forget(story);
    } else if (story.fault) {
      const stories = this.#faulty.get(story.subject.instance) ?? [];
      stories.push(story);
      this.#faulty.set(story.subject.instance, stories);
    } else {
      this.#faultless.set(story.subject.id, story);
    }
    this.#evict();
    for (const watcher of this.#watchers) watcher(story);
  }

  /** The story of `file-server-1/c17`, live or ended. */
  find(id: string): Story | undefined {
    return this.#stories.get(id);
  }

  /** The last one that began: `@last`. */
  get last(): Story | undefined {
    return this.#newest;
  }

  live(): Story[] {
    return [...this.#live.values()];
  }

  /** Live ones, then ended ones, each oldest first. */
  all(): Story[] {
    const ended = [...this.#faultless.values(), ...[...this.#faulty.values()].flat()];
    ended.sort((a, b) => a.openedAt - b.openedAt);
    return [...this.#live.values(), ...ended];
  }

  /**
   * Follows every entry of the stories that are wanted, or of all, until the answer is called. Listener and question must be quick: they are
   * asked for each entry, so that of the others none is made.
   */
  tap(listener: TapListener, wants: (story: Story) => boolean = () => true): () => void {
    // Messages that were only counted so far came before.
    messageRun.end();
    this.#taps.set(listener, wants);
    return () => this.#taps.delete(listener);
  }

  /** Follows beginnings and ends of stories, until the answer is called. */
  watch(watcher: StoryListener): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  get isTapped(): boolean {
    return this.#taps.size > 0;
  }

  hears(story: Story): boolean {
    for (const wants of this.#taps.values()) if (wants(story)) return true;
    return false;
  }

  onEntry(story: Story, entry: Entry): void {
    for (const [listener, wants] of this.#taps) if (wants(story)) listener(story, entry);
  }

  /** A story keeps so much more, or less: the total holds. */
  charge(costBytes: number): void {
    this.#cost += costBytes;
    if (this.#cost > this.#budget) this.#evict();
  }

  #evict(): void {
    while (this.#cost > this.#budget) {
      const story = this.#oldestFaultless() ?? this.#oldestOfMostFaulty();
      if (!story) return;
      this.#forget(story);
    }
  }

  #forget(story: Story): void {
    this.#cost -= story.cost;
    // A later story may have its id, where numbers began anew.
    if (this.#stories.get(story.subject.id) === story) this.#stories.delete(story.subject.id);
  }

  #oldestFaultless(): Story | undefined {
    const [entry] = this.#faultless;
    if (entry) this.#faultless.delete(entry[0]);
    return entry?.[1];
  }

  #oldestOfMostFaulty(): Story | undefined {
    let most: Story[] = [];
    for (const stories of this.#faulty.values()) if (stories.length > most.length) most = stories;
    const story = most.shift();
    if (story && most.length === 0) this.#faulty.delete(story.subject.instance);
    return story;
  }
}
