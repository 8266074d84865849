/** Commands that a card prints are read by the parsers that will read them: the shell's, and ours. */
import { spawnSync } from "node:child_process";
import { expect } from "vitest";
import { schemaOf } from "../../src/catalogue/instance-options.ts";
import type { Lab } from "../../src/lab/lab.ts";
import { commandTable } from "../../src/repl/command-folder.ts";
import { splitWords } from "../../src/repl/line-words.ts";
import { parseCall, parseShape } from "../../src/repl/parse-command.ts";
import { standalone } from "../../src/standalone/standalone-commands.ts";

/** In shell code: after `netlabctl`, up to what ends a command. In prose: `spawn role --option value`. */
const COMMANDS = /\bnetlabctl ((?:'[^']*'|[^;|\n#'])+)|\b(spawn [a-z-]+(?: --[a-z-]+(?: [\w./:]+)?)+)/g;

/** Throws where a command has words or options that do not exist. */
export async function expectsToBeKnown(text: string, lab: Lab): Promise<number> {
  const table = await commandTable();
  let count = 0;
  for (const [, inShell, inProse] of text.matchAll(COMMANDS)) {
    const line = (inShell ?? inProse ?? "").trim().replace(/[.,:]$/, "");
    const [name = "", ...argv] = splitWords(line).map(({ text: word }) => word);
    const command = table.get(name);
    const own = standalone.get(name);
    expect(command ?? own, line).toBeDefined();
    if (command) {
      const { options } = parseCall(command, argv, lab);
      const role = name === "spawn" ? lab.roles.get(argv[0] ?? "") : undefined;
      if (role) expect(schemaOf(role).safeParse(options).error, line).toBeUndefined();
    } else if (own)
      parseShape(own, typeof own.options === "function" ? await own.options() : own.options, argv, false);
    count += 1;
  }
  return count;
}

/** The command that shows it again, as the shell reads it and short enough to be read; and commands in sentences. */
export async function expectsToRunAsPrinted(prose: string, again: string, lab: Lab): Promise<void> {
  const { status, stderr } = spawnSync("bash", ["-n", "-c", again], { encoding: "utf8" });
  expect({ again, status, stderr }).toEqual({ again, status: 0, stderr: "" });
  expect(again.length, again).toBeLessThan(700);
  await expectsToBeKnown(again, lab);
  await expectsToBeKnown(prose, lab);
}
