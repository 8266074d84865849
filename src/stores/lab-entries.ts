/** The ids that entries of lab files have: an entry that is still there at the next start, or reload, keeps its own. */
import { applyTo, type CommandOf } from "./commands.ts";
import type { LabDatabase } from "./database.ts";
import { fingerprint } from "./fingerprint.ts";

/** An entry of a lab file, without its secrets. */
export interface LabEntry {
  readonly role: string;
  readonly name: string | undefined;
  /** Of everything that it says. */
  readonly digest: string;
}

export interface KnownEntry extends LabEntry {
  readonly id: string;
}

export interface LabEntries {
  /** Of one lab file, in its order. */
  list(lab: string): KnownEntry[];
  /** Replaces them. */
  save(lab: string, entries: readonly KnownEntry[]): Promise<void>;
  apply(command: LabEntriesCommand): Promise<unknown>;
}

export type LabEntriesCommand = CommandOf<ReturnType<typeof operationsOn>>;

interface Row {
  readonly role: string;
  readonly name: string | null;
  readonly digest: string;
  readonly id: string;
}

export function openLabEntries(database: LabDatabase): LabEntries {
  const apply = applyTo(database, "labEntries", operationsOn(database));
  const select = database.sql.prepare<[string], Row>(
    "SELECT role, name, digest, id FROM lab_entries WHERE lab = ? ORDER BY place",
  );
  return {
    list: (lab) => select.all(lab).map((row) => ({ ...row, name: row.name ?? undefined })),
    save: (lab, entries) => apply({ op: "replace", lab, entries }),
    apply,
  };
}

function operationsOn({ sql }: LabDatabase) {
  const clear = sql.prepare("DELETE FROM lab_entries WHERE lab = ?");
  const insert = sql.prepare(`
    INSERT INTO lab_entries (lab, place, role, name, digest, id)
    VALUES (@lab, @place, @role, @name, @digest, @id)`);
  return {
    replace: ({ lab, entries }: { readonly lab: string; readonly entries: readonly KnownEntry[] }) => {
      clear.run(lab);
      for (const [place, entry] of entries.entries())
        insert.run({ ...entry, lab, place, name: entry.name ?? null });
      return () => undefined;
    },
  };
}

export function labEntryOf(role: string, given: Readonly<Record<string, unknown>>): LabEntry {
  const sorted = Object.entries(given).sort(([a], [b]) => (a < b ? -1 : 1));
  const digest = fingerprint(JSON.stringify([role, sorted]));
  return { role, name: typeof given.name === "string" ? given.name : undefined, digest };
}

/**
 * The ids of the known entries that these still are: one that says the same; else one of the same name; else, where
 * neither has a name, the next one of the same role, whose options were changed.
 */
export function idsOf(entries: readonly LabEntry[], known: readonly KnownEntry[]): (string | undefined)[] {
  const left = [...known];
  const ids = entries.map((): string | undefined => undefined);
  const isSame: ((entry: LabEntry, other: LabEntry) => boolean)[] = [
    (entry, other) => entry.digest === other.digest,
    (entry, other) => entry.role === other.role && entry.name === other.name,
  ];
  for (const test of isSame) {
    for (const [place, entry] of entries.entries()) {
      if (ids[place] !== undefined) continue;
      const index = left.findIndex((other) => test(entry, other));
      if (index >= 0) ids[place] = left.splice(index, 1)[0]?.id;
    }
  }
  return ids;
}
