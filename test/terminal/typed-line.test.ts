import { describe, expect, it } from "vitest";
import { mayBePlumbed, statementsOf } from "../../src/terminal/typed-line.ts";

const traitsOf = (name: string) =>
  ["ls", "conns", "spawn", "say", "send"].includes(name)
    ? { takesRestOfLine: name === "say" || name === "send" }
    : undefined;
const of = (line: string) => statementsOf(line, traitsOf);
const plain = (command: string) => ({ command, filters: [], file: undefined, isToFail: false });

describe("a typed line", () => {
  it("is several statements between semicolons, and a comment behind #", () => {
    expect(of("spawn echo; conns;ls;; # all # of it")).toEqual(["spawn echo", "conns", "ls"].map(plain));
    expect(of("spawn echo --label a#b")).toEqual([plain("spawn echo --label a#b")]);
  });

  it("goes through filters, and into a file", () => {
    expect(of("conns --all | grep -v 'a | b' |head -n 3")).toMatchObject([
      {
        command: "conns --all",
        filters: [
          ["grep", "-v", "a | b"],
          ["head", "-n", "3"],
        ],
      },
    ]);
    expect(of("ls > 'my roles.txt'; conns | tail >>log")).toMatchObject([
      { command: "ls", file: { path: "my roles.txt", isAppended: false } },
      { command: "conns", filters: [["tail"]], file: { path: "log", isAppended: true } },
    ]);
  });

  it.each([
    "say chat a | b > c; d # e",
    "send c1 --hex 00 | grep x",
    "const a = lab.conns.filter((one) => one.bytesIn > 3); a | 1",
    "= 1 | 2",
    "!lab",
    "! lab",
  ])("is left alone where the rest is the text's own: %s", (line) => {
    expect(of(line)).toEqual([plain(line)]);
  });

  it.each([`ls "a | b"`, "ls 'a > b; c'", "ls a\\ \\| b", "ls a|b", "ls a>b", "ls \\# x", "ls 'a # b'"])(
    "has no sign in %s: it is quoted, escaped or inside a word",
    (line) => {
      expect(of(line)).toEqual([plain(line)]);
    },
  );

  it("may be expected to fail", () => {
    expect(of("! spawn nothing; ls")).toMatchObject([
      { command: "spawn nothing", isToFail: true },
      { command: "ls", isToFail: false },
    ]);
    expect(of("!say chat a; b")).toMatchObject([{ command: "say chat a; b", isToFail: true }]);
  });

  it.each([
    ["ls |", "| needs a filter: grep, head or tail"],
    ["ls >", "> needs a file name"],
    ["ls >>", ">> needs a file name"],
    ["ls > a b", "> takes one file name, not a b: put quotes around a name with blanks"],
    ["ls > a | grep b", "> FILE must come last"],
    ["ls 'a | b", "a ' is not closed"],
  ])("%j is refused: %s", (line, words) => {
    expect(() => of(line)).toThrow(words);
  });

  it("needs no table of commands where it holds no sign", () => {
    expect(["ls", "spawn echo 'a b'"].some(mayBePlumbed)).toBe(false);
    expect(["ls | x", "ls > x", "ls; x", "ls # x", " ! ls"].every(mayBePlumbed)).toBe(true);
  });
});
