/**
 * Gradescope's `results.json`. Texts are sent as `text`: a hand-in's own words are in them, and every other format would let
 * them speak to the page.
 */
import { endedOutput, type Report, type Result } from "../report.ts";
import { cardText } from "./_card-text.ts";
import { carried, tailOf } from "./_safe-text.ts";
import { isOurs, summaryOf } from "./_tally.ts";

export interface GradescopeOptions {
  /** Points of the assignment; without them the sum of the weights. */
  readonly points?: number | undefined;
}

export function gradescopeDocument(report: Report, { points }: GradescopeOptions = {}): unknown {
  const { score, seed, box, role, side, version } = report;
  const scale = points === undefined || score.max === 0 ? 1 : points / score.max;
  return {
    // A check that fell says nothing about the program, and may not be taken for its verdict.
    score: isOurs(report) ? 0 : rounded(score.got * scale),
    execution_time: rounded(report.ms / 1_000),
    output: carried(summaryText(report)),
    output_format: "text",
    test_output_format: "text",
    test_name_format: "text",
    visibility: "visible",
    // Our own words of the run: for the instructor.
    stdout_visibility: "hidden",
    extra_data: {
      format: report.format,
      version,
      role,
      side,
      seed,
      box: box.kind,
      got: score.got,
      max: score.max,
      ended: report.ended?.code ?? null,
    },
    tests: report.results.map((result, index) => testOf(result, index + 1, scale)),
  };
}

function testOf(result: Result, number: number, scale: number) {
  const { id, title, rule, grade, weight, status, flaky } = result;
  const points = rounded(weight * scale);
  return {
    ...(isJudged(result)
      ? {
          score: status === "passed" ? points : 0,
          max_score: points,
          status: status === "passed" ? "passed" : "failed",
        }
      : {}),
    name: carried(`${id}: ${title}`),
    number: String(number),
    output: carried(outputText(result)),
    output_format: "text",
    tags: [grade, rule],
    visibility: "visible",
    extra_data: { grade, weight, rule, status, flaky, likely: result.likely.map((one) => one.id) },
  };
}

/** The same that the score counts: what is skipped takes no points away. */
const isJudged = ({ status }: Result) => status !== "skipped" && status !== "error";

function outputText(result: Result): string {
  const { status, message, output, flaky, grade } = result;
  if (status === "passed")
    return flaky ? `It passed only in some of ${result.tries.length} tries.\n${cardText(result)}` : message;
  if (status === "skipped") return `skipped: ${message}`;
  if (status === "unimplemented") return `not implemented: ${message}`;
  const said = output === "" ? "" : `\n\nLast output of the program:\n${tailOf(output)}`;
  const head = status === "error" ? "A fault of the checker: it costs no points.\n" : `${grade}: `;
  return `${head}${cardText(result)}${said}`;
}

function summaryText(report: Report): string {
  const { seed, box } = report;
  const words = endedOutput(report);
  const build = words === "" ? "" : `\n\n${tailOf(words)}`;
  const whose = isOurs(report) ? " This says nothing about your program; please tell your instructor." : "";
  return `${summaryOf(report)}.${whose}${build}\nSeed ${seed}, box ${box.kind}.`;
}

/** Hundredths: what a gradebook shows. */
const rounded = (value: number) => Math.round(value * 100) / 100;
