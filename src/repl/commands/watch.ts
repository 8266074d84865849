import * as z from "zod";
import { defineClientCommand } from "../command.ts";

export default defineClientCommand({
  name: "watch",
  group: "daemon",
  level: "observe",
  summary: "runs a command again and again, and shows its last answer, until Ctrl-C",
  args: [
    { name: "every", summary: "e.g. 1s or 200ms" },
    { name: "command", summary: "the rest of the line, filters too", isVariadic: true, completes: "command" },
  ],
  takesRestOfLine: true,
  options: z.object({
    n: z.number().int().min(1).max(1_000_000).optional().describe("so many times"),
  }),
  example: "watch 1s conns | head -n 5",
});
