/** Stories by whom they are of, and who has been touched since the last look: a look costs what has happened, not what there is. */
import type { Lab } from "../../lab/lab.ts";
import { isOwnQuestion } from "../../lab/selectors.ts";
import type { Story } from "../../stories/story.ts";

/** Stories that memory no longer holds are forgotten here after so long. */
const FORGET_MS = 30_000;

export class TouchedStories {
  readonly #lab: Lab;
  readonly #ownerOf: (story: Story) => string | undefined;
  readonly #touched = new Set<string>();
  readonly #ends: readonly (() => void)[];
  #byOwner = new Map<string, Story[]>();
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(lab: Lab, ownerOf: (story: Story) => string | undefined) {
    this.#lab = lab;
    this.#ownerOf = ownerOf;
    this.#ends = [
      lab.subscribe("entries", ({ story }) => this.#touch(story)),
      lab.subscribe("connections", ({ kind, story }) => {
        this.#touch(story);
        if (kind === "opened") this.#add(story);
      }),
    ];
  }

  of(owner: string): readonly Story[] {
    return this.#byOwner.get(owner) ?? [];
  }

  touch(owner: string): void {
    this.#touched.add(owner);
  }

  /** Touches all with a live story, because silence goes on; and all with one that has not been judged. */
  touchLive(): void {
    for (const [owner, stories] of this.#byOwner)
      if (stories.some((story) => story.endedAt === undefined || !story.judged)) this.#touched.add(owner);
  }

  /** Answers so many at most of those who were touched, once, who have waited longest first. All are at first, and after some time again. */
  take(now: number, most: number): ReadonlySet<string> {
    if (now - this.#readAt >= FORGET_MS) this.#read(now);
    const taken = new Set<string>();
    for (const owner of this.#touched) {
      if (taken.size >= most) break;
      taken.add(owner);
      this.#touched.delete(owner);
    }
    return taken;
  }

  close(): void {
    for (const end of this.#ends) end();
  }

  #read(now: number): void {
    this.#readAt = now;
    this.#byOwner = new Map();
    for (const story of this.#lab.stories()) this.#add(story);
    for (const owner of this.#byOwner.keys()) this.#touched.add(owner);
  }

  #add(story: Story): void {
    const owner = this.#ownerOf(story);
    if (owner === undefined || isOwnQuestion(story)) return;
    const stories = this.#byOwner.get(owner);
    if (stories) stories.push(story);
    else this.#byOwner.set(owner, [story]);
  }

  #touch(story: Story): void {
    const owner = this.#ownerOf(story);
    if (owner !== undefined) this.#touched.add(owner);
  }
}
