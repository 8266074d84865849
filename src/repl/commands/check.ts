import { z } from "zod";
import { checkSelection } from "../check-selection.ts";
import { defineClientCommand } from "../command.ts";

export default defineClientCommand({
  name: "check",
  group: "scripts",
  level: "observe",
  summary: "checks a server that runs against the rules of its role",
  args: [
    { name: "what", summary: "server, list or explain", choices: ["server", "list", "explain"] },
    { name: "role", summary: "the role, e.g. calculator; of explain, a case", completes: "role" },
    { name: "at", summary: "host:port of the server", isOptional: true },
  ],
  options: z.object({
    ...checkSelection,
    keep: z.boolean().default(false).describe("keep the results in the database: sql select * from checks"),
    student: z.string().min(1).optional().describe("of a class: whose program it is; the results are kept"),
    run: z.string().optional().describe("only in a shell: a program is started by netlabctl check there"),
  }),
  example: "check server calculator localhost:3400 --keep",
  notes: [
    "It runs in netlabctl, not in the daemon. Programs are started, clients checked and classes graded",
    "from a shell: netlabctl check --help, netlabctl grade --help.",
  ],
});
