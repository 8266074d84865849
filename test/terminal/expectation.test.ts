import { describe, expect, it } from "vitest";
import { firstMissing, holds, saidInstead } from "../../src/terminal/expectation.ts";

const SAID = "ID      STATE    NOTE\necho-1  \x1b[32mrunning\x1b[39m  a (b) + c\necho-2  failed\n";

describe("an expectation", () => {
  it.each([
    ["echo-1 running", true],
    ["echo-1 … + c", true],
    ["echo-1 ... (b)", true],
    ["a.(b)", false],
    ["running echo-2", false],
    ["echo-1 failed", false],
    ["/^echo-2 +failed$/", true],
    ["/^ECHO-2/i", true],
    ["/running.*echo/s", true],
    ["/running.*echo/", false],
  ])("%s holds: %s", (text, isTrue) => {
    expect(holds(text, SAID)).toBe(isTrue);
  });

  it("of several lines wants each below the one before", () => {
    expect(firstMissing(["echo-1 running", "echo-2"], SAID)).toBeUndefined();
    expect(firstMissing(["echo-2", "echo-1 running"], SAID)).toBe(1);
    expect(firstMissing(["echo-1", "echo-1"], SAID)).toBe(1);
  });

  it("that does not hold is told with what was said, from its end", () => {
    expect(saidInstead("a\nb\n")).toBe("but the output was:\n  a\n  b");
    expect(saidInstead("\n")).toBe("but there was no output");
    const long = Array.from({ length: 30 }, (_, index) => `line ${index}`).join("\n");
    expect(saidInstead(long)).toMatch(
      /^but the output was:\n {2}… 18 lines more\n {2}line 18\n[\s\S]* {2}line 29$/,
    );
  });

  it("that is no regular expression is refused", () => {
    expect(() => holds("/(/", "")).toThrow("expect: /(/ is not a regular expression");
  });
});
