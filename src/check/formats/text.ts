/** A report for a terminal of 80 columns: a line a case, then a card for each that failed, and what it comes to. */
import { printable } from "../../printable.ts";
import { type Style, styleOf } from "../../repl/style.ts";
import { wrapped } from "../../repl/wrapped.ts";
import { type Ended, endedOutput, type Report, type Result, type TranscriptLine } from "../report.ts";

const COLUMNS = 80;
const LABEL = 10;
/** Of a conversation, its end: there it went wrong. */
const SHOWN_LINES = 6;
const SHOWN_CHARACTERS = 48;
const OUTPUT_LINES = 4;
const BUILD_LINES = 16;
/** More cards than these are not read: the first mistakes often cause the others. */
const MAX_CARDS = 8;

export function text(report: Report, style: Style = styleOf(false)): string {
  const { results, ended } = report;
  // Counts of nothing are no verdict.
  if (ended?.code === "not-reached")
    return [...head(report, style), "", ...wrapped(sentence(ended), COLUMNS).map(style.bad)].join("\n");
  const told = results
    .filter(({ status, follows }) => status === "error" || (status === "failed" && follows === null))
    .toSorted((one, other) => GRADES.indexOf(one.grade) - GRADES.indexOf(other.grade));
  return [
    ...head(report, style),
    ...(results.length > 0
      ? ["", ...results.map((result) => caseLine(result, widthOf(results), style))]
      : []),
    ...told.slice(0, MAX_CARDS).flatMap((result) => ["", ...card(result, style)]),
    ...inShort(told.slice(MAX_CARDS), style),
    ...consequences(results, style),
    ...reasons(results, style),
    ...(ended ? ["", ...endLines(ended, report, style)] : []),
    "",
    ...summary(report, style),
    ...(told.length > 1 ? next(told) : []),
  ].join("\n");
}

const sentence = ({ message }: Ended) => `${printable(message)}.`;

const GRADES: readonly Result["grade"][] = ["MUST", "SHOULD", "INFO"];

/** Failures without their cards. */
function inShort(failed: readonly Result[], style: Style): string[] {
  if (failed.length === 0) return [];
  const lines = failed.flatMap(({ id, message }) => {
    const [first = "", ...rest] = wrapped(`${id}: ${spoken(message)}`, COLUMNS - 4);
    return [`  ${first}`, ...rest.slice(0, 1).map((line) => `    ${line}`)];
  });
  return ["", style.bold("failed too (--case ID shows the card of one):"), ...lines];
}

/** Messages hold escapes of their own already. */
const spoken = (message: string) => printable(message).replaceAll("\\\\", "\\");

/** First a MUST: others may fail because of it. */
const next = ([first]: readonly Result[]) =>
  first ? [`Mend ${first.id} first, and try it alone:`, `  ${first.again}`] : [];

function head({ role, side, program, box }: Report, style: Style): string[] {
  const what = program.run ?? program.at ?? "";
  const kind = box.kind === "bwrap" || box.kind === "unshare" ? `, in a box (${box.kind})` : "";
  return [style.bold(cut(`${role} ${side}: ${printable(what)}${kind}`, COLUMNS))];
}

const MARKS = {
  passed: "ok",
  failed: "FAIL",
  skipped: "skip",
  unimplemented: "none",
  error: "ours",
} as const;

const widthOf = (results: readonly Result[]) => Math.max(...results.map(({ id }) => id.length), 0);

function caseLine({ status, grade, id, title, flaky }: Result, width: number, style: Style): string {
  const mark = flaky ? "flaky" : MARKS[status];
  const paint = PAINTS[status];
  const line = cut(`${mark.padEnd(5)} ${grade.padEnd(6)} ${id.padEnd(width)}  ${title}`, COLUMNS);
  return flaky ? style.odd(line) : paint(style)(line);
}

const PAINTS: Readonly<Record<Result["status"], (style: Style) => (line: string) => string>> = {
  passed: () => (line) => line,
  failed: (style) => style.bad,
  skipped: (style) => style.dim,
  unimplemented: (style) => style.odd,
  error: (style) => style.odd,
};

const cut = (line: string, columns: number) =>
  line.length > columns ? `${line.slice(0, columns - 1)}…` : line;

function card(result: Result, style: Style): string[] {
  const { id, grade, title, rule, ruleText, status, message, likely, output, transcript, again } = result;
  const row = (label: string, value: string) =>
    wrapped(value, COLUMNS - LABEL - 2).map(
      (line, index) => `  ${index === 0 ? style.accent(label.padEnd(LABEL)) : " ".repeat(LABEL)}${line}`,
    );
  const [first] = likely;
  return [
    ...wrapped(`${id}  ${grade}: ${title}`, COLUMNS).map((line) => style.bold(style.bad(line))),
    ...(ruleText ? row("rule", `[${rule}] ${ruleText}`) : []),
    ...row(status === "error" ? "our fault" : "failed", spoken(message)),
    ...conversation(transcript).flatMap((line, index) => row(index === 0 ? "wire" : "", line)),
    ...(first ? row("likely", `${first.id} ${first.title}. ${first.cause}`) : []),
    ...(first?.advice.slice(0, 2).flatMap((line, index) => row(index === 0 ? "change" : "", line)) ?? []),
    ...lastLines(output).flatMap((line, index) => row(index === 0 ? "printed" : "", line)),
    // In one piece, so that it can be copied.
    `  ${style.accent("again")}`,
    `    ${again}`,
  ];
}

/** `+0.032 s  → "26 +"`: what the checker said, and the reads as they came. */
function conversation(lines: readonly TranscriptLine[]): string[] {
  const isMany = new Set(lines.map(({ connection }) => connection)).size > 1;
  const left = lines.length - SHOWN_LINES;
  const shown = lines.slice(-SHOWN_LINES).map(({ at, connection, dir, text: said, note }) => {
    const time = `+${(at / 1_000).toFixed(3)} s`;
    const who = isMany ? ` ${connection}` : "";
    const words = dir === "note" ? note : `${dir === "out" ? "→" : "←"} "${cut(said, SHOWN_CHARACTERS)}"`;
    return `${time}${who}  ${words}`;
  });
  return left > 0 ? [`(${left} lines before)`, ...shown] : shown;
}

const lastLines = (output: string) =>
  output
    .trimEnd()
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-OUTPUT_LINES)
    .map((line) => cut(printable(line), COLUMNS - LABEL - 2));

/** Cases that failed as another one did, whose card is told. */
function consequences(results: readonly Result[], style: Style): string[] {
  const groups = grouped(
    results.filter(({ follows }) => follows !== null),
    ({ follows }) => follows ?? "",
  );
  return groups.flatMap(([first, ids]) => [
    "",
    ...wrapped(`failed for the same reason as ${first}: ${ids.join(", ")}`, COLUMNS).map(style.bad),
  ]);
}

/** Why cases were not judged: each reason once, with its cases. */
function reasons(results: readonly Result[], style: Style): string[] {
  const left = results.filter(({ status }) => status === "skipped" || status === "unimplemented");
  const lines = grouped(left, ({ message }) => message).flatMap(([message, ids]) =>
    wrapped(`not judged: ${ids.join(", ")}: ${message}`, COLUMNS).map((line) => style.dim(line)),
  );
  return lines.length === 0 ? [] : ["", ...lines];
}

function grouped(results: readonly Result[], keyOf: (result: Result) => string): [string, string[]][] {
  const groups = new Map<string, string[]>();
  for (const result of results) {
    const key = keyOf(result);
    groups.set(key, [...(groups.get(key) ?? []), result.id]);
  }
  return [...groups];
}

function endLines({ code, message }: Ended, report: Report, style: Style): string[] {
  const output = endedOutput(report);
  const lines = code === "not-built" ? firstLines(output) : lastLines(output);
  return [
    ...wrapped(`ended early: ${printable(message)}`, COLUMNS).map((line) => style.bad(line)),
    ...lines.map((line) => `  ${line}`),
  ];
}

/** Lines that fit stay as they are: a compiler points at columns. */
const inLines = (line: string) => (line.length <= COLUMNS - 2 ? [line] : wrapped(line, COLUMNS - 2));

/** A compiler's first error is the one to mend: those after it often follow from it. */
function firstLines(output: string): string[] {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  const more = lines.length - BUILD_LINES;
  const shown = lines.slice(0, BUILD_LINES).flatMap((line) => inLines(printable(line)));
  return more > 0 ? [...shown, `(${more} more ${more === 1 ? "line" : "lines"})`] : shown;
}

function summary({ score, results, seed, ms }: Report, style: Style): string[] {
  const of = (status: Result["status"]) => results.filter((one) => one.status === status);
  const failed = of("failed");
  const musts = failed.filter(({ grade }) => grade === "MUST").length;
  const counts = [
    `${of("passed").length} passed`,
    failed.length === 0
      ? ""
      : `${failed.length} failed${musts > 0 ? ` (${musts} of them MUST)` : " (no MUST)"}`,
    ...(["skipped", "unimplemented"] as const).map((status) => counted(of(status).length, status)),
    counted(of("error").length, "not judged by a fault of the checker"),
    counted(results.filter(({ flaky }) => flaky).length, "flaky"),
  ].filter((part) => part !== "");
  const paint = musts > 0 ? style.bad : style.good;
  return wrapped(
    `${counts.join(", ")}: ${score.got} of ${score.max} points, in ${(ms / 1_000).toFixed(1)} s, seed ${seed}`,
    COLUMNS,
  ).map((line) => style.bold(paint(line)));
}

const counted = (count: number, word: string) => (count === 0 ? "" : `${count} ${word}`);
