/** The reference and the manual pages are made from the program: these are the ones in the checkout. */
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeReference } from "../scripts/make-reference.ts";
import { commandTable, distinct } from "../src/repl/command-folder.ts";

const checkout = join(import.meta.dirname, "..");
const hasGroff = spawnSync("groff", ["--version"]).status === 0;
const made = await makeReference();

describe.each([...made])("%s", (name, text) => {
  it("is as the program makes it now; if not: npm run reference", () => {
    const kept = readFileSync(join(checkout, name), "utf8");
    if (kept !== text)
      throw new Error(`${name} is not current: run npm run reference, and commit what it writes`);
  });

  it("names nothing of the machine that it was made on", () => {
    expect(text).not.toMatch(/\/(home|root|tmp|Users)\//);
  });
});

it("the reference explains every command", async () => {
  const page = made.get("docs/reference/commands.md") ?? "";
  const titles = [...page.matchAll(/^### (\S+)$/gm)].map(([, title]) => title);
  expect(titles.sort()).toEqual(
    distinct(await commandTable())
      .map(({ name }) => name)
      .sort(),
  );
});

describe.skipIf(!hasGroff)("a manual page (skipped without groff)", () => {
  it.each([...made.keys()].filter((name) => name.endsWith(".1")))("%s is one, without a warning", (name) => {
    const groff = spawnSync("groff", ["-man", "-Tutf8", "-ww", join(checkout, name)], { encoding: "utf8" });
    expect(groff.stderr).toBe("");
    const shown = execFileSync("groff", ["-man", "-Tascii", "-P-cbou", join(checkout, name)], {
      encoding: "utf8",
    });
    expect(shown).toMatch(/^EXIT STATUS$/m);
    expect(shown).toMatch(/^ {7}--socket <path>$/m);
  });
});
