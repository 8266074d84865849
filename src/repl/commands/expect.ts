import { z } from "zod";
import { duration } from "../../machines/_options.ts";
import { defineClientCommand } from "../command.ts";

export default defineClientCommand({
  name: "expect",
  group: "scripts",
  summary: "checks what the command before it said, or what has gone over a connection",
  args: [
    {
      name: "text",
      summary: "a part of a line, … stands for anything; or /a regular expression/",
      isOptional: true,
      isVariadic: true,
    },
  ],
  options: z.object({
    not: z.boolean().default(false).describe("it is not to be there"),
    exit: z.number().int().min(0).max(255).optional().describe("the exit status of the command before it"),
    conn: z.string().min(1).optional().describe("look into this connection instead: from the peer or to it"),
    within: duration().default(2_000).describe("with --conn: how long it may take to come"),
  }),
  example: "expect 'calculator-1 … running'",
});
