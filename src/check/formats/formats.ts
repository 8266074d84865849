/** Formats of a report, by the name that `--format` takes. Each is a pure function of the report. */
import type { Report } from "../report.ts";
import { runOf } from "./_report-run.ts";
import { ctrfDocument } from "./ctrf.ts";
import { gradescopeDocument } from "./gradescope.ts";
import { htmlText } from "./html.ts";
import { jsonText } from "./json.ts";
import { junitText } from "./junit.ts";
import { tapText } from "./tap.ts";

export interface FormatOptions {
  /** Points of the assignment, where a format counts in them. */
  readonly points?: number | undefined;
}

type Writer = (report: Report, options?: FormatOptions) => string;

export const formats = {
  json: jsonText,
  junit: (report) => junitText(runOf(report)),
  tap: (report) => tapText(runOf(report)),
  ctrf: (report) => indented(ctrfDocument(report)),
  gradescope: (report, options) => indented(gradescopeDocument(report, options)),
  html: (report) => htmlText(report),
} as const satisfies Readonly<Record<string, Writer>>;

export type FormatName = keyof typeof formats;

const indented = (document: unknown) => `${JSON.stringify(document, undefined, 2)}\n`;
