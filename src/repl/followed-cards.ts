/** Cards of stories that are followed, as soon as they are known: when the peer has been answered or refused, and at the end. */
import type { Lab } from "../lab/lab.ts";
import type { Entry, Story } from "../stories/story.ts";
import { type CardMark, cardMarks } from "./story-marks.ts";

/** Entries behind which a story is looked at. */
const LOOKED: ReadonlySet<Entry["kind"]> = new Set(["out", "refused", "closed"]);
/** Of each second, looking may take this long: the roles have the rest. */
const MAX_MS_A_SECOND = 25;

export class FollowedCards {
  readonly #lab: Lab;
  readonly #told = new WeakMap<Story, Set<string>>();
  #second = 0;
  #busyMs = 0;

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  /** Cards of it that have not been told yet. */
  of(story: Story, { kind }: Entry): CardMark[] {
    if (!LOOKED.has(kind) || !this.#hasTime()) return [];
    const began = performance.now();
    const told = this.#told.get(story) ?? new Set<string>();
    this.#told.set(story, told);
    const { cards } = this.#lab.judged(story);
    const marks = cards.some(({ id }) => !told.has(id)) ? cardMarks(this.#lab, story) : [];
    const found = marks.filter(({ id }) => !told.has(id));
    for (const { id } of found) told.add(id);
    this.#busyMs += performance.now() - began;
    return found;
  }

  #hasTime(): boolean {
    const second = Math.floor(performance.now() / 1_000);
    if (second !== this.#second) [this.#second, this.#busyMs] = [second, 0];
    return this.#busyMs < MAX_MS_A_SECOND;
  }
}
