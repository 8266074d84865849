import * as z from "zod";
import { duration } from "../../machines/_options.ts";
import { defineClientCommand } from "../command.ts";

export default defineClientCommand({
  name: "expect",
  group: "scripts",
  level: "observe",
  summary: "checks the output of the command before it, or what went over a connection",
  args: [
    {
      name: "text",
      summary: "a part of a line, … stands for anything; or /a regular expression/",
      isOptional: true,
      isVariadic: true,
    },
  ],
  options: z.object({
    not: z.boolean().default(false).describe("the text must not be there"),
    exit: z.number().int().min(0).max(255).optional().describe("the exit status of the command before it"),
    conn: z.string().min(1).optional().describe("look at this connection instead, in both directions"),
    within: duration().default(2_000).describe("with --conn: wait this long for the text"),
  }),
  example: "expect 'calculator-1 … running'",
});
