import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HistoryFile, historySize, withoutTokens } from "../../src/terminal/history-file.ts";

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "netlabd-test-"));
  path = join(folder, "history");
});

afterEach(() => rm(folder, { recursive: true }));

describe("the history file", () => {
  it("keeps lines in the order they came, and offers each once", async () => {
    const history = new HistoryFile(path);
    for (const line of ["a", " a ", "b", "", "a"]) history.add(line);
    expect(await readFile(path, "utf8")).toBe("a\nb\na\n");
    const next = new HistoryFile(path);
    expect(next.lines).toEqual(["a", "b"]);
    next.add("a");
    expect(await readFile(path, "utf8")).toBe("a\nb\na\n");
  });

  it("is its owner's alone, also where it was not", async () => {
    new HistoryFile(path).add("a");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await chmod(path, 0o644);
    new HistoryFile(path);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("is cut to the newest lines when it has grown long", async () => {
    const lines = Array.from({ length: 2 * historySize + 1 }, (_, index) => `line ${index}`);
    await writeFile(path, `${lines.join("\n")}\n`);
    const history = new HistoryFile(path);
    expect(history.lines).toHaveLength(historySize);
    expect(history.lines[0]).toBe(lines.at(-1));
    expect(await readFile(path, "utf8")).toBe(`${lines.slice(-historySize).join("\n")}\n`);
    expect(await readdir(folder)).toEqual(["history"]);
  });

  it("that cannot be read or written is an empty one", () => {
    const history = new HistoryFile(join(folder, "history", "\0"));
    history.add("a");
    expect(history.lines).toEqual([]);
    expect(new HistoryFile(undefined).lines).toEqual([]);
  });
});

describe("a token", () => {
  it.each([
    ["spawn file --token s3cret --port 0", "spawn file --token **** --port 0"],
    ["spawn file --token=s3cret", "spawn file --token=****"],
    ['spawn file --token "two words" --port 0', "spawn file --token **** --port 0"],
    ["spawn file --token='two words'", "spawn file --token=****"],
    ['spawn file --token "not closed', "spawn file --token ****"],
    ["a --token x b --token y", "a --token **** b --token ****"],
    ["register 10.0.0.1 4000 pdf s3cret --lease 30s", "register 10.0.0.1 4000 pdf **** --lease 30s"],
    ['register 10.0.0.1 4000 pdf "two words"', "register 10.0.0.1 4000 pdf ****"],
    ["register 10.0.0.1 4000 pdf", "register 10.0.0.1 4000 pdf"],
    ["registry --show-tokens", "registry --show-tokens"],
    ["spawn file --token", "spawn file --token"],
  ])("in %j is stored as %j", (line, stored) => {
    expect(withoutTokens(line)).toBe(stored);
  });
});
