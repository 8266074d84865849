/**
 * A store's changes as commands: plain data, `{ op, … }`, applied in one place. What a command does depends on it and on
 * the rows alone (times come with it), so a log of them gives the same store again, here or elsewhere.
 */
import type { LabDatabase } from "./database.ts";

/** Does its SQL inside the transaction; the answer is what is done after the commit: the view in memory, and the answer. */
export type Operation<Details, Answer> = (details: Details) => () => Answer;

type Operations = Readonly<Record<string, Operation<never, unknown>>>;

type DetailsOf<Ops extends Operations, Op extends keyof Ops> = Parameters<Ops[Op]>[0];

/** Any command of a store. */
export type CommandOf<Ops extends Operations> = {
  [Op in keyof Ops]: { readonly op: Op } & DetailsOf<Ops, Op>;
}[keyof Ops];

/** Adds a command to this turn's batch; resolves once it is on disk and visible, rejects where it could not be stored. */
export type Apply<Ops extends Operations> = <Op extends keyof Ops>(
  command: { readonly op: Op } & DetailsOf<Ops, Op>,
) => Promise<ReturnType<ReturnType<Ops[Op]>>>;

/** Halves of a command, for a change of the database that does more in the same transaction. */
export interface Prepared<Answer> {
  /** Inside the transaction. */
  apply(): void;
  /** After the commit. */
  done(): Answer;
}

export type Prepare<Ops extends Operations> = <Op extends keyof Ops>(
  command: { readonly op: Op } & DetailsOf<Ops, Op>,
) => Prepared<ReturnType<ReturnType<Ops[Op]>>>;

/** Commands of a store as their halves: `operations` by their names. */
export function prepareFor<Ops extends Operations>(
  database: LabDatabase,
  store: string,
  operations: Ops,
): Prepare<Ops> {
  return (command) => {
    const { op } = command as { readonly op: keyof Ops };
    const operation = operations[op] as Operation<typeof command, never>;
    let finish: () => never;
    return {
      apply: () => {
        finish = operation(command);
      },
      done: () => {
        const answer = finish();
        database.committed({ store, command });
        return answer;
      },
    };
  };
}

/** The one way into a store. */
export function applyTo<Ops extends Operations>(
  database: LabDatabase,
  store: string,
  operations: Ops,
): Apply<Ops> {
  const prepare = prepareFor(database, store, operations);
  return (command) => {
    const { apply, done } = prepare(command);
    return database.changed(apply, done);
  };
}
