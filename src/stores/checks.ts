/** Results of checks, kept for questions: a row a case, added and never changed. */
import { applyTo, type CommandOf } from "./commands.ts";
import type { LabDatabase } from "./database.ts";

/** A report of the checker, as far as it is kept. */
export interface KeptReport {
  /** Of the checker. */
  readonly version: string;
  readonly seed: number;
  readonly role: string;
  readonly side: "server" | "client";
  /** Address of the program, or the command that starts it. */
  readonly target: string;
  /** The roster's id of the student whose program it was; undefined: not known, or no student's. */
  readonly student?: string | undefined;
  /** When the check began, in milliseconds since 1970. */
  readonly at: number;
  readonly results: readonly KeptResult[];
}

export interface KeptResult {
  readonly id: string;
  readonly status: string;
  readonly grade: string;
  readonly weight: number;
  readonly message: string;
}

export interface KeptChecks {
  /** Answers the number of this run. */
  add(report: KeptReport): Promise<number>;
  apply(command: KeptChecksCommand): Promise<unknown>;
}

export type KeptChecksCommand = CommandOf<ReturnType<typeof operationsOn>>;

export function openKeptChecks(database: LabDatabase): KeptChecks {
  const apply = applyTo(database, "checks", operationsOn(database));
  return { add: (report) => apply({ op: "add", report }), apply };
}

function operationsOn({ sql }: LabDatabase) {
  const nextRun = sql.prepare<[], number>("SELECT coalesce(max(run), 0) + 1 FROM checks").pluck();
  const insert = sql.prepare(`
    INSERT INTO checks (run, at, version, seed, role, side, target, "case", status, grade, weight, message, student)
    VALUES (@run, @at, @version, @seed, @role, @side, @target, @id, @status, @grade, @weight, @message, @student)`);
  return {
    add: ({ report: { results, ...shared } }: { readonly report: KeptReport }) => {
      const run = Number(nextRun.get());
      for (const result of results)
        insert.run({ ...shared, ...result, run, student: shared.student ?? null });
      return () => run;
    },
  };
}
