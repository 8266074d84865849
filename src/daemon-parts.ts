/** Parts of a daemon that its configuration alone decides. */
import { type Config, schemaFile } from "./config.ts";
import { messageOf } from "./errors.ts";
import { Log } from "./log.ts";
import { LabDatabase } from "./stores/database.ts";
import { leaveLog } from "./stores/log-leaving.ts";

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
