/** Progress of a grading: a bar on a terminal; else a line a hand-in, or a server of the matrix, on standard error. */
import { SingleBar } from "cli-progress";
import prettyMs from "pretty-ms";
import { pointsText } from "../check/grade/grade-folder.ts";
import type { GradedLine } from "../check/grade/graded.ts";
import type { MatrixProgress } from "../check/matrix/matrix.ts";
import type { Cell } from "../check/matrix/pair.ts";
import { printable } from "../printable.ts";
import { styleOf } from "../repl/style.ts";
import type { StandaloneCall } from "./standalone-command.ts";

type Terminal = Pick<StandaloneCall<unknown>, "err" | "isJson" | "hasColors">;

export interface GradeProgress {
  graded(line: GradedLine, ms: number): void;
  stop(): void;
}

export function gradeProgress(total: number, { err, isJson, hasColors }: Terminal): GradeProgress {
  let count = 0;
  if (process.stderr.isTTY && !isJson) {
    const bar = barOf(total);
    return {
      graded: (line) => bar.increment(1, { name: named(`${printable(line.shownAs)}: ${pointsText(line)}`) }),
      stop: () => bar.stop(),
    };
  }
  const style = styleOf(hasColors);
  return {
    graded: (line, ms) => {
      count += 1;
      const failed = line.mustFailed > 0 ? `  ${line.mustFailed} MUST lost` : "";
      const text = `${count} of ${total}  ${printable(line.shownAs)}: ${pointsText(line)}${failed}  ${prettyMs(ms)}`;
      err(line.points === null ? style.bad(`${text}  ${printable(line.remark)}`) : text);
    },
    stop: () => undefined,
  };
}

export interface PairProgress {
  played(cell: Cell, progress: MatrixProgress): void;
  stop(): void;
}

export function pairProgress({ err, isJson }: Terminal): PairProgress {
  if (process.stderr.isTTY && !isJson) {
    let bar: SingleBar | undefined;
    return {
      played: ({ client, server, verdict }, { of }) => {
        bar ??= barOf(of);
        bar.increment(1, { name: named(`${printable(client)} with ${printable(server)}: ${verdict}`) });
      },
      stop: () => bar?.stop(),
    };
  }
  return {
    // So many lines as there are pairs are read by no one.
    played: ({ server }, { cells, of }) => {
      if (cells % LINE_EVERY === 0 || cells === of)
        err(`matrix: ${cells} of ${of} pairs, now with ${printable(server)}`);
    },
    stop: () => undefined,
  };
}

const LINE_EVERY = 25;

function barOf(total: number): SingleBar {
  const bar = new SingleBar({
    stream: process.stderr,
    format: "{bar} {value} of {total}  {name}",
    barsize: 24,
    clearOnComplete: true,
    hideCursor: true,
  });
  bar.start(total, 0, { name: "" });
  return bar;
}

/** Of one width, so that a longer one before leaves nothing behind. */
const named = (text: string) => text.slice(0, NAME_WIDTH).padEnd(NAME_WIDTH);
const NAME_WIDTH = 40;
