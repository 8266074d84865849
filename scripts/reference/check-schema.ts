/** `check-report.schema.json`: the schema of a check's report, as it is read. */
import { z } from "zod";
import { reportSchema } from "../../src/check/report-schema.ts";

export function checkReportSchema(): string {
  const schema = z.toJSONSchema(reportSchema, { io: "input" });
  const { $schema, ...rest } = schema;
  return `${JSON.stringify({ $schema, title: "netlab-check/1: the report of a check", ...rest }, undefined, 2)}\n`;
}
