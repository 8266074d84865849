/**
 * Registries that are a student's or a group's: a bootstrap with a label lists only what was registered at one of that label, so that 200
 * students' servers are no answer of five thousand bytes to a program that reads once.
 */
import type { Clock, Registration } from "../machines/_world.ts";
import type { LabDatabase } from "./database.ts";
import { openRegistry, type StoredRegistry } from "./registry.ts";
import { ownRows, type RegistryRows } from "./registry-rows.ts";

export class OwnRegistries {
  readonly #database: LabDatabase;
  readonly #clock: Clock;
  readonly #open = new Map<string, StoredRegistry>();
  readonly #watchers = new Set<() => void>();
  #rowsOf: ((label: string) => RegistryRows) | undefined;

  constructor(database: LabDatabase, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** The same one each time. */
  of(label: string): StoredRegistry {
    let registry = this.#open.get(label);
    if (!registry) {
      this.#rowsOf ??= ownRows(this.#database);
      registry = openRegistry(this.#database, this.#clock, this.#rowsOf(label));
      registry.watch(() => {
        for (const notify of this.#watchers) notify();
      });
      this.#open.set(label, registry);
    }
    return registry;
  }

  /** Entries by label, of those that have some. */
  list(): ReadonlyMap<string, readonly Registration[]> {
    const lists = [...this.#open].map(([label, registry]) => [label, registry.list()] as const);
    return new Map(lists.filter(([, entries]) => entries.length > 0));
  }

  /** Calls back after each visible change of any, until the answer is called. */
  watch(onChange: () => void): () => void {
    this.#watchers.add(onChange);
    return () => this.#watchers.delete(onChange);
  }
}
