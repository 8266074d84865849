/** Numbers as Python reads and writes them, by table and against the real one [CALC-1, CALC-2]. */
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsePythonFloat, pythonRepr } from "../../src/wire/python-float.ts";
import { processorMsOf } from "../processor-time.ts";

const hasPython = spawnSync("python3", ["--version"]).status === 0;

/** Each input line as the Python expression of `line` makes of it; a ValueError is no number. */
function python(expression: string, lines: readonly string[]): string[] {
  const program = `
import json, struct, sys
def answer(line):
    try:
        return ${expression}
    except ValueError:
        return "no number"
print(json.dumps([answer(line) for line in json.load(sys.stdin)]))`;
  const { stdout, stderr, status } = spawnSync("python3", ["-c", program], {
    input: JSON.stringify(lines),
    encoding: "utf8",
    maxBuffer: 64 * 1_048_576,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as string[];
}

const view = new DataView(new ArrayBuffer(8));

function bitsOf(value: number): string {
  view.setFloat64(0, value);
  return view.getBigUint64(0).toString(16).padStart(16, "0");
}

function fromBits(bits: bigint): number {
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
}

/** The same doubles in every run: xorshift64. */
function randomBits(): () => bigint {
  let state = 0x9e3779b97f4a7c15n;
  return () => {
    state ^= (state << 13n) & 0xffffffffffffffffn;
    state ^= state >> 7n;
    state ^= (state << 17n) & 0xffffffffffffffffn;
    return state;
  };
}

describe("a number that is read", () => {
  it("is the nearest double, however short the way to it", () => {
    const number = fc
      .tuple(fc.constantFrom("", "-"), fc.stringMatching(/^\d{1,17}$/), fc.stringMatching(/^(\.\d{0,17})?$/))
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(number, (text) => {
        expect(parsePythonFloat(text)).toBe(Number(text));
      }),
      { numRuns: 20_000 },
    );
  });

  it.each(["", "-", ".", "-.", "1.2.3", "1-2", "--1", "1 2", "0x10", "1e", "é"])("is none: %j", (text) =>
    expect(parsePythonFloat(text)).toBeUndefined(),
  );
});

describe("a number that is written", () => {
  it.each<[number, string]>([
    [50, "50.0"],
    [-41.76, "-41.76"],
    [-0.75, "-0.75"],
    [0, "0.0"],
    [-0, "-0.0"],
    [0.1 + 0.2, "0.30000000000000004"],
    [1e-4, "0.0001"],
    [9.999999999999999e-5, "9.999999999999999e-05"],
    [1e-5, "1e-05"],
    [-1.5e-7, "-1.5e-07"],
    [1e-10, "1e-10"],
    [1.25e-100, "1.25e-100"],
    [5e-324, "5e-324"],
    [2.2250738585072014e-308, "2.2250738585072014e-308"],
    [123_456_789, "123456789.0"],
    [1e15, "1000000000000000.0"],
    [9_999_999_999_999_998, "9999999999999998.0"],
    [1e16, "1e+16"],
    [-12_345_678_901_234_567_000, "-1.2345678901234567e+19"],
    [1e21, "1e+21"],
    [1.7976931348623157e308, "1.7976931348623157e+308"],
    [Number.POSITIVE_INFINITY, "inf"],
    [Number.NEGATIVE_INFINITY, "-inf"],
    [Number.NaN, "nan"],
  ])("[CALC-1] %d is %s", (value, text) => {
    expect(pythonRepr(value)).toBe(text);
  });
});

const NUMBERS: [string, number][] = [
  ["5", 5],
  ["+5", 5],
  ["-0.5", -0.5],
  [".5", 0.5],
  ["5.", 5],
  ["-.5e-3", -0.0005],
  ["1e3", 1_000],
  ["1E+3", 1_000],
  ["5.e1", 50],
  ["007", 7],
  ["1_000_000.000_1", 1_000_000.0001],
  ["1_0e1_0", 10e10],
  ["1e400", Number.POSITIVE_INFINITY],
  ["-1e-400", -0],
  ["-0", -0],
  ["inf", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["+iNf", Number.POSITIVE_INFINITY],
  ["nan", Number.NaN],
  ["-NaN", Number.NaN],
  ["  5\t\n", 5],
  ["\u00a0\u20035\u0085", 5],
  [" inf ", Number.POSITIVE_INFINITY],
];

const NO_NUMBERS = [
  ..."_1 1_ 1__0 1_.5 1._5 ._5 1e_5 1_e5 1e5_ . + - -. e5 1e 1e+ 1.2.3 --1 +-1 1- 0x10 0b1 1f 1n".split(" "),
  ..."infinit infi n nana in_f -  ١٢x one 1,5 ½ ² ∞".split(" "),
  ...["", " ", "- 5", "1 2", "1e 5", "\ufeff1", "1\0", "1\x1c", "−5"],
];

describe("a number that is read", () => {
  it.each(NUMBERS)("[CALC-2] %j is %d", (text, value) => {
    expect(parsePythonFloat(text)).toBe(value);
  });

  it.each(NO_NUMBERS)("[CALC-2] %j is none", (text) => {
    expect(parsePythonFloat(text)).toBeUndefined();
  });

  it.each([
    ["digits", "1".repeat(60_000)],
    ["underscores", "1_".repeat(30_000)],
    ["signs", "-".repeat(60_000)],
    ["white space", " ".repeat(60_000)],
    ["white space between", `1${" ".repeat(60_000)}1`],
  ])("costs no more than its length: %s", async (_what, text) => {
    const usedMs = await processorMsOf(() => {
      for (const odd of [text, `${text}x`, `x${text}`]) parsePythonFloat(odd);
    });
    // A reader that looks at each digit again for each digit needs seconds.
    expect(usedMs).toBeLessThan(1_000);
  });
});

describe.skipIf(!hasPython)("the real Python (skipped without python3)", () => {
  it("[CALC-1] writes thousands of random doubles the same way", () => {
    const next = randomBits();
    const values: number[] = [1e16, 1e-5, 1e22, 1e23, 5e-324, -0, 2 ** 53, 2 ** 63, 1 / 3, 4.35];
    for (let round = 0; round < 4_000; round += 1) {
      const bits = next();
      values.push(fromBits(bits));
      // Denormals; sizes about those where an exponent begins; short decimals.
      values.push(fromBits(bits & 0x800fffffffffffffn));
      values.push(
        Number(bits % 2_000n) * 1e-7,
        Number(bits % 100_000n) * 1e12,
        Number(bits % 1_000_000n) / 100,
      );
    }
    for (let exponent = -330; exponent <= 308; exponent += 1) values.push(Number(`1e${exponent}`));
    const expected = python('repr(struct.unpack(">d", bytes.fromhex(line))[0])', values.map(bitsOf));
    expect(values.map(pythonRepr)).toEqual(expected);
  });

  it("[CALC-2] reads the same texts as the same doubles, and refuses the same ones", () => {
    const next = randomBits();
    const texts = [
      ...NUMBERS.map(([text]) => text),
      ...NO_NUMBERS.filter((text) => !/[\u0660-\u0669]/.test(text)),
    ];
    // Halfway between two doubles, at more digits than a double has; and just beside.
    texts.push(
      "9007199254740993",
      "9007199254740993.0000000000000000000000000000001",
      `0.1${"0".repeat(800)}1`,
    );
    for (let round = 0; round < 3_000; round += 1) texts.push(randomText(next));
    const expected = python('struct.pack(">d", float(line)).hex()', texts);
    const read = texts.map((text) => {
      const value = parsePythonFloat(text);
      return value === undefined ? "no number" : Number.isNaN(value) ? "nan" : bitsOf(value);
    });
    // A nan has many bit patterns, and one spelling.
    expect(read).toEqual(expected.map((bits) => (/^[7f]ff8/.test(bits) ? "nan" : bits)));
    expect(read.filter((bits) => bits !== "no number").length).toBeGreaterThan(500);
  });
});

/** Out of the pieces that numbers are made of. */
function randomText(next: () => bigint): string {
  const pieces = ["0", "1", "9", "123456789", "007", "_", ".", "e", "E-", "e+", "-", "+", " ", "inf", "nan"];
  const length = 1 + Number(next() % 5n);
  return Array.from({ length }, () => pieces[Number(next() % BigInt(pieces.length))]).join("");
}
