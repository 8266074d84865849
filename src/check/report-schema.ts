/**
 * Schema of a report: docs/reference/check-report.schema.json is made of it, and `--resume` and readers of others' reports hold a
 * file against it. Reports may get more fields under `netlab-check/1`; none is taken away or changes its type.
 */
import * as z from "zod";
import type { Report } from "./report.ts";

const ms = z.number().min(0).describe("milliseconds");
const weight = z.number().min(0);
const status = z.enum(["passed", "failed", "skipped", "unimplemented", "error"]);
const hex = z.string().regex(/^([0-9a-f]{2})*$/);
const octets = z.object({ text: z.string().describe("with what no screen shows escaped"), hex });

const result = z.object({
  id: z.string().describe("rule and slug: CALC-2.division-by-zero"),
  title: z.string(),
  rule: z.string().describe("id of docs/wire.md"),
  ruleText: z.string().nullable(),
  grade: z.enum(["MUST", "SHOULD", "INFO"]),
  weight,
  status: status.describe("error is a fault of the checker and never counts against the program"),
  flaky: z.boolean().describe("passed in some tries alone; counts as passed"),
  tries: z.array(z.object({ status, ms, seed: z.string() })),
  ms,
  message: z.string().describe("the mistake in a sentence; of a skipped case, why"),
  follows: z
    .string()
    .nullable()
    .default(null)
    .describe("id of a case before it that failed for the same reason; null where there is none"),
  remarks: z.array(z.string()),
  expected: octets.nullable(),
  got: octets.nullable(),
  closing: z.enum(["clean", "reset"]).nullable(),
  likely: z
    .array(
      z.object({
        id: z.string().describe("id of docs/diagnoses.md"),
        title: z.string(),
        level: z.enum(["note", "violation"]),
        cause: z.string(),
        advice: z.array(z.string()),
      }),
    )
    .describe("the root cause first"),
  transcript: z.array(
    z.object({
      at: ms.describe("milliseconds since the case began"),
      connection: z.number().int().min(0),
      dir: z.enum(["out", "in", "note"]).describe("out: sent to the program; in: came from it"),
      hex,
      text: z.string(),
      note: z.string(),
    }),
  ),
  output: z.string().describe("last output of the program"),
  again: z.string().describe("command that does it again"),
});

export const reportSchema = z.object({
  format: z.literal("netlab-check/1"),
  version: z.string().describe("of the checker"),
  role: z.string(),
  side: z.enum(["server", "client"]),
  seed: z.number(),
  started: z.iso.datetime().describe("RFC 3339"),
  ms,
  box: z.object({ kind: z.enum(["bwrap", "unshare", "limits", "none"]), notes: z.array(z.string()) }),
  program: z.object({
    run: z.string().nullable(),
    at: z.string().nullable(),
    build: z
      .object({ command: z.string(), exit: z.number().int().nullable(), output: z.string() })
      .nullable(),
    exit: z.number().int().nullable(),
  }),
  score: z.object({ got: weight, max: weight }),
  results: z.array(result),
  ended: z
    .object({
      code: z.enum(["not-built", "not-started", "not-reached", "timed-out", "interrupted", "unfinished"]),
      message: z.string(),
      output: z.string().optional().describe("last words of a program that did not come to listen"),
    })
    .nullable()
    .describe("why the run ended before its last case"),
});

/** The compiler holds both to each other: a field that only one of them has is an error here. */
type Same<A, B> = A extends B ? (B extends A ? true : never) : never;
type Plain<T> = T extends readonly (infer One)[]
  ? Plain<One>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Plain<T[Key]> }
    : T;
export const isWhole: Same<Plain<z.output<typeof reportSchema>>, Plain<Report>> = true;
