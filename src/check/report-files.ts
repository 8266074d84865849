/**
 * Files of a report. Its life: 1. before the first case each file gets a report of zero that says that the run did not end → 2. at the
 * end each is replaced in one step. So a crash of the checker is neither full marks nor half a file.
 */
import { randomUUID } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { type FormatName, type FormatOptions, formats } from "./formats/formats.ts";
import type { Report } from "./report.ts";

export interface FormatTarget {
  readonly format: FormatName | "text";
  /** Undefined: standard output. */
  readonly file: string | undefined;
}

export const FORMAT_NAMES = ["text", ...Object.keys(formats)] as readonly FormatTarget["format"][];

/** `junit=results.xml`. Undefined: there is no such format. */
export function formatTarget(word: string): FormatTarget | undefined {
  const [name = "", ...rest] = word.split("=");
  const format = FORMAT_NAMES.find((one) => one === name);
  const file = rest.join("=");
  return format && { format, file: file === "" ? undefined : file };
}

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
    await replaceFile(file, format === "text" ? textOf(report) : formats[format](report, options));
  }
}

/** A reader sees the old one or the new one. A device or a pipe is written as it is. */
async function replaceFile(file: string, text: string): Promise<void> {
  if (file.startsWith("/dev/")) return await writeFile(file, text);
  const fresh = `${file}.${randomUUID().slice(0, 8)}`;
  try {
    await writeFile(fresh, text);
    await rename(fresh, file);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}
