/** The table of errors, and its page in the docs. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { type ErrorCode, errorTable, exitCodeOf, exitCodes, messageOf, NetlabError } from "../src/errors.ts";

const root = path.join(import.meta.dirname, "..");
const page = readFileSync(path.join(root, "docs/errors.md"), "utf8");
const codes = Object.keys(errorTable) as ErrorCode[];

/** The cells of a table's rows, below its head. */
function rowsBelow(head: string): string[][] {
  const [, table = ""] = page.split(`${head}\n`);
  const [rows = ""] = table.split("\n\n");
  return rows
    .trim()
    .split("\n")
    .slice(1)
    .map((row) => row.slice(2, -2).split(" | "));
}

describe("docs/errors.md", () => {
  const listed = rowsBelow("| code | when | the operator reads | the peer is told | exit |");

  it("lists the errors of src/errors.ts, in its order", () => {
    expect(listed.map(([code]) => code)).toEqual(codes.map((code) => `\`${code}\``));
  });

  it.each(codes)("says of %s what its operator reads, what its peer is told, and its exit status", (code) => {
    const { operator, peer, exit } = errorTable[code];
    const [, when, ...facts] = listed.find(([name]) => name === `\`${code}\``) ?? [];
    expect(when).toMatch(/\w/);
    expect(facts).toEqual([
      operator.replace("%s", "…"),
      peer === null ? "nothing" : `\`${peer}\``,
      `${exit}`,
    ]);
  });

  it("explains each exit status", () => {
    const statuses = rowsBelow("| exit | meaning |").map(([status]) => Number(status));
    expect(statuses).toEqual(Object.values(exitCodes));
  });
});

describe("the table of errors", () => {
  it("has no code that nothing uses", () => {
    const files = readdirSync(path.join(root, "src"), { recursive: true, encoding: "utf8" });
    const sources = files
      .filter((file) => file.endsWith(".ts") && file !== "errors.ts")
      .map((file) => readFileSync(path.join(root, "src", file), "utf8"));
    expect(codes.filter((code) => !sources.some((source) => source.includes(`"${code}"`)))).toEqual([]);
  });

  it("has one place for the detail in each of its sentences", () => {
    for (const code of codes) expect(errorTable[code].operator.split("%s"), code).toHaveLength(2);
  });
});

describe("an error", () => {
  it("is a sentence with its detail, whatever that is made of", () => {
    expect(new NetlabError("port-taken", "1234").message).toBe(
      "port 1234 is taken (EADDRINUSE): stop the other program or use --port",
    );
    expect(new NetlabError("file-exists", "a$&b%s").message).toMatch(/^a\$&b%s already exists/);
  });

  it("keeps its cause, and has the exit status of its code", () => {
    const cause = new Error("EADDRINUSE");
    const error = new NetlabError("port-taken", "1234", { cause });
    expect(error.cause).toBe(cause);
    expect(exitCodeOf(error)).toBe(5);
    expect(exitCodeOf(new NetlabError("timed-out", "no answer"))).toBe(124);
  });

  it("of any kind has a sentence, and the exit status of what nobody expected", () => {
    expect(messageOf(new TypeError("a bug"))).toBe("a bug");
    expect(messageOf("a text")).toBe("a text");
    expect(exitCodeOf(new TypeError("a bug"))).toBe(1);
    expect(exitCodeOf(undefined)).toBe(1);
  });
});
