/** JUnit files are valid by Jenkins' schema, read back as they were meant, and never more than a report says. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { formats } from "../../../src/check/formats/formats.ts";
import { all, HOSTILE, hostile, mixed, notBuilt, unfinished } from "./_reports.ts";

const schema = join(import.meta.dirname, "../../fixtures/junit-10.xsd");
const hasXmllint = spawnSync("xmllint", ["--version"]).status === 0;

function xmllint(args: readonly string[], text: string): { status: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync("xmllint", [...args, "-"], { input: text, encoding: "utf8" });
  return { status, out: stdout, err: stderr };
}

const xpath = (path: string, text: string) => xmllint(["--xpath", path], text).out.replace(/\n$/, "");

describe.skipIf(!hasXmllint)("a JUnit file, by xmllint", () => {
  it.each(Object.keys(all))("is valid by junit-10.xsd: %s", (name) => {
    const { status, err } = xmllint(
      ["--noout", "--nonet", "--schema", schema],
      formats.junit(all[name] as never),
    );
    expect(err).toBe("- validates\n");
    expect(status).toBe(0);
  });

  it("is refused by the schema where it is none, so that the test can fail", () => {
    const text = formats.junit(mixed).replace("<testcase ", '<testcase line="3" ');
    expect(xmllint(["--noout", "--schema", schema], text).status).not.toBe(0);
  });

  it("has as many cases, failures, errors and skipped ones as it says", () => {
    const text = formats.junit(mixed);
    for (const [attribute, count] of Object.entries({
      tests: "count(//testcase)",
      failures: "count(//failure)",
      errors: "count(//error)",
      skipped: "count(//skipped)",
    })) {
      expect([attribute, xpath(`string(//testsuite/@${attribute})`, text)]).toEqual([
        attribute,
        xpath(count, text),
      ]);
    }
    expect(xpath("string(//testsuite/@failures)", text)).toBe("1");
    expect(xpath("string(//testsuite/@errors)", text)).toBe("1");
  });

  it("keeps hostile texts as texts: as many elements as without them, and every line of them", () => {
    const text = formats.junit(hostile);
    expect(xpath("count(//testcase)", text)).toBe("7");
    expect(xpath("count(//failure)", text)).toBe("1");
    const message = xpath("string(//failure/@message)", text);
    expect(message).toContain("</system-out></testcase>");
    expect(message).toContain("]]><!DOCTYPE x");
    expect(message).toContain("NUL \\x00, bell \\x07, escape \\x1b[31mred");
    expect(message).toContain("\\u{fffe} \\u{ffff}, half \\u{d800} and \\u{dc00}, whole 😀");
    expect(message).toContain("\\u{202e}gnp.exe");
    expect(message).toContain("שלום, مرحبا");
    expect(message).toContain("next \\x85 return \r\n tab \t end");
    expect(message.split("\n")).toHaveLength(HOSTILE.split("\n").length);
  });
});

describe("a JUnit file", () => {
  it("tells a SHOULD that failed as skipped, with its grade, and an INFO too", () => {
    const text = formats.junit(mixed);
    expect(text).toContain('<skipped type="FRAME-1" message="SHOULD: took half a line for a whole one">');
    expect(text).toContain('<skipped type="ROBUST" message="INFO: used 98 % of a processor while idle">');
  });

  it("tells a flaky case as passed, with what was wrong in one try", () => {
    expect(formats.junit(mixed)).toContain(
      '<flakyFailure type="CALC-0" message="in try 2, did not close within 2 s">',
    );
  });

  it("names side and role as the class, and no zone in its time", () => {
    const text = formats.junit(mixed);
    expect(text).toContain(
      '<testcase classname="netlabd.server.calculator" name="CALC-1.sum" time="0.012"/>',
    );
    expect(text).toContain('timestamp="2026-11-29T20:15:00"');
  });

  it("fails where the program was not built, with the compiler's words", () => {
    const text = formats.junit(notBuilt);
    expect(text).toContain('failures="1"');
    expect(text).toContain("<system-out>calc.c:7:3: error: expected &#39;;&#39; before &#39;}&#39; token");
  });

  it("is an error where the check fell before its end", () => {
    expect(formats.junit(unfinished)).toContain(
      '<error type="unfinished" message="the check did not come to its end">',
    );
  });

  it("holds the end of a long output alone, and says how much it leaves out", () => {
    const text = formats.junit(hostile);
    expect(text).toContain("… 57344 characters left out");
    expect(text.length).toBeLessThan(200_000);
  });
});
