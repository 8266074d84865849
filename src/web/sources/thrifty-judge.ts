/**
 * Judges the stories of a wall within a budget of time. To judge a live story that moves costs a fraction of a millisecond, and two hundred of them
 * move ten times a second: so each is judged once a round, a round takes a second or as long as the budget wants, and until its turn comes a
 * story stands as it was judged last. The others of the daemon need its time more.
 */
import type { Lab } from "../../lab/lab.ts";
import type { Story } from "../../stories/story.ts";
import type { Judged } from "../../stories/verdict.ts";

const ROUND_MS = 1_000;
/** For each look, which is a part of a turn that others wait for. */
const BUDGET_MS = 1;
const UNJUDGED: Judged = { verdict: "ok", cards: [], turn: "nobody" };

export class ThriftyJudge {
  readonly #lab: Pick<Lab, "judged">;
  readonly #known = new WeakMap<Story, { readonly round: number; readonly judged: Judged }>();
  #round = 0;
  #roundBegan = Number.NEGATIVE_INFINITY;
  #spentMs = 0;
  #isIncomplete = false;

  constructor(lab: Pick<Lab, "judged">) {
    this.#lab = lab;
  }

  /** Whether a story was left for a later look. */
  get isIncomplete(): boolean {
    return this.#isIncomplete;
  }

  /** Another look begins; a new round does where all of the last one were judged. */
  begin(now: number): void {
    if (!this.#isIncomplete && now - this.#roundBegan >= ROUND_MS) {
      this.#round += 1;
      this.#roundBegan = now;
    }
    this.#spentMs = 0;
    this.#isIncomplete = false;
  }

  readonly judged = (story: Story): Judged => {
    if (story.judged) return story.judged;
    const known = this.#known.get(story);
    if (known?.round === this.#round && story.endedAt === undefined) return known.judged;
    if (this.#spentMs >= BUDGET_MS) {
      this.#isIncomplete = true;
      return known?.judged ?? UNJUDGED;
    }
    const begun = performance.now();
    const judged = this.#lab.judged(story);
    this.#spentMs += performance.now() - begun;
    this.#known.set(story, { round: this.#round, judged });
    return judged;
  };
}
