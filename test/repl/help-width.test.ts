/** Help in a terminal of the usual width: words are not broken at its edge, however long an option is. */
import { expect, it } from "vitest";
import { z } from "zod";
import { helpOf } from "../../src/repl/parse-command.ts";

it("leaves no column to be broken by the terminal", () => {
  const options = z.object({
    restart: z
      .enum(["permanent", "transient", "temporary", "never"])
      .describe("when to start again, and some more words that do not fit beside it in a row"),
  });
  const command = { name: "spawn", summary: "starts a role", args: [], options, example: "spawn echo" };
  const rows = helpOf(command, options, 80).split("\n");
  expect(rows.find((row) => row.includes("--restart"))).toContain("when to start");
  expect(Math.max(...rows.map((row) => row.length))).toBeLessThanOrEqual(80);
});
