/** Requests of the control protocol, one message each. */
import * as z from "zod";

export const requestShape = z.looseObject({
  id: z.number(),
  op: z.enum(["hello", "describe", "run", "eval", "complete", "interrupt", "answer", "resize"]),
  line: z.string().optional(),
  argv: z.array(z.string()).optional(),
  options: z.record(z.string(), z.unknown()).optional(),
  cursor: z.number().int().min(0).optional(),
  columns: z.number().int().min(1).max(10_000).optional(),
  rows: z.number().int().min(1).max(10_000).optional(),
  colors: z.boolean().optional(),
  target: z.number().optional(),
  json: z.boolean().optional(),
  mayContinue: z.boolean().optional(),
  /** Tables are answered as their cells. */
  tables: z.boolean().optional(),
  text: z.string().optional(),
  /** Name of the person, as the client's machine knows it. */
  user: z.string().max(64).optional(),
  error: z.string().optional(),
  /** Of the error: whose fault it was that a file could not be had. */
  code: z.enum(["file-not-read", "bad-role"]).optional().catch(undefined),
});
export type OperatorRequest = z.output<typeof requestShape>;
