/** Parts of a daemon that are made before any role. */
import type { Cluster } from "./cluster-keeper.ts";
import { type Config, schemaFile } from "./config.ts";
import { messageOf } from "./errors.ts";
import { Log } from "./log.ts";
import type { Clock, Registry } from "./machines/_world.ts";
import { type LabBook, openAddressBook } from "./stores/address-book.ts";
import { LabDatabase } from "./stores/database.ts";
import { leaveLog } from "./stores/log-leaving.ts";
import { OwnRegistries } from "./stores/own-registries.ts";
import { openRegistry } from "./stores/registry.ts";

export function newLog({ log, logLevel }: Config): Log {
  const colors = process.stderr.isTTY === true && !process.env.NO_COLOR;
  return new Log({ format: log, level: logLevel, colors });
}

export function openDatabase({ dataFolder, cluster }: Config, { logger }: Log): LabDatabase {
  const database = LabDatabase.open(dataFolder, schemaFile, {
    trouble: (sentence) => logger.warn(sentence),
    recovered: (sentence) => logger.info(sentence),
    bug: (error) => logger.error({ err: error }, `a store's answer threw: ${messageOf(error)}`),
  });
  if (!cluster) leaveLog(database);
  return database;
}

export interface Stores {
  readonly registry: Registry;
  /** Of students and groups: on this daemon alone, also where it is one of several. */
  readonly ownRegistries: OwnRegistries;
  readonly book: LabBook;
}

/** Registry and address book: the lab's own, or those that its nodes share. */
export function openStores(
  database: LabDatabase,
  parts: { readonly log: Log; readonly clock: Clock; readonly cluster: Cluster | undefined },
): Stores {
  const { log, clock, cluster } = parts;
  const { registry, book } = cluster?.openStores(database, (level, sentence) =>
    log.logger[level](sentence),
  ) ?? {
    registry: openRegistry(database, clock),
    book: openAddressBook(database),
  };
  return { registry, ownRegistries: new OwnRegistries(database, clock), book };
}

/** Tokens that registries may tell. */
export const tokensIn = ({ registry, ownRegistries }: Stores): string[] =>
  [registry.list(), ...ownRegistries.list().values()].flat().map(({ token }) => token);
