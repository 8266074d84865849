import * as z from "zod";
import { defineClientCommand } from "../command.ts";

export default defineClientCommand({
  name: "play",
  group: "scripts",
  level: "observe",
  summary: "goes through a lab sheet: shows its text, runs its commands, checks the expected lines",
  args: [{ name: "sheet", summary: "a Markdown file in your own folder" }],
  options: z.object({
    check: z.boolean().default(false).describe("do not stop at each step; end at the first that fails"),
    format: z
      .array(z.string())
      .optional()
      .describe(
        "write the steps as tests: junit or tap, each with =FILE or to standard output; checks as --check does",
      ),
  }),
  example: "play examples/echo.md --check --format junit=echo.xml",
});
