/** `netlabctl check`: does a program keep the rules of its role? */
import * as z from "zod";
import { programsHere } from "../check/box/programs-here.ts";
import { checkableOf } from "../check/checkable.ts";
import { text } from "../check/formats/text.ts";
import { exitOf } from "../check/report.ts";
import { runCheck } from "../check/run-check.ts";
import { styleOf } from "../repl/style.ts";
import { defineStandalone } from "./standalone-command.ts";

export default defineStandalone({
  name: "check",
  summary: "checks a program of yours against the rules of its role",
  args: [
    {
      name: "what",
      summary: "server, client, list or explain",
      choices: ["server", "client", "list", "explain"],
    },
    { name: "role", summary: "the role that the program plays", completes: "role" },
    { name: "at", summary: "host:port of a server that runs already", isOptional: true },
  ],
  options: z.object({
    run: z.string().optional().describe("command that starts the program, with {port} in it"),
    seed: z.number().int().min(0).default(1).describe("chooses the values that are sent"),
    strict: z.boolean().default(false).describe("a SHOULD that fails counts as a MUST"),
  }),
  example: "netlabctl check server calculator --run 'python3 calculator.py {port}'",
  run: async ({ args, options, out, data, isJson, hasColors, signal }) => {
    const { role = "", at } = args;
    const [host = "", port = ""] = at?.split(":") ?? [];
    const report = await runCheck(
      {
        side: "server",
        role,
        run: options.run,
        at: at === undefined ? undefined : { host, port: Number(port) },
        cases: [],
        seed: options.seed,
        repeat: 1,
      },
      {
        subject: await checkableOf(role),
        programs: programsHere(process.cwd()),
        signal,
      },
    );
    if (isJson) data(report);
    else out(text(report, styleOf(hasColors)));
    return exitOf(report, options.strict);
  },
});
