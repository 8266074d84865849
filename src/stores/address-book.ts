/** The address book, in SQLite behind a view in memory [BOOK-3, BOOK-5]. */
import type { AddressBook } from "../machines/_world.ts";
import type { LabDatabase } from "./database.ts";

export interface Address {
  /** As it was given. */
  readonly email: string;
  readonly name: string;
}

/** The book as its operators see it. Reading is from memory; a change is visible, and answered, once it is on disk. */
export interface LabBook extends AddressBook {
  readonly size: number;
  /** In the order in which they came. */
  list(): readonly Address[];
  /** The whole entry behind `find`. */
  entry(email: string): Address | undefined;
  /** Adds it, or replaces the name of just this address. */
  add(email: string, name: string): Promise<Change>;
  /** Removes what `find` would find; resolves to what was removed. */
  remove(email: string): Promise<Address | undefined>;
  /** All of them, or none: rejects where one cannot be stored. The last name of an address counts. */
  import(rows: readonly Address[]): Promise<Change>;
}

/** How many addresses are new, and how many were there already. */
export interface Change {
  readonly added: number;
  readonly replaced: number;
}

export function openAddressBook(database: LabDatabase): LabBook {
  const { sql } = database;
  /** By address as it was given, in the order in which they came. */
  const view = new Map<string, Address>();
  /** Addresses that differ in case or white space alone, the oldest first. */
  const byFolded = new Map<string, string[]>();

  const upsert = sql.prepare(`
    INSERT INTO addresses (email, name, folded) VALUES (?, ?, ?)
    ON CONFLICT (email) DO UPDATE SET name = excluded.name`);
  const removeExact = sql.prepare<[string], Address>(
    "DELETE FROM addresses WHERE email = ? RETURNING email, name",
  );
  const removeFolded = sql.prepare<[string], Address>(`
    DELETE FROM addresses WHERE rowid = (SELECT min(rowid) FROM addresses WHERE folded = ?)
    RETURNING email, name`);

  const all = sql.prepare<[], Address>("SELECT email, name FROM addresses ORDER BY rowid");
  for (const { email, name } of all.all()) show({ email, name });

  /** Answers whether it is new. */
  function show(address: Address): boolean {
    const isNew = !view.has(address.email);
    view.set(address.email, address);
    if (!isNew) return false;
    const folded = fold(address.email);
    const others = byFolded.get(folded);
    if (others) others.push(address.email);
    else byFolded.set(folded, [address.email]);
    return true;
  }

  function hide({ email }: Address): void {
    view.delete(email);
    const folded = fold(email);
    const others = byFolded.get(folded)?.filter((one) => one !== email) ?? [];
    if (others.length > 0) byFolded.set(folded, others);
    else byFolded.delete(folded);
  }

  /** [BOOK-3] */
  function entry(email: string): Address | undefined {
    return view.get(email) ?? view.get(byFolded.get(fold(email))?.[0] ?? email);
  }

  function store(rows: readonly Address[]): Promise<Change> {
    return database.changed(
      () => {
        for (const { email, name } of rows) upsert.run(email, name, fold(email));
      },
      () => {
        const before = view.size;
        for (const { email, name } of rows) show({ email, name });
        const added = view.size - before;
        return { added, replaced: new Set(rows.map(({ email }) => email)).size - added };
      },
    );
  }

  return {
    get size() {
      return view.size;
    },
    list: () => [...view.values()],
    entry,
    find: (email) => entry(email)?.name,
    add: (email, name) => store([{ email, name }]),
    import: store,
    remove(email) {
      let removed: Address | undefined;
      return database.changed(
        () => {
          removed = removeExact.get(email) ?? removeFolded.get(fold(email));
        },
        () => {
          if (removed) hide(removed);
          return removed;
        },
      );
    },
  };
}

/** What two addresses have in common that are one to a person [BOOK-3]. */
function fold(email: string): string {
  return email.trim().toLowerCase();
}
