/** A report for a terminal of 80 columns: a line a case, a card for each that failed. */
import { printable } from "../../printable.ts";
import { type Style, styleOf } from "../../repl/style.ts";
import { wrapped } from "../../repl/wrapped.ts";
import type { Report, Result } from "../report.ts";

const COLUMNS = 80;
const LABEL = 9;

export function text(report: Report, style: Style = styleOf(false)): string {
  const { results } = report;
  const failed = results.filter(({ status }) => status === "failed" || status === "error");
  return [
    ...results.map((result) => caseLine(result, style)),
    ...failed.flatMap((result) => ["", ...card(result, style)]),
    "",
    summary(report),
  ].join("\n");
}

const caseLine = ({ status, grade, id, title }: Result, style: Style) => {
  const mark = status === "passed" ? "ok  " : status === "skipped" ? "skip" : "FAIL";
  const paint = mark === "FAIL" ? style.bad : style.dim;
  return paint(`${mark} ${grade.padEnd(6)} ${id}  ${title}`.slice(0, COLUMNS));
};

function card(result: Result, style: Style): string[] {
  const row = (label: string, value: string) =>
    wrapped(value, COLUMNS - LABEL - 2).map(
      (line, index) => `  ${index === 0 ? style.accent(label.padEnd(LABEL)) : " ".repeat(LABEL)}${line}`,
    );
  const [likely] = result.likely;
  return [
    style.bold(style.bad(`${result.id}  ${result.grade}: ${result.title}`)),
    ...(result.ruleText ? row("rule", `[${result.rule}] ${result.ruleText}`) : []),
    ...row("failed", printable(result.message)),
    ...(likely ? row("likely", `${likely.id} ${likely.title}. ${likely.cause}`) : []),
    `  ${style.accent("again".padEnd(LABEL))}${result.again}`,
  ];
}

function summary({ score, results, seed }: Report): string {
  const count = (status: Result["status"]) => results.filter((one) => one.status === status).length;
  return `${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} skipped: ${score.got} of ${score.max} points, seed ${seed}`;
}
