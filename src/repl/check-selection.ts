/** Options of `check` that are the same at the prompt and in a shell: which cases, how often, and what counts. */
import * as z from "zod";

export const checkSelection = {
  case: z.array(z.string()).default([]).describe("only cases whose id is like this, e.g. 'CALC-2.*'"),
  grade: z
    .array(z.enum(["MUST", "SHOULD", "INFO"]))
    .default([])
    .describe("only cases of this grade"),
  seed: z.number().int().min(0).default(1).describe("chooses the values that are sent"),
  repeat: z.number().int().min(1).max(20).default(1).describe("try each case so often, to find flaky ones"),
  strict: z.boolean().default(false).describe("exit with 1 where a SHOULD fails, too"),
};
