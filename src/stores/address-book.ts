/** The address book, in SQLite behind a view in memory [BOOK-3, BOOK-5]. */
import type { AddressBook } from "../machines/_world.ts";
import { applyTo, type CommandOf, type Prepare, prepareFor } from "./commands.ts";
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

/** The way in for commands, beside what operators see. */
export interface StoredBook extends LabBook {
  apply(command: AddressBookCommand): Promise<unknown>;
  /** Halves of a command, for a change that does more in the same transaction. */
  readonly prepare: Prepare<BookOperations>;
}

type BookOperations = ReturnType<typeof operationsOn>;

export type AddressBookCommand = CommandOf<BookOperations>;

const STORE = "addressBook";

export function openAddressBook(database: LabDatabase): StoredBook {
  const view = new BookView(database.sql.prepare<[], Address>(ALL).all());
  const operations = operationsOn(database, view);
  const apply = applyTo(database, STORE, operations);
  return {
    get size() {
      return view.size;
    },
    list: () => view.list(),
    entry: (email) => view.entry(email),
    find: (email) => view.entry(email)?.name,
    add: (email, name) => apply({ op: "put", addresses: [{ email, name }] }),
    import: (addresses) => apply({ op: "put", addresses }),
    remove: (email) => apply({ op: "remove", email }),
    apply,
    prepare: prepareFor(database, STORE, operations),
  };
}

const ALL = "SELECT email, name FROM addresses ORDER BY rowid";

function operationsOn({ sql }: LabDatabase, view: BookView) {
  const upsert = sql.prepare(`
    INSERT INTO addresses (email, name, folded) VALUES (?, ?, ?)
    ON CONFLICT (email) DO UPDATE SET name = excluded.name`);
  const removeExact = sql.prepare<[string], Address>(
    "DELETE FROM addresses WHERE email = ? RETURNING email, name",
  );
  const removeFolded = sql.prepare<[string], Address>(`
    DELETE FROM addresses WHERE rowid = (SELECT min(rowid) FROM addresses WHERE folded = ?)
    RETURNING email, name`);
  return {
    /** All of them, or none. */
    put: ({ addresses }: { readonly addresses: readonly Address[] }) => {
      for (const { email, name } of addresses) upsert.run(email, name, fold(email));
      return () => view.put(addresses);
    },
    /** Just this address, no other that is one to a person. */
    removeExactly: ({ email }: { readonly email: string }) => {
      const removed = removeExact.get(email);
      return () => {
        if (removed) view.hide(removed);
        return removed;
      };
    },
    remove: ({ email }: { readonly email: string }) => {
      const removed = removeExact.get(email) ?? removeFolded.get(fold(email));
      return () => {
        if (removed) view.hide(removed);
        return removed;
      };
    },
  };
}

class BookView {
  /** By address as it was given, in the order in which they came. */
  readonly #byEmail = new Map<string, Address>();
  /** Addresses that differ in case or white space alone, the oldest first. */
  readonly #byFolded = new Map<string, string[]>();

  constructor(addresses: readonly Address[]) {
    for (const address of addresses) this.#show(address);
  }

  get size(): number {
    return this.#byEmail.size;
  }

  list(): Address[] {
    return [...this.#byEmail.values()];
  }

  /** [BOOK-3] */
  entry(email: string): Address | undefined {
    return this.#byEmail.get(email) ?? this.#byEmail.get(this.#byFolded.get(fold(email))?.[0] ?? email);
  }

  put(addresses: readonly Address[]): Change {
    const before = this.size;
    for (const { email, name } of addresses) this.#show({ email, name });
    const added = this.size - before;
    return { added, replaced: new Set(addresses.map(({ email }) => email)).size - added };
  }

  #show(address: Address): void {
    const isNew = !this.#byEmail.has(address.email);
    this.#byEmail.set(address.email, address);
    if (!isNew) return;
    const folded = fold(address.email);
    const others = this.#byFolded.get(folded);
    if (others) others.push(address.email);
    else this.#byFolded.set(folded, [address.email]);
  }

  hide({ email }: Address): void {
    this.#byEmail.delete(email);
    const folded = fold(email);
    const others = this.#byFolded.get(folded)?.filter((one) => one !== email) ?? [];
    if (others.length > 0) this.#byFolded.set(folded, others);
    else this.#byFolded.delete(folded);
  }
}

/** Key that two addresses share which are one to a person [BOOK-3]. */
function fold(email: string): string {
  return email.trim().toLowerCase();
}
