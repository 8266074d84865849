/** A class as the daemon plays it: who is in it, and how each of them stands. Loaded for a lab file that has a class only. */
import type { Role } from "../machines/_role.ts";
import type { Story } from "../stories/story.ts";
import type { Student, Template } from "./class-plan.ts";
import { further, furthestRule, rulesOf } from "./progress.ts";
import type { ClassView, StudentCard, StudentRow } from "./student-row.ts";

export interface ClassParts {
  readonly students: readonly Student[];
  readonly each: readonly Template[];
  readonly roles: ReadonlyMap<string, Role>;
}

export class ClassLab {
  readonly students: readonly Student[];
  readonly #parts: ClassParts;

  constructor(parts: ClassParts) {
    this.students = parts.students;
    this.#parts = parts;
  }

  /** In the roster's order. */
  rows(view: ClassView): StudentRow[] {
    const stories = Map.groupBy(
      view.stories().filter(({ subject }) => !subject.isInternal),
      ({ subject }) => subject.label,
    );
    return this.students.map((student) => this.#row(student, stories.get(student.shown) ?? [], view));
  }

  #row({ shown, group }: Student, stories: readonly Story[], view: ClassView): StudentRow {
    const newest = stories.toSorted((a, b) => a.openedAt - b.openedAt).at(-1);
    const live = stories.filter(({ endedAt }) => endedAt === undefined);
    const still = (verdict: "waiting" | "stuck") =>
      live
        .filter((story) => view.judged(story).verdict === verdict)
        .map(({ subject }) => view.liveView(subject.id)?.stillMs ?? 0)
        .reduce((a: number | undefined, b) => Math.max(a ?? 0, b), undefined);
    const [waitingMs, stuckMs] = [still("waiting"), still("stuck")];
    const furthest = this.#furthest(stories);
    const card = lastCard(stories, view);
    return {
      id: shown,
      ...(group === undefined ? {} : { group }),
      connected: live.length,
      ...(newest && {
        connection: newest.subject.id,
        role: newest.subject.role,
        state: newest.endedAt === undefined ? newest.state : "closed",
      }),
      ...(waitingMs === undefined ? {} : { waitingMs }),
      ...(stuckMs === undefined ? {} : { stuckMs }),
      ...(furthest === undefined ? {} : { furthest }),
      ...(card && { card }),
      done: this.#isDone(stories, view),
    };
  }

  /** Of the role that was spoken to last. */
  #furthest(stories: readonly Story[]): string | undefined {
    const role = this.#parts.roles.get(stories.at(-1)?.subject.role ?? "");
    if (!role) return undefined;
    const rules = rulesOf(role);
    return stories
      .filter(({ subject }) => subject.role === role.name)
      .reduce(
        (best: string | undefined, story) => further(best, furthestRule(story, rules), rules),
        undefined,
      );
  }

  /** Each role has had a conversation that kept its last rule and ended without a mistake. */
  #isDone(stories: readonly Story[], view: ClassView): boolean {
    return this.#parts.each.every(({ role: name }) => {
      const role = this.#parts.roles.get(name);
      const last = role && rulesOf(role).at(-1);
      return stories.some(
        (story) =>
          story.subject.role === name &&
          story.endedAt !== undefined &&
          story.lastRule === last &&
          ["ok", "note"].includes(view.judged(story).verdict),
      );
    });
  }
}

function lastCard(stories: readonly Story[], view: ClassView): StudentCard | undefined {
  for (const story of stories.toReversed()) {
    const [card] = view.judged(story).cards;
    if (card) return { id: card.id, likely: card.title, connection: story.subject.id };
  }
  return undefined;
}
