/** Schemas of documents that need no daemon: of a check's report, and of what the doctor says; as they are read. */
import { z } from "zod";
import { reportSchema } from "../../src/check/report-schema.ts";
import { examinationSchema } from "../../src/doctor/examination-schema.ts";

export const checkReportSchema = () => schemaText(reportSchema, "netlab-check/1: the report of a check");
export const doctorSchema = () => schemaText(examinationSchema, "netlabctl doctor --json");

function schemaText(described: z.ZodType, title: string): string {
  const { $schema, ...rest } = z.toJSONSchema(described, { io: "input" });
  return `${JSON.stringify({ $schema, title, ...rest }, undefined, 2)}\n`;
}
