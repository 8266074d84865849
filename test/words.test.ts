/** Words of our screens: plain spoken English. These are the ones that readers stumbled over; docs too are free of the worst. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { filesIn, src, textsOf } from "./source-text.ts";

/** What is said today instead stands beside each. */
const STUMBLED_OVER: readonly (readonly [RegExp, string])[] = [
  [/\bnone like that\b/, "no connection matches"],
  [/\bwhat for\?/, "cannot write .png; choose …"],
  [/\bis no question\b/, "is refused"],
  [/\b(?:who|what|which|when|where)ever\b/i, "name who or what is meant"],
  [/\b(?:no|some|any)body\b(?!@)/i, "the client, the program, the server …"],
  [/\bbehind\b/, "after"],
  [/\b(?:the|a) door\b/, "closes the connection, refuses it"],
  [
    /\bis (?:no|none)\b (?!(?:longer|more|such|other|registry|server|lab|script|role|entry|need|prompt|place)\b)/,
    "is not a …",
  ],
  [/\b(?:wants|want) (?!it\b|to\b)/, "needs"],
  [/\bsays nothing of\b/, "does not say"],
  [/\bput before\b|\bstands? (?:last|first|before|behind|alone)\b/, "comes last, comes before"],
];

const sentences = (file: string) =>
  textsOf(readFileSync(path.join(src, file), "utf8")).filter(({ text }) => /\S \S/.test(text));

/** Cards are written for their own reader, and held to their own rules. */
const files = filesIn("").filter((file) => !file.startsWith("diagnoses/"));

describe("a sentence of ours", () => {
  it.each(STUMBLED_OVER)("does not say %s, but: %s", (words) => {
    const wrong = files.flatMap((file) =>
      sentences(file).flatMap(({ text, line }) => (words.test(text) ? [`${file}:${line} ${text}`] : [])),
    );
    expect(wrong).toEqual([]);
  });
});

describe("a page of the reference", () => {
  const folder = path.join(import.meta.dirname, "../docs/reference");
  it.each(readdirSync(folder).filter((name) => name.endsWith(".md")))("%s has none of them", (name) => {
    const lines = readFileSync(path.join(folder, name), "utf8").split("\n");
    expect(lines.filter((line) => STUMBLED_OVER.some(([words]) => words.test(line)))).toEqual([]);
  });
});
