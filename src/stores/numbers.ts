/**
 * Numbers that go on over restarts, so that nothing is ever called what another was. Peers' are reserved in blocks:
 * accepting one writes nothing, and a daemon that is killed loses the rest of a block, no more.
 */
import type { Sequence } from "../ids.ts";
import { applyTo, type CommandOf } from "./commands.ts";
import type { LabDatabase } from "./database.ts";

const BLOCK = 1_000;

export interface Numbers {
  /** Numbers that are rarely taken: each is stored. */
  exact(name: string): Sequence;
  /** Numbers that are taken often. */
  inBlocks(name: string): Sequence;
  apply(command: NumbersCommand): Promise<unknown>;
}

export type NumbersCommand = CommandOf<ReturnType<typeof operationsOn>>;

interface Row {
  readonly next: number;
}

export function openNumbers(database: LabDatabase): Numbers {
  const apply = applyTo(database, "numbers", operationsOn(database));
  const select = database.sql.prepare<[string], Row>("SELECT next FROM numbers WHERE name = ?");
  const open = (name: string, block: number) => {
    // A block that cannot be stored is the database's trouble, told there: a peer is not turned away for its number.
    const keep = (next: number) => void apply({ op: "keep", name, next }).catch(() => undefined);
    const numbers = new ReservedNumbers(select.get(name)?.next ?? 1, block, keep);
    database.beforeClose(() => numbers.close());
    return numbers;
  };
  return { exact: (name) => open(name, 0), inBlocks: (name) => open(name, BLOCK), apply };
}

class ReservedNumbers implements Sequence {
  readonly #block: number;
  readonly #keep: (next: number) => void;
  #next: number;
  /** The first number that another run would take. */
  #kept: number;

  constructor(next: number, block: number, keep: (next: number) => void) {
    this.#next = next;
    this.#kept = next;
    this.#block = block;
    this.#keep = keep;
    this.#reserve();
  }

  next(): number {
    const number = this.#next;
    this.#next += 1;
    // The next block is on disk long before this one is used up.
    if (this.#next > this.#kept - this.#block / 2) this.#reserve();
    return number;
  }

  #reserve(): void {
    this.#keepFrom(this.#next + this.#block);
  }

  #keepFrom(next: number): void {
    if (next === this.#kept) return;
    this.#kept = next;
    this.#keep(next);
  }

  /** A daemon that ends in peace gives back what it did not use. */
  close(): void {
    this.#keepFrom(this.#next);
  }
}

function operationsOn({ sql }: LabDatabase) {
  const keep = sql.prepare(`
    INSERT INTO numbers (name, next) VALUES (@name, @next)
    ON CONFLICT (name) DO UPDATE SET next = excluded.next`);
  return {
    keep: ({ name, next }: { readonly name: string; readonly next: number }) => {
      keep.run({ name, next });
      return () => undefined;
    },
  };
}
