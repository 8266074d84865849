/** The table of causes, and its page in the docs. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { causeText } from "../../src/stories/cause-text.ts";
import {
  argsOf,
  type Cause,
  cause,
  causeCodes,
  refusalCause,
  remarkCause,
  rowOf,
} from "../../src/stories/causes.ts";

const root = path.join(import.meta.dirname, "../..");
const page = readFileSync(path.join(root, "docs/causes.md"), "utf8");

/** Every number 5000 and every word `…`, so that the page can show each sentence. */
function sampleOf(code: Cause["code"]): Cause {
  const args = Object.entries(rowOf(code).args).map(([name, kind]) => [
    name,
    kind === "number" ? 5_000 : "…",
  ]);
  return { code, args: Object.fromEntries(args) };
}

function lineOf(code: Cause["code"]): string {
  const { level, rule, args } = rowOf(code);
  const names = Object.entries(args).map(([name, kind]) => `\`${name}\`: ${kind}`);
  return `| \`${code}\` | ${level} | ${rule ?? ""} | ${names.join(", ")} | ${causeText(sampleOf(code))} |`;
}

describe("docs/causes.md", () => {
  it("lists the causes of the table, in its order, with level, rule, arguments and words", () => {
    const listed = page.split("\n").filter((line) => line.startsWith("| `"));
    expect(listed).toEqual(causeCodes.map(lineOf));
  });
});

describe("the table of causes", () => {
  it("has no code that nothing makes", () => {
    const sources = readdirSync(path.join(root, "src"), { recursive: true, encoding: "utf8" })
      .filter(
        (file) => file.endsWith(".ts") && !/\b(cause-table|server-causes|client-causes)\.ts$/.test(file),
      )
      .map((file) => readFileSync(path.join(root, "src", file), "utf8"));
    expect(causeCodes.filter((code) => !sources.some((source) => source.includes(`"${code}"`)))).toEqual([]);
  });

  it("has a sentence for each that is of one line, and ends without a full stop", () => {
    for (const code of causeCodes)
      expect(causeText(sampleOf(code)), code).not.toMatch(/\n|\.$|undefined|NaN/);
  });
});

describe("a cause", () => {
  it("is its code, its rule and its arguments, and nothing else", () => {
    expect(cause("message-too-long", { limit: 100 })).toEqual({
      code: "message-too-long",
      rule: "FRAME-7",
      args: { limit: 100 },
    });
    expect(cause("stopped", {})).toEqual({ code: "stopped" });
    expect(cause("file-cut", { name: "a", size: 2, limit: 1 }, "ECHO-2").rule).toBe("ECHO-2");
  });

  it("survives JSON and structuredClone, and says the same", () => {
    for (const code of causeCodes) {
      const sample = sampleOf(code);
      expect(JSON.parse(JSON.stringify(sample))).toEqual(sample);
      expect(causeText(structuredClone(sample))).toBe(causeText(sample));
    }
  });

  it("tells its arguments to who asks by its code alone", () => {
    const tooMany = cause("too-many-connections", { limit: 4 });
    expect(argsOf(tooMany, "too-many-connections")).toEqual({ limit: 4 });
    expect(argsOf(tooMany, "no-descriptors")).toBeUndefined();
    expect(argsOf(undefined, "no-descriptors")).toBeUndefined();
  });

  it("of a user's role is its sentence", () => {
    expect(refusalCause("GUESS-2", "out of range")).toEqual({
      code: "role",
      rule: "GUESS-2",
      args: { text: "out of range" },
    });
    expect(remarkCause("hm")).toEqual({ code: "role", args: { text: "hm" } });
    expect(remarkCause(cause("wrong-token", {}))).toEqual(cause("wrong-token", {}));
  });

  it("lets only the peer's words be hidden, never our own", () => {
    const said = cause("no-clock-request", { said: "clock t" });
    expect(causeText(said, (words) => words.replaceAll("t", "*"))).toBe('"clock *" is not a clock request');
  });
});

/** Where sentences of facts are made, for people: nowhere else may anybody have one. */
const EDGE = [
  "capture",
  "charts",
  "doctor/finding-text.ts",
  "journaling.ts",
  "lab/documents.ts",
  "log.ts",
  "errors.ts",
  "repl",
  "standalone",
  "stories",
  "web/sources",
];
/** What the card of a refused record quotes. */
const QUOTES = ["diagnoses/no-records.ts"];

describe("the words of facts", () => {
  const files = readdirSync(path.join(root, "src"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => ({ file, source: readFileSync(path.join(root, "src", file), "utf8") }));

  it("are made at the edge alone", () => {
    const makers = files.filter(({ source }) => /from ".*(?:cause|entry)-text\.ts"/.test(source));
    const others = makers.filter(
      ({ file }) => ![...EDGE, ...QUOTES].some((place) => file === place || file.startsWith(`${place}/`)),
    );
    expect(others.map(({ file }) => file)).toEqual([]);
  });

  it("are taken apart by nobody", () => {
    const made = String.raw`(?:causeText|reasonOf|describeEntry|actionText)\([^\n]*\)`;
    const parsing = new RegExp(
      String.raw`\.(?:test|exec|match)\(\s*${made}|${made}\.(?:match|startsWith|endsWith|includes|slice|split)\(`,
    );
    expect(files.filter(({ source }) => parsing.test(source)).map(({ file }) => file)).toEqual([]);
  });
});
