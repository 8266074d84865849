import { z } from "zod";
import { NetlabError } from "../../errors.ts";
import { duration } from "../../machines/_options.ts";
import { defineCommand } from "../command.ts";

export default defineCommand({
  name: "eval",
  group: "daemon",
  summary: "evaluates TypeScript in the daemon; so does a line that begins with no command, or with =",
  args: [
    {
      name: "code",
      summary: "the rest of the line, as it is typed; options stand before it",
      isVariadic: true,
    },
  ],
  takesRestOfLine: true,
  options: z.object({
    timeout: duration().optional().describe("stop waiting for a value after this time (default: Ctrl-C)"),
  }),
  example: "eval lab.conns.filter((one) => one.verdict !== 'ok')",
  async run({ rest, options, isJson, evaluate }) {
    const code = rest.join(" ");
    if (code.trim() === "") throw new NetlabError("usage", "eval: nothing to evaluate: eval lab.roles");
    return evaluate(code, { isJson, timeoutMs: options.timeout });
  },
});
