/**
 * The class's account: of each student the live connections, the newest one, and how far each role went. Ended conversations are summed up
 * as they are judged, and then forgotten here, so that a look at a class costs the same in its fifteenth week as in its first.
 */
import type { Role } from "../machines/_role.ts";
import type { StoredProgress } from "../stores/class.ts";
import { KeptStory } from "../stories/kept-story.ts";
import type { Story } from "../stories/story.ts";
import type { Judged } from "../stories/verdict.ts";
import type { Student } from "./class-plan.ts";
import { lookAtLive } from "./live-look.ts";
import { further, keptRule, rulesOf } from "./progress.ts";
import { cardAfter, FINE, type KeptCard, newestCard, ON_ITS_WAY } from "./standing-card.ts";
import type { RowsOptions, StudentRow } from "./student-row.ts";

export interface LedgerParts {
  /** Verdict and cards, as of now or once and for all. */
  readonly judged: (story: Story) => Judged;
  readonly roles: ReadonlyMap<string, Role>;
  /** A student got further with a role, or through it. */
  readonly onProgress: (progress: StoredProgress) => void;
  readonly now: () => number;
}

/** How a student stands with a role. */
interface Standing {
  furthest: string | undefined;
  doneAt: number | undefined;
  /** Of the newest conversation that went wrong, until a later one has come past it. */
  card: KeptCard | undefined;
  judgedAt: number;
}

interface Newest {
  readonly story: Pick<Story, "openedAt" | "state" | "endedAt"> & {
    readonly id: string;
    readonly role: string;
  };
  readonly live: Story | undefined;
}

interface Account {
  readonly student: Student;
  readonly live: Set<Story>;
  newest: Newest | undefined;
  readonly roles: Map<string, Standing>;
}

export class Ledger {
  readonly #parts: LedgerParts;
  #accounts = new Map<string, Account>();
  /** Roles of `each:`, all of which a student is to get through. */
  #each: readonly string[] = [];
  /** Ended, and not judged yet. */
  readonly #pending = new Set<Story>();
  readonly #rules = new Map<string, readonly string[]>();

  constructor(parts: LedgerParts) {
    this.#parts = parts;
  }

  /** `progress`: of earlier runs. Who stays keeps the account. */
  adopt(students: readonly Student[], each: readonly string[], progress: readonly StoredProgress[]): void {
    this.#each = [...new Set(each)].filter((name) => this.#rulesOf(name).length > 0);
    // By the roster's id: the name that is shown may be another one now.
    const before = new Map([...this.#accounts.values()].map((account) => [account.student.id, account]));
    this.#accounts = new Map(
      students.map((student) => {
        const known = before.get(student.id);
        const { live, newest, roles } = known ?? { live: new Set(), newest: undefined, roles: new Map() };
        return [student.shown, { student, live, newest, roles } as Account];
      }),
    );
    const byId = new Map([...this.#accounts.values()].map((account) => [account.student.id, account]));
    for (const { student, role, rule, doneAt, stood } of progress) {
      const standing = this.#standing(byId.get(student), role);
      if (!standing) continue;
      standing.furthest = further(standing.furthest, rule ?? undefined, this.#rulesOf(role));
      standing.doneAt ??= doneAt ?? undefined;
      if (!stood || standing.judgedAt > 0) continue;
      standing.judgedAt = stood.judgedAt;
      standing.card = stood.card ?? undefined;
    }
  }

  #rulesOf(role: string): readonly string[] {
    let rules = this.#rules.get(role);
    if (!rules) {
      const definition = this.#parts.roles.get(role);
      rules = definition ? rulesOf(definition) : [];
      if (definition) this.#rules.set(role, rules);
    }
    return rules;
  }

  #standing(account: Account | undefined, role: string): Standing | undefined {
    if (!account) return undefined;
    let standing = account.roles.get(role);
    if (!standing) {
      standing = { furthest: undefined, doneAt: undefined, card: undefined, judgedAt: 0 };
      account.roles.set(role, standing);
    }
    return standing;
  }

  /** A story of a student has begun, has ended, or is known to be a student's. */
  hear(story: Story): void {
    const { subject, endedAt, openedAt } = story;
    const account = subject.label === undefined ? undefined : this.#accounts.get(subject.label);
    if (!account || subject.isInternal) return;
    if (endedAt === undefined) account.live.add(story);
    else {
      account.live.delete(story);
      this.#pending.add(story);
    }
    const isNewer = (account.newest?.story.openedAt ?? 0) <= openedAt;
    if (isNewer || account.newest?.live === story)
      account.newest = {
        story: { id: subject.id, role: subject.role, openedAt, state: story.state, endedAt },
        live: endedAt === undefined ? story : undefined,
      };
  }

  /** An ended story has been judged. Of one that the daemon's end cut off, it is not known that it would have gone well. */
  fold(story: Story, judged: Judged): void {
    this.#pending.delete(story);
    const { subject, openedAt } = story;
    const account = subject.label === undefined ? undefined : this.#accounts.get(subject.label);
    const standing = account && this.#standing(account, subject.role);
    if (!account || !standing) return;
    const rules = this.#rulesOf(subject.role);
    const kept = keptRule(story, rules, ON_ITS_WAY.includes(judged.verdict));
    const furthest = further(standing.furthest, kept, rules);
    const isFine = FINE.includes(judged.verdict);
    const before = standing.card;
    const isCut = story instanceof KeptStory && !story.isEndKnown;
    const isThrough = isFine && !isCut && kept !== undefined && kept === rules.at(-1);
    if (openedAt >= standing.judgedAt && !(isFine && isCut)) {
      standing.judgedAt = openedAt;
      standing.card = cardAfter(standing.card, story, judged, { rules, isThrough });
    }
    const isSame = standing.card?.connection === before?.connection && furthest === standing.furthest;
    if (isSame && (!isThrough || standing.doneAt !== undefined)) return;
    standing.furthest = furthest;
    if (isThrough) standing.doneAt ??= this.#parts.now();
    this.#parts.onProgress({
      student: account.student.id,
      role: subject.role,
      rule: furthest ?? null,
      doneAt: standing.doneAt ?? null,
      stood: { judgedAt: standing.judgedAt, card: standing.card ?? null },
    });
  }

  /** Live connections of a student. A sender of datagrams holds nothing open, though it is remembered for a while. */
  openOf(shown: string): number {
    let count = 0;
    for (const { fault, subject } of this.#accounts.get(shown)?.live ?? [])
      if (fault !== "refused" && subject.transport === "tcp") count += 1;
    return count;
  }

  /** In the order of the students' places. `checks`: by the roster's id. */
  rows(
    checks: ReadonlyMap<string, { readonly passed: number; readonly of: number }>,
    { judged, only }: RowsOptions = {},
  ): StudentRow[] {
    if (!judged) for (const story of [...this.#pending]) this.fold(story, this.#parts.judged(story));
    const one = only === undefined ? undefined : this.#accounts.get(only);
    const wanted = only === undefined ? [...this.#accounts.values()] : one ? [one] : [];
    return wanted.map((account) =>
      this.#row(account, checks.get(account.student.id), judged ?? this.#parts.judged),
    );
  }

  #row(account: Account, checks: StudentRow["checks"], judged: LedgerParts["judged"]): StudentRow {
    const { student, live, newest, roles } = account;
    const { waitingMs, stuckMs, needy, card: liveCard, wrong } = lookAtLive(live, judged);
    const shown = needy ? shownOf(needy) : newest && shownNewest(newest);
    const role = shown?.role;
    const furthest = this.#furthest(account, role, wrong);
    const card = liveCard ?? newestCard(roles.values());
    return {
      id: student.shown,
      ...(student.group === undefined ? {} : { group: student.group }),
      connected: live.size,
      ...shown,
      ...(waitingMs === undefined ? {} : { waitingMs }),
      ...(stuckMs === undefined ? {} : { stuckMs }),
      ...(furthest === undefined ? {} : { furthest }),
      ...(card && { card: { id: card.id, likely: card.likely, connection: card.connection } }),
      ...(checks && { checks }),
      done: checks ? checks.of > 0 && checks.passed === checks.of : this.#isThroughAll(roles),
    };
  }

  #isThroughAll(roles: ReadonlyMap<string, Standing>): boolean {
    return this.#each.length > 0 && this.#each.every((name) => roles.get(name)?.doneAt !== undefined);
  }

  /** Of the role that the row is about. `wrong`: live conversations in which something went wrong. */
  #furthest({ live, roles }: Account, role: string | undefined, wrong: ReadonlySet<Story>) {
    if (role === undefined) return undefined;
    const rules = this.#rulesOf(role);
    let best = roles.get(role)?.furthest;
    for (const story of live)
      if (story.subject.role === role && story.fault === undefined)
        best = further(best, keptRule(story, rules, !wrong.has(story)), rules);
    return best;
  }
}

type Shown = Pick<StudentRow, "connection" | "role" | "state">;

const shownOf = ({ subject: { id, role }, state }: Story): Shown => ({ connection: id, role, state });
const shownNewest = ({ story: { id, role }, live }: Newest): Shown => ({
  connection: id,
  role,
  state: live?.state ?? "closed",
});
