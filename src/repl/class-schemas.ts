/** Schemas of what the commands of a class answer with: see document-schemas.ts. */
import * as z from "zod";

export const student = z.object({
  id: z.string().describe("as screens name the student"),
  group: z.string().optional(),
  connected: z.number().int(),
  connection: z
    .string()
    .optional()
    .describe("the one that is stuck or waits longest, else the newest one, live or ended"),
  role: z.string().optional(),
  state: z.string().optional(),
  waitingMs: z.number().optional().describe("how long the server has been waiting for the student's program"),
  stuckMs: z.number().optional().describe("how long bytes have been lying unread"),
  furthest: z.string().optional().describe("the rule furthest in the conversation that was kept"),
  card: z.object({ id: z.string(), likely: z.string(), connection: z.string() }).optional(),
  checks: z.object({ passed: z.number().int(), of: z.number().int() }).optional(),
  done: z.boolean(),
  name: z.string().optional().describe("with --names"),
  email: z.string().nullable().optional().describe("with --names"),
  note: z.string().nullable().optional().describe("of the roster, with --names"),
});

export const gate = z.object({ frozen: z.boolean(), openUntil: z.iso.datetime().nullable() });

export const slip = z.object({
  student: z.string(),
  name: z.string().optional().describe("with --names"),
  group: z.string(),
  token: z.string(),
  seed: z.number().int(),
  roles: z.array(
    z.object({
      role: z.string(),
      whose: z.enum(["own", "group", "shared"]),
      host: z.string(),
      port: z.number().int(),
      transport: z.string(),
      tryIt: z.string().optional(),
    }),
  ),
  link: z.string().optional().describe("to the student's page, where the page is on"),
});

export const hint = z.object({
  student: z.string(),
  card: z.string(),
  title: z.string(),
  text: z.string(),
  at: z.iso.datetime(),
});

export const flag = z.object({
  student: z.string(),
  file: z.string(),
  isNew: z.boolean().describe("false: it had been handed in before"),
  passed: z.number().int().describe("flags of the student that were handed in"),
  of: z.number().int(),
});

const gradebookLine = z.object({
  student: z
    .object({
      id: z.string(),
      name: z.string().optional(),
      group: z.string().optional(),
      email: z.string().optional(),
      login: z.string().optional(),
      canvasId: z.string().optional(),
    })
    .describe("a pseudonym alone, without --names"),
  shownAs: z.string(),
  points: z.number().nullable().describe("null: no result is kept"),
  max: z.number(),
  mustFailed: z.number().int(),
  shouldFailed: z.number().int(),
  flaky: z.number().int(),
  lost: z.array(z.string()).describe("cases that did not pass"),
  remark: z.string(),
  seed: z.number().int().nullable(),
  submitted: z.string().nullable(),
  checked: z.string(),
  version: z.string(),
});

export const classDocument = z.union([
  z.array(student),
  z.array(gradebookLine).describe("class gradebook"),
  z.array(z.object({ student: z.string(), what: z.string() })).describe("class who"),
  z.object({ forgotten: z.string() }).describe("class forget"),
]);
