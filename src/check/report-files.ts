/**
 * Files of a report. Its life: 1. before the first case each file gets a report of zero that says that the run did not end → 2. at the
 * end each is replaced in one step. So a crash of the checker is neither full marks nor half a file.
 */
import { notWritten } from "../os/not-written.ts";
import { type Target, targetOf } from "./formats/format-target.ts";
import { type FormatName, type FormatOptions, formats } from "./formats/formats.ts";
import { replaceFile } from "./replace-file.ts";
import type { Report } from "./report.ts";

export type FormatTarget = Target<FormatName | "text">;

export const FORMAT_NAMES = ["text", ...Object.keys(formats)] as readonly FormatTarget["format"][];

/** `junit=results.xml`. Undefined: there is no such format. */
export const formatTarget = (word: string): FormatTarget | undefined => targetOf(word, FORMAT_NAMES);

/** Facts that are known before the first case. */
export type Beginning = Pick<Report, "version" | "role" | "side" | "seed" | "started" | "box" | "program">;

export function unfinishedReport(beginning: Beginning): Report {
  return {
    ...beginning,
    format: "netlab-check/1",
    ms: 0,
    score: { got: 0, max: 0 },
    results: [],
    ended: { code: "unfinished", message: "the check did not come to its end" },
  };
}

/** Writes into the files among the targets; those without one are standard output's, and the caller's. */
export async function writeReport(
  report: Report,
  targets: readonly FormatTarget[],
  textOf: (report: Report) => string,
  options: FormatOptions = {},
): Promise<void> {
  for (const { format, file } of targets) {
    if (file === undefined) continue;
    const written = format === "text" ? `${textOf(report)}\n` : formats[format](report, options);
    await replaceFile(file, written).catch((error: unknown) => {
      throw notWritten(file, error);
    });
  }
}
