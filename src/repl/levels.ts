/**
 * Levels: how much an operator may do. The level is that of the way by which the operator came in - a socket, a page -, and each command and each
 * guarded option names the one that it needs; `evaluator.ts` compares the two, and nothing else does.
 */
import * as z from "zod";
import { flagOf } from "../catalogue/instance-options.ts";
import { NetlabError } from "../errors.ts";

/** From the least to the most: look; change what is played; be the user of the daemon. */
export const LEVELS = ["observe", "operate", "own"] as const;
export type Level = (typeof LEVELS)[number];

export const reaches = (level: Level, needed: Level): boolean =>
  LEVELS.indexOf(level) >= LEVELS.indexOf(needed);

/** Throws where a command is beyond this level. */
export function refuseBeyond(level: Level, command: { readonly name: string; readonly level: Level }): void {
  if (reaches(level, command.level)) return;
  throw new NetlabError("needs-level/command", { command: command.name, needed: command.level, level });
}

/** Throws where an option was given that is beyond this level, e.g. `--show-tokens`: its schema says `.meta({ level: "own" })`. */
export function refuseOptionsBeyond(
  level: Level,
  command: string,
  { shape }: z.ZodObject,
  given: Readonly<Record<string, unknown>>,
): void {
  for (const [key, schema] of Object.entries(shape)) {
    const needed = levelOf(schema);
    const isGiven = given[key] !== undefined && given[key] !== false;
    if (needed === undefined || !isGiven || reaches(level, needed)) continue;
    throw new NetlabError("needs-level/option", { command, option: flagOf(key), needed, level });
  }
}

/** Level that an option needs; undefined: that of its command. Of one that says a word that is no level, the highest. */
export function levelOf(schema: z.core.$ZodType | undefined): Level | undefined {
  if (!schema) return undefined;
  const said = z.globalRegistry.get(schema)?.level;
  if (said !== undefined) return LEVELS.find((level) => level === said) ?? "own";
  return levelOf((schema._zod.def as { readonly innerType?: z.core.$ZodType }).innerType);
}
