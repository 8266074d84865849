/**
 * TAP 14: a line a test, and what is to be said of it as YAML below. A failure that fails no run is TODO, which every harness lets
 * pass and shows.
 */
import { stringify } from "yaml";
import { carried, tailOf } from "./_safe-text.ts";
import { hasFailed, type Test, type TestRun } from "./test-run.ts";

export function tapText({ tests }: TestRun): string {
  const lines = tests.flatMap((test, index) => testLines(test, index + 1));
  return ["TAP version 14", `1..${tests.length}`, ...lines, ""].join("\n");
}

function testLines(test: Test, number: number): string[] {
  const isOk = test.status === "passed" || test.status === "skipped";
  const description = [test.name, test.title].filter((part) => part !== undefined).join(": ");
  const line = `${isOk ? "ok" : "not ok"} ${number} - ${escaped(description)}${directive(test)}`;
  const isPlain = test.status === "skipped" || (test.status === "passed" && !test.isFlaky);
  return isPlain ? [line] : [line, ...diagnostics(test)];
}

function directive(test: Test): string {
  if (test.status === "skipped") return ` # SKIP ${escaped(test.message ?? "")}`.trimEnd();
  if (test.status === "error" && !test.endsRun) return " # TODO a fault of netlabd's, not of the program";
  return test.tolerated !== undefined && test.status === "failed" ? ` # TODO ${escaped(test.tolerated)}` : "";
}

/** The words of a description are one line, and its own signs are not the format's. */
const escaped = (text: string) => carried(text.replace(/\s+/g, " ")).replace(/[\\#]/g, "\\$&");

const severityOf = (test: Test) =>
  test.status === "passed" ? "comment" : hasFailed(test) || test.endsRun ? "fail" : "todo";

function diagnostics(test: Test): string[] {
  const values = {
    message: test.message,
    severity: severityOf(test),
    type: test.facts?.rule === undefined ? test.type : undefined,
    duration_ms: Math.round(test.ms),
    ...test.facts,
    output: test.output === undefined || test.output === "" ? undefined : tailOf(test.output),
  };
  const yaml = stringify(safely(values), PLAIN_YAML).trimEnd();
  return ["  ---", ...yaml.split("\n").map((line) => `  ${line}`), "  ..."];
}

/** Texts in one line and in quotes, and no lists: readers of TAP know a part of YAML alone, and Perl's least of it. */
const PLAIN_YAML = {
  lineWidth: 0,
  defaultStringType: "QUOTE_DOUBLE",
  defaultKeyType: "PLAIN",
  doubleQuotedMinMultiLineLength: Number.POSITIVE_INFINITY,
} as const;

/** Every text in it made safe to carry; what is undefined is left out. */
function safely(value: unknown): unknown {
  if (typeof value === "string") return carried(value);
  if (Array.isArray(value)) return safely(value.join("; "));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(entries.map(([key, one]) => [key, safely(one)]));
}
