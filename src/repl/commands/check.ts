import { z } from "zod";
import { defineClientCommand } from "../command.ts";

export default defineClientCommand({
  name: "check",
  group: "scripts",
  summary: "checks a server that runs against the rules of its role",
  args: [
    { name: "what", summary: "server, list or explain", choices: ["server", "list", "explain"] },
    { name: "role", summary: "the role, e.g. calculator; of explain, a case", completes: "role" },
    { name: "at", summary: "host:port of the server", isOptional: true },
  ],
  options: z.object({
    case: z.array(z.string()).default([]).describe("only cases whose id is like this, e.g. 'CALC-2.*'"),
    grade: z
      .array(z.enum(["MUST", "SHOULD", "INFO"]))
      .default([])
      .describe("only cases of this grade"),
    seed: z.number().int().min(0).default(1).describe("chooses the values that are sent"),
    repeat: z.number().int().min(1).max(20).default(1).describe("try each case so often, to find flaky ones"),
    strict: z.boolean().default(false).describe("exit with 1 where a SHOULD fails, too"),
    keep: z.boolean().default(false).describe("keep the results in the database: sql select * from checks"),
    run: z.string().optional().describe("only in a shell: a program is started by netlabctl check there"),
  }),
  example: "check server calculator localhost:3400 --keep",
  notes: [
    "It runs in netlabctl, not in the daemon. Programs are started, clients checked and classes graded",
    "from a shell: netlabctl check --help, netlabctl grade --help.",
  ],
});
