/** What was typed → a script: what is a value, what is kept, what awaits, what is unfinished, and what is wrong where. */
import { createContext, runInContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { rewrite } from "../../src/repl/evaluation/rewrite.ts";

async function scriptOf(source: string) {
  const rewritten = await rewrite(source);
  if (rewritten.kind !== "script") throw new Error(`${source}: ${rewritten.kind}`);
  return rewritten;
}

/** As the realm does: the line's names are there before it runs. */
async function run(source: string, context = createContext({})): Promise<unknown> {
  const { code, declared } = await scriptOf(source);
  for (const { name } of declared) if (!(name in context)) context[name] = undefined;
  return runInContext(code, context);
}

describe("a line that is whole", () => {
  it.each<[string, unknown]>([
    ["1 + 1", 2],
    ["1 + 1; // a comment", 2],
    ["{ a: 1 }", { a: 1 }],
    ["({ a: 1 })", { a: 1 }],
    ["{ const a = 1; a }", undefined],
    ["[1,\n2]", [1, 2]],
    ["const f = (x: number): number => x * 2; f(4)", 8],
    ["enum Color { Red, Green }; Color.Green", 1],
    ["'7' as unknown as number", "7"],
    ["JSON.parse<number>('7')", 7],
    ["const a = 1 < 2, b = 2 > 1; a && b", true],
    ["class A { x = 1 }\nnew A().x", 1],
    ["twice(2); function twice(x) { return 2 * x }", undefined],
    ["function twice(x) { return 2 * x }\ntwice(2)", 4],
    ["let x = 1, y; [x, y]", [1, undefined]],
    ["const { a, b: [c = 3], ...d } = { a: 1, b: [], e: 5 }; [a, c, d]", [1, 3, { e: 5 }]],
    ["if (true) 5", undefined],
    ["type T = string", undefined],
    ["`text`", "text"],
  ])("has the value of its last expression: %j", async (source, value) => {
    expect(JSON.stringify(await run(source))).toBe(JSON.stringify(value));
    expect((await scriptOf(source)).hasValue).toBe(value !== undefined);
  });

  it("keeps what it declares, on the global object", async () => {
    const context = createContext({});
    for (const source of [
      "const a = 1",
      "let b: number = a + 1",
      "var c",
      "function d() { return a + b }",
      "class E {}",
    ])
      await run(source, context);
    expect(runInContext("[a, b, c, d(), typeof E]", context)).toEqual([1, 2, undefined, 3, "function"]);
    const { declared } = await scriptOf(
      "const { a, b: [c] } = x, d = 1; let e; var f; class G {}; function h() {}",
    );
    expect(declared.map(({ name, isConst }) => name + (isConst ? "!" : ""))).toEqual([
      "a!",
      "c!",
      "d!",
      "e",
      "f",
      "G",
      "h",
    ]);
  });

  it.each([
    ["await f()", true],
    ["for await (const x of y) x", true],
    ["if (a) { b = await c }", true],
    ["async () => { await 1 }", false],
    ["async function f() { await 1 }", false],
    ["class A { async f() { await 1 } }", false],
  ])("answers a promise where it waits at the top alone: %j", async (source, isAsync) => {
    expect((await scriptOf(source)).isAsync).toBe(isAsync);
  });

  it.each([
    ["const a = 1;\nconst b = 2;\nnull.x", 3, 3],
    ["interface A {\n  a: number\n}\nconst a: A = { a: 1 };\nnull.x", 2, 5],
  ])("knows which of its lines a line of the script was: %j", async (source, line, typed) => {
    const { code, lineOf } = await scriptOf(source);
    expect(code.split("\n")[line - 1]).toContain("null.x");
    expect(lineOf(line)).toBe(typed);
  });
});

describe("a line that is not", () => {
  it.each([
    "foo(",
    "[1,",
    "if (x) {",
    "if (x)",
    "`abc",
    "`a ${b",
    "/* abc",
    "a +",
    "const x =",
    "async () =>",
    "interface Foo {",
    "const x: number =",
    "function f(a: string,",
    "class A {\n  x: number;",
  ])("is unfinished where more could make it whole: %j", async (source) => {
    expect(await rewrite(source)).toEqual({ kind: "unfinished" });
  });

  it.each([
    ["a b", 1, 2],
    ["1 +* 2", 1, 3],
    ["let a = 1;\nlet b = )", 2, 8],
    ["const x: = 1", 1, 9],
    ["import fs from 'node:fs'", 1, 0],
    ["'abc", 1, 4],
  ])("is wrong, and is told where: %j", async (source, line, column) => {
    expect(await rewrite(source)).toMatchObject({ kind: "wrong", line, column });
  });
});
