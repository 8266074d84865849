/** What docs/tour.md says is typed can be typed: every command, option and file in it exists. */
import { existsSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { expect, it } from "vitest";
import { z } from "zod";
import { commandTable } from "../src/repl/command-folder.ts";
import { wordsSoFar } from "../src/repl/line-words.ts";
import { parseShape } from "../src/repl/parse-command.ts";
import { lineFilter } from "../src/terminal/line-filter.ts";
import { statementsOf } from "../src/terminal/typed-line.ts";

const checkout = join(import.meta.dirname, "..");
const tour = readFileSync(join(checkout, "docs/tour.md"), "utf8");
const screens = [...tour.matchAll(/^```\w*\n([\s\S]*?)^```$/gm)].flatMap(([, text = ""]) => text.split("\n"));
const typedBehind = (prompt: string) =>
  screens.filter((line) => line.startsWith(prompt)).map((line) => line.slice(prompt.length).trim());

const commands = await commandTable();
const scripts = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8")).scripts;

/** Throws where a command does not take these words. */
function checkLine(line: string): void {
  for (const { command, filters } of statementsOf(line, traitsOf)) {
    const [name = "", ...argv] = wordsSoFar(command).map(({ text }) => text);
    const known = commands.get(name);
    if (known) parseShape(known, known.options ?? z.object({}), argv);
    // Otherwise it is code: two plain words are none, and a word alone would be a mistyped command.
    else expect(stripTypeScriptTypes(command)).not.toMatch(/^[\w-]+$/);
    for (const filter of filters) lineFilter(filter);
  }
}

function traitsOf(name: string) {
  const command = commands.get(name);
  return command && { takesRestOfLine: command.takesRestOfLine === true };
}

it("shows screens, of at most 80 columns", () => {
  expect(typedBehind("netlab> ").length).toBeGreaterThan(8);
  expect(screens.filter((line) => [...line].length > 80)).toEqual([]);
});

it.each(typedBehind("netlab> "))("netlab> %s", (line) => {
  checkLine(line);
});

it.each(typedBehind("$ "))("$ %s", (line) => {
  const [program, first = "", ...rest] = line.split(" ");
  if (program === "npm") expect(first === "ci" || first in scripts).toBe(true);
  else if (program === "python3") expect(existsSync(join(checkout, first))).toBe(true);
  else {
    expect([program, first]).toEqual(["npx", "netlabctl"]);
    if (rest.length > 0) checkLine(rest.join(" "));
  }
});
