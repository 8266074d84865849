/** [ECHO-1] Which programs an echo server may run, and which of their arguments lead out of its root. */
import { describe, expect, it } from "vitest";
import { isClose, isNoFile, parseCommand, whyNotRun } from "../../src/wire/echo-command.ts";

const may = (...argv: string[]) => whyNotRun(argv, ["ls", "ps"]) === undefined;

describe("a program", () => {
  it("is run where it is allowed, and nothing is where none is", () => {
    expect(whyNotRun(["ls"], [])).toBe("run is off: this server was started without --allow-run [ECHO-1]");
    expect(whyNotRun(["cat", "a"], ["ls", "ps"])).toBe(
      "cat is not allowed: this server runs ls, ps [ECHO-1]",
    );
    expect(whyNotRun(["ls", "a", "/b", "/c"], ["ls"])).toBe(
      "/b is not allowed: absolute paths and .. lead out of the root [ECHO-1]",
    );
    expect([may("ls"), may("ps", "-e"), may("lsx"), may("")]).toEqual([true, true, false, false]);
  });

  it.each([
    "/",
    "/a",
    "=/a",
    "x=/a",
    "--x=/a",
    ":/a",
    "a:/b",
    " /a",
    "-x/a",
    "-xyz/a",
    "-x/",
    "a,/b",
    "é=/a",
    "(/a",
  ])("may not be given %j: a path that begins at the root", (argument) =>
    expect(may("ls", argument)).toBe(false),
  );

  it.each(["..", "../a", "=..", "x=../a", "--x=..", ":..", "-x..", "-xy../a", "a:..", "/.."])(
    "may not be given %j: a path that goes up",
    (argument) => expect(may("ls", argument)).toBe(false),
  );

  it.each([
    "a",
    "a/b",
    "a/",
    "é/b",
    "1/2",
    "a_/b",
    "a./b",
    "./a",
    "a+/b",
    "%/b",
    "~/a",
    "--x/a",
    "-",
    "-x",
    "--a/b",
    "a..",
    "..a",
    "...",
    "a../b",
    "x=..a",
    "-x..a",
    "é..",
    "~..",
    "--x..",
    "a.../b",
  ])("may be given %j", (argument) => expect(may("ls", argument)).toBe(true));
});

describe("a command", () => {
  it.each([
    ["download a b.txt \n", { word: "download", name: "a b.txt" }],
    ["download\ta", { word: "download", name: "a" }],
    ["run ls  -l\t-a", { word: "run", argv: ["ls", "-l", "-a"] }],
    ["download a\nb", { word: "download", name: "a\nb" }],
    ["download", undefined],
    ["download  ", undefined],
    ["xdownload a", undefined],
    ["run", undefined],
    ["", undefined],
  ])("%j is %j", (text, command) => {
    expect(parseCommand(text)).toEqual(command);
  });

  it("of leaving is one word, whatever is behind it", () => {
    expect(["close", "close \r\n", " close", "closed", ""].map(isClose)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it("that is answered otherwise than by a file is known by its words", () => {
    expect(["Problem in opening file", "Command not found", "hello"].map(isNoFile)).toEqual([
      true,
      true,
      false,
    ]);
  });
});
