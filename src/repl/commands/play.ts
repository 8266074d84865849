import * as z from "zod";
import { defineClientCommand } from "../command.ts";

export default defineClientCommand({
  name: "play",
  group: "scripts",
  summary: "goes through a lab sheet: shows its text, runs its commands, checks the expected lines",
  args: [{ name: "sheet", summary: "a Markdown file in your own folder" }],
  options: z.object({
    check: z.boolean().default(false).describe("do not stop at each step; end at the first that fails"),
  }),
  example: "play examples/echo.md --check",
});
