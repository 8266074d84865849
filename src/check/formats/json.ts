/** The report itself: docs/reference/check-report.schema.json says what stands in it. */
import { escapedJson } from "../../printable.ts";
import type { Report } from "../report.ts";

export const jsonText = (report: Report) => `${escapedJson(JSON.stringify(report, undefined, 2))}\n`;
