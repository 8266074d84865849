/**
 * The class in the database: who has which place, how far each got, and what the instructor told them. A place is given once and kept:
 * a student who comes late or leaves moves no other's port.
 */
import { applyTo, type CommandOf } from "./commands.ts";
import type { LabDatabase } from "./database.ts";

export interface StoredStudent {
  /** As in the roster. */
  readonly id: string;
  readonly slot: number;
  readonly pseudonym: string;
  readonly name: string;
  readonly group: string | null;
  readonly email: string | null;
  readonly addedAt: number;
  /** Undefined while the roster has the student. */
  readonly leftAt: number | null;
}

/** The furthest that a student got with one role of one lab. */
export interface StoredProgress {
  readonly student: string;
  readonly role: string;
  readonly rule: string | null;
  readonly doneAt: number | null;
  /** The card that stands, and when the newest conversation that decided it began; null: of before that was kept. */
  readonly stood: StoredStanding | null;
}

/** A card as it stands with a role: what it says then is what it goes on with. */
export interface StoredStanding {
  readonly judgedAt: number;
  readonly card: {
    readonly id: string;
    readonly likely: string;
    readonly connection: string;
    readonly at: number;
    readonly past: number;
  } | null;
}

/** A card that the instructor has sent to a student. */
export interface StoredHint {
  readonly id: number;
  readonly student: string;
  readonly card: string;
  readonly text: string;
  readonly at: number;
}

export interface StoredGroup {
  readonly name: string;
  readonly slot: number;
}

/** A case of the newest results of a student's program, as `check` judged it. */
export interface StoredResult {
  readonly student: string;
  readonly role: string;
  readonly case: string;
  readonly status: string;
  readonly grade: string;
  readonly weight: number;
  readonly seed: number;
  /** When the check began, in milliseconds since 1970. */
  readonly at: number;
  /** Of the checker. */
  readonly version: string;
}

export interface ClassStore {
  students(): StoredStudent[];
  groups(): StoredGroup[];
  progress(lab: string): StoredProgress[];
  hints(): StoredHint[];
  /** Of each student, the newest results of every role taken together: cases passed, of those that were judged. */
  checks(): ReadonlyMap<string, { readonly passed: number; readonly of: number }>;
  /** The same, a row a case. */
  results(): StoredResult[];
  /** A word that is to hold over restarts, e.g. that the class is frozen. */
  setting(name: string): string | undefined;
  /** Places below it were given once, as netlabd kept it before it kept the places of those who are forgotten. */
  nextSlot(): number;
  /** Places of students who are forgotten. */
  retiredSlots(): readonly number[];
  saveStudents(students: readonly StoredStudent[], groups: readonly StoredGroup[]): Promise<void>;
  saveProgress(lab: string, progress: StoredProgress): Promise<void>;
  addHint(hint: Omit<StoredHint, "id">): Promise<StoredHint>;
  set(name: string, value: string | undefined): Promise<void>;
  /** Removes all that is here of a student. */
  forget(student: string): Promise<void>;
  apply(command: ClassCommand): Promise<unknown>;
}

export type ClassCommand = CommandOf<ReturnType<typeof operationsOn>>;

/** Of each student the newest run of every role. */
const NEWEST = "SELECT max(run) FROM checks WHERE student IS NOT NULL GROUP BY student, role, side";

export function openClass(database: LabDatabase): ClassStore {
  const { sql } = database;
  const apply = applyTo(database, "class", operationsOn(database));
  const students = sql.prepare<[], StoredStudent>(
    `SELECT id, slot, pseudonym, name, "group", email, added_at AS addedAt, left_at AS leftAt FROM students ORDER BY slot`,
  );
  const groups = sql.prepare<[], StoredGroup>("SELECT name, slot FROM class_groups ORDER BY slot");
  const progress = sql.prepare<[string], Omit<StoredProgress, "stood"> & { readonly stood: string | null }>(
    "SELECT student, role, rule, done_at AS doneAt, stood FROM class_progress WHERE lab = ?",
  );
  const hints = sql.prepare<[], StoredHint>(
    "SELECT id, student, card, text, at FROM class_hints ORDER BY id",
  );
  const setting = sql.prepare<[string], string>("SELECT value FROM class_settings WHERE name = ?").pluck();
  const checks = sql.prepare<[], { student: string; passed: number; of: number }>(`
    SELECT student, sum(status = 'passed') AS passed, count(*) AS "of" FROM checks
    WHERE student IS NOT NULL AND status <> 'skipped' AND grade <> 'INFO'
      AND run IN (${NEWEST})
    GROUP BY student`);
  return {
    results: () =>
      sql
        .prepare<[], StoredResult>(
          `SELECT student, role, "case", status, grade, weight, seed, at, version FROM checks WHERE run IN (${NEWEST}) ORDER BY run, id`,
        )
        .all(),
    checks: () => new Map(checks.all().map(({ student, passed, of }) => [student, { passed, of }])),
    students: () => students.all(),
    groups: () => groups.all(),
    progress: (lab) =>
      progress.all(lab).map(({ stood, ...rest }) => {
        return { ...rest, stood: stood === null ? null : (JSON.parse(stood) as StoredStanding) };
      }),
    hints: () => hints.all(),
    setting: (name) => setting.get(name),
    nextSlot: () => Number(setting.get(NEXT_SLOT) ?? 0),
    retiredSlots: () => retiredIn(setting.get(RETIRED_SLOTS)),
    saveStudents: (all, inGroups) => apply({ op: "saveStudents", students: all, groups: inGroups }),
    saveProgress: (lab, one) => apply({ op: "saveProgress", lab, progress: one }),
    addHint: (hint) => apply({ op: "addHint", hint }),
    set: (name, value) => apply({ op: "set", name, value: value ?? null }),
    forget: (student) => apply({ op: "forget", student }),
    apply,
  };
}

const NEXT_SLOT = "next-slot";
const RETIRED_SLOTS = "retired-slots";
const retiredIn = (value: string | undefined) => JSON.parse(value ?? "[]") as readonly number[];
const nothing = () => undefined;

function operationsOn({ sql }: LabDatabase) {
  const student = sql.prepare(`
    INSERT INTO students (id, slot, pseudonym, name, "group", email, added_at, left_at)
    VALUES (@id, @slot, @pseudonym, @name, @group, @email, @addedAt, @leftAt)
    ON CONFLICT (id) DO UPDATE SET name = @name, "group" = @group, email = @email, left_at = @leftAt`);
  const group = sql.prepare("INSERT OR IGNORE INTO class_groups (name, slot) VALUES (@name, @slot)");
  const progress = sql.prepare(`
    INSERT INTO class_progress (lab, student, role, rule, done_at, stood)
    VALUES (@lab, @student, @role, @rule, @doneAt, @stood)
    ON CONFLICT (lab, student, role) DO UPDATE SET rule = @rule, done_at = coalesce(done_at, @doneAt), stood = @stood`);
  const hint = sql.prepare(
    "INSERT INTO class_hints (student, card, text, at) VALUES (@student, @card, @text, @at)",
  );
  const set = sql.prepare("INSERT OR REPLACE INTO class_settings (name, value) VALUES (@name, @value)");
  const unset = sql.prepare("DELETE FROM class_settings WHERE name = ?");
  const slotOf = sql.prepare<[string], number>("SELECT slot FROM students WHERE id = ?").pluck();
  const settingOf = sql.prepare<[string], string>("SELECT value FROM class_settings WHERE name = ?").pluck();
  const forget = ["students WHERE id", "class_progress WHERE student", "class_hints WHERE student"].map(
    (rows) => sql.prepare(`DELETE FROM ${rows} = ?`),
  );
  return {
    saveStudents: (all: {
      readonly students: readonly StoredStudent[];
      readonly groups: readonly StoredGroup[];
    }) => {
      for (const one of all.students) student.run(one);
      for (const one of all.groups) group.run(one);
      return nothing;
    },
    saveProgress: (row: { readonly lab: string; readonly progress: StoredProgress }) => {
      const { stood } = row.progress;
      progress.run({ ...row.progress, stood: stood && JSON.stringify(stood), lab: row.lab });
      return nothing;
    },
    addHint: ({ hint: one }: { readonly hint: Omit<StoredHint, "id"> }) => {
      const id = Number(hint.run(one).lastInsertRowid);
      return () => ({ ...one, id }) as StoredHint;
    },
    set: ({ name, value }: { readonly name: string; readonly value: string | null }) => {
      if (value === null) unset.run(name);
      else set.run({ name, value });
      return nothing;
    },
    forget: (who: { readonly student: string }) => {
      const slot = slotOf.get(who.student);
      const retired = retiredIn(settingOf.get(RETIRED_SLOTS));
      if (slot !== undefined) set.run({ name: RETIRED_SLOTS, value: JSON.stringify([...retired, slot]) });
      sql.pragma("secure_delete = ON");
      for (const rows of forget) rows.run(who.student);
      sql.pragma("secure_delete = OFF");
      return nothing;
    },
  };
}
