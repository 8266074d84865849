/** The table of errors, and its page in the docs. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import {
  type ErrorCode,
  errorTable,
  exitCodeOf,
  exitCodes,
  messageOf,
  NetlabError,
  stackOf,
} from "../src/errors.ts";

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

/** The texts of all files of `src` but these. */
function sourcesOf(but: readonly string[]): string[] {
  return readdirSync(path.join(root, "src"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !but.includes(file))
    .map((file) => readFileSync(path.join(root, "src", file), "utf8"));
}

describe("docs/errors.md", () => {
  const listed = rowsBelow("| code | when | the peer is told | exit |");

  it("lists the errors of src/error-table.ts, in its order", () => {
    expect(listed.map(([code]) => code)).toEqual(codes.map((code) => `\`${code}\``));
  });

  it.each(codes)("says of %s when it comes, what its peer is told, and its exit status", (code) => {
    const { peer, exit } = errorTable[code];
    const [, when, ...facts] = listed.find(([name]) => name === `\`${code}\``) ?? [];
    expect(when).toMatch(/\w/);
    expect(facts).toEqual([peer === null ? "nothing" : `\`${peer}\``, `${exit}`]);
  });

  it("explains each exit status", () => {
    const statuses = rowsBelow("| exit | meaning |").map(([status]) => Number(status));
    expect(statuses).toEqual(Object.values(exitCodes));
  });
});

describe("the table of errors", () => {
  const sources = sourcesOf(["error-table.ts", "usage-sentences.ts", "errors.ts"]);
  const ids = codes.flatMap((code) => {
    const { says } = errorTable[code];
    return typeof says === "string" ? [code] : Object.keys(says).map((variant) => `${code}/${variant}`);
  });

  it("has no code and no sentence that nothing uses", () => {
    const isUsed = (id: string) => sources.some((source) => source.includes(`"${id}"`));
    const families = codes.filter((code) => ids.some((id) => id === code || id.startsWith(`${code}/`)));
    expect(ids.filter((id) => !isUsed(id))).toEqual([]);
    expect(codes.filter((code) => !families.includes(code) && !isUsed(code))).toEqual([]);
  });

  it("words every error of the source: what is made elsewhere is passed on by NetlabError.worded", () => {
    const own = sources.flatMap((source) => source.match(/new NetlabError\(\s*"[a-z-]+",\s*["`]/g) ?? []);
    expect(own).toEqual([]);
  });

  it("has no sentence twice", () => {
    const sentences = codes.flatMap((code) => {
      const { says } = errorTable[code];
      return typeof says === "string"
        ? []
        : Object.values<string>(says).map((sentence) => `${code} ${sentence}`);
    });
    expect(sentences.filter((sentence, index) => sentences.indexOf(sentence) !== index)).toEqual([]);
  });
});

describe("an error", () => {
  it("is a sentence with its arguments, whatever those are made of", () => {
    expect(new NetlabError("port-taken", { port: 1_234 }).message).toBe(
      "port 1234 is taken (EADDRINUSE): stop the other program or use --port",
    );
    expect(new NetlabError("file-exists", { file: "a$&b{file}" }).message).toMatch(
      /^a\$&b\{file\} already exists/,
    );
    expect(new NetlabError("no-such-role/unknown", { name: 'a"\n' }).message).toContain('no role "a\\"\\n"');
    expect(new NetlabError("timed-out/sql", { ms: 1_500 }).message).toContain(" within 1.5 s");
    expect(
      new NetlabError("usage/completion-shell", { shell: "csh", shells: ["bash", "zsh"] }).message,
    ).toMatch(/choose one of bash, zsh$/);
  });

  it("tells its code, and keeps its arguments as they are", () => {
    const { code, args } = new NetlabError("timed-out/sql", { ms: 1_500 });
    expect({ code, args }).toEqual({ code: "timed-out", args: { ms: 1_500 } });
  });

  it("that was worded elsewhere says just that", () => {
    expect(NetlabError.worded("timed-out", "no answer {ms}").message).toBe("no answer {ms}");
  });

  it("keeps its cause, and has the exit status of its code", () => {
    const cause = new Error("EADDRINUSE");
    const error = new NetlabError("port-taken", { port: 1_234 }, { cause });
    expect(error.cause).toBe(cause);
    expect(exitCodeOf(error)).toBe(5);
    expect(exitCodeOf(new NetlabError("timed-out/sql", { ms: 1 }))).toBe(124);
  });

  it("of any kind has a sentence, and the exit status of what nobody expected", () => {
    expect(messageOf(new TypeError("a bug"))).toBe("a bug");
    expect(messageOf("a text")).toBe("a text");
    expect(exitCodeOf(new TypeError("a bug"))).toBe(1);
    expect(exitCodeOf(undefined)).toBe(1);
  });
});

describe("what a user's code threw", () => {
  const throwing = () => {
    throw new Error("asked");
  };

  it.each([
    ["an error", new Error("why"), "why"],
    ["an error of another realm", runInNewContext("new Error('why')"), "why"],
    ["a text", "why", "why"],
    ["nothing", undefined, "undefined"],
    ["a thing that makes no text", Object.create(null), "what was thrown has no words"],
    ["a thing that throws as it is asked", { toString: throwing }, "what was thrown has no words"],
    [
      "an error that throws as it is asked",
      Object.defineProperty(new Error("x"), "message", { get: throwing }),
      "what was thrown has no words",
    ],
    ["a text of any length", "x".repeat(20_000), `${"x".repeat(10_000)}…`],
  ])("has words: %s", (_, thrown, words) => expect(messageOf(thrown)).toBe(words));

  it("has the end of its stack, where the places are", () => {
    const stack = stackOf(new Error("x".repeat(50_000)));
    expect(stack).toHaveLength(20_000);
    expect(stack).toContain("errors.test.ts");
  });

  it.each([
    ["a text", "why"],
    ["an error whose stack throws", Object.defineProperty(new Error("x"), "stack", { get: throwing })],
    ["an error whose stack is no text", Object.assign(new Error("x"), { stack: 3 })],
  ])("may have no stack: %s", (_, thrown) => expect(stackOf(thrown)).toBeUndefined());
});
