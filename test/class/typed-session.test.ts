/** Sessions that docs/class.md shows can be typed: every command, option and action in them exists, and no line is wider than a terminal. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { z } from "zod";
import { commandTable } from "../../src/repl/command-folder.ts";
import { wordsSoFar } from "../../src/repl/line-words.ts";
import { parseShape } from "../../src/repl/parse-command.ts";

const text = readFileSync(path.join(import.meta.dirname, "../../docs/class.md"), "utf8");
const blocks = [...text.matchAll(/^```\w*\n([\s\S]*?)^```$/gm)].map(([, block = ""]) => block.split("\n"));
const commands = await commandTable();

/** `$ netlabctl class` of a captured terminal, and `netlabctl class` of a list; what stands behind # or | is not the command's. */
const typed = blocks.flatMap((lines) =>
  lines.flatMap((line) => /^(?:\$ )?netlabctl (.*?)\s*(?: [#|] .*)?$/.exec(line)?.[1] ?? []),
);
const screens = blocks.filter((lines) => lines.some((line) => line.startsWith("$ ")));

/** Programs of their own, which know these words before a lab is asked. */
const OWN = ["check", "grade"];

it("a captured terminal has eighty columns, and more than ten commands", () => {
  expect(screens.flat().filter((line) => [...line].length > 80)).toEqual([]);
  expect(screens.flat().filter((line) => line.startsWith("$ ")).length).toBeGreaterThanOrEqual(10);
});

it.each([...new Set(typed)])("netlabctl %s", (line) => {
  const [name = "", ...argv] = wordsSoFar(line).map((word) => word.text);
  if (OWN.includes(name)) return;
  const command = commands.get(name);
  if (!command) throw new Error(`there is no command ${name}`);
  parseShape(command, command.options ?? z.object({}), argv);
});
