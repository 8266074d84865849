/** Registry and address book of a daemon that shares them with others, in the places of its own. */
import { openAddressBook, type StoredBook } from "../stores/address-book.ts";
import { LogTables } from "../stores/log-tables.ts";
import { openRegistry, type StoredRegistry } from "../stores/registry.ts";
import { newBatch } from "./log-writing.ts";
import { LoggedBook } from "./logged-book.ts";
import { LoggedRegistry } from "./logged-registry.ts";
import { type ClusterParts, ReplicatedLog, type ReplicationParts } from "./replicated-log.ts";

export interface ReplicatedStores {
  readonly registry: StoredRegistry;
  readonly book: StoredBook;
  /** Own changes that the log may not have yet; they are kept on disk, and sent when the bus is there. */
  readonly unsent: number;
  /** No own change is on its way to the log, and all that it acknowledged is in this database. */
  readonly isSettled: boolean;
  /** Begins to read and write the log, once there is a bus; before that, and while it is away, the stores work all the same. */
  start(cluster: ClusterParts): void;
  /** Before the database is closed. */
  close(): void;
}

/**
 * A change is on this daemon's disk, visible and answered as without a cluster [BOOT-1], and goes to the others from there: `settled`
 * waits for this daemon's own changes, and for entries of the log that are being stored; never for the bus.
 */
export function openReplicatedStores(parts: ReplicationParts): ReplicatedStores {
  const { database, clock } = parts;
  const registry = openRegistry(database, clock);
  const book = openAddressBook(database);
  const tables = new LogTables(database, clock);
  const log = new ReplicatedLog(parts, tables, [
    new LoggedRegistry(registry, database, clock),
    new LoggedBook(book, database),
  ]);
  return {
    registry,
    book: withImports(book, database, tables),
    get unsent() {
      return log.unsent;
    },
    get isSettled() {
      return log.isSettled;
    },
    start: (cluster) => log.start(cluster),
    close: () => log.close(),
  };
}

/** All addresses of an import are seen by another node at once, or none of them. */
function withImports(
  book: StoredBook,
  database: ReplicationParts["database"],
  tables: LogTables,
): StoredBook {
  return {
    get size() {
      return book.size;
    },
    list: () => book.list(),
    entry: (email) => book.entry(email),
    find: (email) => book.find(email),
    add: (email, name) => book.add(email, name),
    remove: (email) => book.remove(email),
    apply: (command) => book.apply(command),
    prepare: (command) => book.prepare(command),
    import: (addresses) => {
      const { apply, done } = book.prepare({ op: "put", addresses });
      return database.changed(() => tables.inBatch(newBatch(), apply), done);
    },
  };
}
