/** The table of errors and its page in the docs. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { errorTable, NetlabError } from "../src/errors.ts";

const page = readFileSync(new URL("../docs/errors.md", import.meta.url), "utf8");

describe("docs/errors.md", () => {
  it("lists every error with its sentence, the peer's words and the exit status, and no other", () => {
    const rows = page
      .split("\n")
      .filter((line) => /^\| [a-z]+(-[a-z]+)* \| .* \| \d+ \|$/.test(line))
      .map((line) => line.slice(2, -2).split(" | "));
    const table = Object.entries(errorTable).map(([code, { operator, peer, exit }]) => [
      code,
      operator.replace("%s", "…"),
      peer ?? "-",
      String(exit),
    ]);
    expect(rows).toEqual(table);
  });
});

describe("an error", () => {
  it("puts its detail into its sentence, whatever the detail is", () => {
    expect(new NetlabError("port-taken", "$& 1234").message).toBe(
      "port $& 1234 is taken (EADDRINUSE): stop the other program or use --port",
    );
  });

  it("keeps its cause", () => {
    const cause = new Error("why");
    expect(new NetlabError("not-stored", "what", { cause }).cause).toBe(cause);
  });
});
