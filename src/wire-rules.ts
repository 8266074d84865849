/** The rules of the wire as sentences, from docs/wire.md itself: what `explain` quotes is what is written there. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { packageFolder } from "./places.ts";

const page = path.join(packageFolder, "docs/wire.md");
const RULE = /^- \[([A-Z]+-\d+)\] /;
/** Behind a sentence that ends beyond this, the rest is left to the page. */
const ENOUGH_CHARACTERS = 160;

let rules: ReadonlyMap<string, string> | undefined;

/** By id, whole and without marks. Empty where the page was not installed. */
export function wireRules(): ReadonlyMap<string, string> {
  rules ??= existsSync(page) ? parseRules(readFileSync(page, "utf8")) : new Map();
  return rules;
}

/** The rule's first sentences; undefined: there is none of this id. */
export function ruleInShort(id: string): string | undefined {
  const rule = wireRules().get(id);
  if (rule === undefined || rule.length <= ENOUGH_CHARACTERS * 1.5) return rule;
  const end = /[.;] /.exec(rule.slice(ENOUGH_CHARACTERS));
  return end ? `${rule.slice(0, ENOUGH_CHARACTERS + end.index + 1)} …` : rule;
}

function parseRules(markdown: string): Map<string, string> {
  const found = new Map<string, string>();
  let id: string | undefined;
  for (const line of markdown.split("\n")) {
    const start = RULE.exec(line);
    const isContinued = start === null && id !== undefined && /^ {2}\S/.test(line);
    if (start) id = start[1];
    else if (!isContinued) id = undefined;
    if (id === undefined) continue;
    const text = plain(start ? line.slice(start[0].length) : line.trim());
    found.set(id, [found.get(id), text].filter((part) => part !== undefined).join(" "));
  }
  return found;
}

/** Markdown's marks mean nothing on a terminal. */
const plain = (text: string) => text.replace(/\*\*|`/g, "");
