/** The command table: one file each in `commands/`, found by scanning the folder once. */
import { readdir } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { codeSubfolder } from "../places.ts";
import type { Command } from "./command.ts";

const folder = codeSubfolder("repl/commands");

export type CommandTable = ReadonlyMap<string, Command>;

let table: Promise<CommandTable> | undefined;

/** By name and alias; the same table for everybody. */
export function commandTable(): Promise<CommandTable> {
  table ??= scan();
  return table;
}

async function scan(): Promise<CommandTable> {
  const names = (await readdir(folder)).filter((name) => /^[^_.][^.]*\.[jt]s$/.test(name)).sort();
  const modules = await Promise.all(names.map((name) => import(pathToFileURL(path.join(folder, name)).href)));
  const commands = new Map<string, Command>();
  for (const { default: command } of modules as { default: Command }[]) {
    for (const name of [command.name, ...(command.aliases ?? [])]) {
      if (commands.has(name)) throw new Error(`two commands are called ${name}`);
      commands.set(name, command);
    }
  }
  return commands;
}

/** Each command once, by name. */
export const distinct = (commands: CommandTable): Command[] =>
  [...new Set(commands.values())].sort((a, b) => (a.name < b.name ? -1 : 1));
