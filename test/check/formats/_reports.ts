/** Reports to write: of a right program, of a poor one, of one that sends what no file likes, and of runs that ended early. */
import type { Report, Result } from "../../../src/check/report.ts";
import { scoreOf } from "../../../src/check/report.ts";
import { unfinishedReport } from "../../../src/check/report-files.ts";

const beginning = {
  version: "0.1.0",
  role: "calculator",
  side: "server",
  seed: 4711,
  started: "2026-11-29T20:15:00.123Z",
  box: { kind: "bwrap", notes: [] },
  program: { run: "python3 calc.py {port}", at: null, build: null, exit: null },
} as const;

export const octets = (text: string) => ({ text, hex: Buffer.from(text, "utf8").toString("hex") });

export function result(given: Partial<Result>): Result {
  const { status = "passed", grade = "MUST" } = given;
  return {
    id: "CALC-1.sum",
    title: "adds two numbers",
    rule: "CALC-1",
    ruleText: "Numbers are answered in the shortest form that reads back as the same number.",
    grade,
    weight: { MUST: 2, SHOULD: 1, INFO: 0 }[grade],
    status,
    flaky: false,
    tries: [{ status, ms: 12, seed: "a1b2" }],
    ms: 12.345,
    message: "",
    follows: null,
    remarks: [],
    expected: null,
    got: null,
    closing: null,
    likely: [],
    transcript: [],
    output: "",
    again: "",
    ...given,
  };
}

export function reportOf(results: readonly Result[], given: Partial<Report> = {}): Report {
  return {
    ...beginning,
    format: "netlab-check/1",
    ms: 1_834.6,
    score: scoreOf(results),
    results,
    ended: null,
    ...given,
  };
}

const wrongQuotient = result({
  id: "CALC-1.shortest-repr",
  title: "answers 50.0 and not 50",
  status: "failed",
  message: "answered 50 where the rule says 50.0",
  expected: octets("50.0"),
  got: octets("50"),
  closing: "clean",
  likely: [
    {
      id: "D34",
      title: "A whole number came without .0",
      level: "violation",
      cause: "Your program makes an integer of the result before it sends it.",
      advice: ["Keep the result a float.", "In C, print it with %.17g and look whether it has a point."],
    },
  ],
  transcript: [
    { at: 0, connection: 1, dir: "note", hex: "", text: "", note: "connected" },
    { at: 1.2, connection: 1, dir: "out", hex: "616e6e0a", text: "ann\\n", note: "" },
    { at: 3, connection: 1, dir: "out", hex: "313030202f20320a", text: "100 / 2\\n", note: "" },
    { at: 4.9, connection: 1, dir: "in", hex: "35300a", text: "50\\n", note: "" },
    { at: 5.4, connection: 1, dir: "note", hex: "", text: "", note: "FIN" },
  ],
  output: "listening on 4389\nann: 100 / 2\n",
  again: "printf 'ann\\n100 / 2\\n' | ncat 127.0.0.1 4389",
});

/** Each status and grade once. */
export const mixed = reportOf([
  result({}),
  wrongQuotient,
  result({
    id: "FRAME-1.cut-anywhere",
    rule: "FRAME-1",
    title: "reads a line that is cut anywhere",
    grade: "SHOULD",
    status: "failed",
    message: "took half a line for a whole one",
    expected: octets("3.0"),
    got: octets("Invalid format"),
  }),
  result({
    id: "ROBUST.no-busy-loop",
    rule: "ROBUST",
    title: "rests while nothing comes",
    grade: "INFO",
    status: "failed",
    message: "used 98 % of a processor while idle",
  }),
  result({
    id: "CALC-0.q-closes",
    rule: "CALC-0",
    title: "closes on q",
    flaky: true,
    tries: [
      { status: "passed", ms: 9, seed: "a" },
      { status: "failed", ms: 2_003, seed: "b" },
      { status: "passed", ms: 9, seed: "c" },
    ],
    message: "in try 2, did not close within 2 s",
  }),
  result({
    id: "FRAME-8.ipv6",
    rule: "FRAME-8",
    title: "serves IPv6",
    status: "skipped",
    message: "this machine has no IPv6",
  }),
  result({
    id: "CALC-3.glued-name",
    rule: "CALC-3",
    title: "takes name and expression in one read",
    status: "unimplemented",
    message: 'answered "unsupported"',
  }),
  result({
    id: "CALC-0.one-answer-each",
    rule: "CALC-0",
    title: "answers each line once",
    status: "error",
    message: "the checker could not open a socket (EMFILE)",
  }),
]);

export const right = reportOf([result({}), result({ id: "CALC-1.difference", title: "subtracts" })]);

/** Everything that a hand-in may send or print to have its report say something else. */
export const HOSTILE = [
  "</system-out></testcase></testsuite></testsuites><testsuites>",
  "]]><!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>&y;",
  "<script>alert(1)</script><img src=x onerror=alert(2)></details></div></pre></style></title>",
  '" onmouseover="alert(3)" x="\' --><!-- <![CDATA[ &amp; &#0; &lt;',
  "NUL \0, bell \x07, escape \x1b[31mred\x1b[0m, del \x7f, C1 \x9b31m, feed \x0c",
  "\ufffe \uffff, half \ud800 and \udc00, whole 😀",
  "\u202egnp.exe\u202c \u2066isolated\u2069 \u200f mark, \u05e9\u05dc\u05d5\u05dd, \u0645\u0631\u062d\u0628\u0627",
  "ok 1 - all is well\nnot ok 99 - # TODO\n1..0 # SKIP\nBail out! now\n  ...\n---\n# SKIP \\# \\\\ # TODO",
  "line separator \u2028 paragraph \u2029 next \x85 return \r\n tab \t end",
  "{{7*7}} `id` $(id) %s %n =1+1 @SUM(1) +1 -1",
  "[x](javascript:alert(4)) ![](http://example.invalid/x.png) **bold**",
].join("\n");

const LONG_OUTPUT = `${HOSTILE}\n`.repeat(200).slice(0, 65_536);

export const hostile = reportOf(
  [
    result({
      id: "CALC-2.division-by-zero",
      title: HOSTILE,
      status: "failed",
      message: HOSTILE,
      ruleText: HOSTILE,
      expected: { text: HOSTILE, hex: "00ff" },
      got: { text: HOSTILE, hex: "ff00".repeat(500) },
      closing: "reset",
      remarks: [HOSTILE],
      likely: [{ id: "D17", title: HOSTILE, level: "note", cause: HOSTILE, advice: [HOSTILE, HOSTILE] }],
      transcript: Array.from({ length: 100 }, (_, index) => ({
        at: index,
        connection: (index % 2) + 1,
        dir: (["in", "out", "note"] as const)[index % 3] ?? "note",
        hex: "00",
        text: HOSTILE,
        note: HOSTILE,
      })),
      output: LONG_OUTPUT,
      again: HOSTILE,
    }),
    result({
      id: "CALC-2.bad-format",
      title: HOSTILE,
      grade: "SHOULD",
      status: "failed",
      message: HOSTILE,
      output: LONG_OUTPUT,
    }),
    result({ id: "CALC-2.bad-operator", title: HOSTILE, status: "skipped", message: HOSTILE }),
    result({
      id: "CALC-2.number-forms",
      title: HOSTILE,
      status: "unimplemented",
      message: HOSTILE,
      output: "\0".repeat(65_536),
    }),
    result({ id: "CALC-1.quotient", title: HOSTILE, status: "error", message: HOSTILE }),
    result({ id: "CALC-1.product", title: HOSTILE, flaky: true, message: HOSTILE, output: LONG_OUTPUT }),
    result({ id: "CALC-1.difference", title: HOSTILE }),
  ],
  {
    box: { kind: "limits", notes: [HOSTILE] },
    program: { run: HOSTILE, at: HOSTILE, build: { command: HOSTILE, exit: 0, output: HOSTILE }, exit: 1 },
  },
);

export const notBuilt = reportOf([], {
  program: {
    ...beginning.program,
    build: { command: "make", exit: 2, output: "calc.c:7:3: error: expected ';' before '}' token\n" },
  },
  ended: { code: "not-built", message: "make ended with exit status 2" },
});

export const timedOut = reportOf(mixed.results.slice(0, 2), {
  ended: { code: "timed-out", message: "the time for all cases, 60 s, was over" },
});

export const unfinished = unfinishedReport(beginning);

export const all: Readonly<Record<string, Report>> = {
  right,
  mixed,
  hostile,
  notBuilt,
  timedOut,
  unfinished,
};
