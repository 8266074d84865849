/** Addresses as entries of the log: one an address, as it was given. */
import * as z from "zod";
import type { StoredBook } from "../stores/address-book.ts";
import type { LabDatabase } from "../stores/database.ts";
import { rowKey } from "./log-keys.ts";
import { jsonOf, type LoggedStore, type RowStand, type Told } from "./logged-store.ts";

const entrySchema = z.union([
  z.object({ email: z.string(), gone: z.literal("removed") }),
  z.object({ email: z.string(), name: z.string() }),
]);

export class LoggedBook implements LoggedStore {
  readonly name = "addressBook";
  readonly isOfferedWhole = true;
  readonly #book: StoredBook;
  readonly #statements: ReturnType<typeof statementsOf>;

  constructor(book: StoredBook, database: LabDatabase) {
    this.#book = book;
    this.#statements = statementsOf(database);
  }

  keyOf(email: string): string {
    return rowKey(this.name, email);
  }

  names(): readonly string[] {
    return this.#statements.names.all();
  }

  standOf(email: string): RowStand {
    return this.#statements.name.get(email) === undefined ? "gone" : "lasting";
  }

  entryOf(email: string): string {
    const name = this.#statements.name.get(email);
    return JSON.stringify(name === undefined ? { email, gone: "removed" } : { email, name });
  }

  read(text: string): Told | undefined {
    const parsed = entrySchema.safeParse(jsonOf(text));
    if (!parsed.success) return undefined;
    const entry = parsed.data;
    const { email } = entry;
    if ("gone" in entry)
      return {
        name: email,
        kind: "removed",
        isHere: () => this.#statements.name.get(email) === undefined,
        prepare: () => this.#book.prepare({ op: "removeExactly", email }),
      };
    const { name } = entry;
    return {
      name: email,
      kind: "row",
      isHere: () => this.#statements.name.get(email) === name,
      prepare: () => this.#book.prepare({ op: "put", addresses: [{ email, name }] }),
    };
  }
}

function statementsOf({ sql }: LabDatabase) {
  return {
    names: sql.prepare("SELECT email FROM addresses ORDER BY rowid").pluck() as unknown as {
      all(): string[];
    },
    name: sql.prepare("SELECT name FROM addresses WHERE email = ?").pluck() as unknown as {
      get(email: string): string | undefined;
    },
  };
}
