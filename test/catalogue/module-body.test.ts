import { expect, it } from "vitest";
import { moduleBody } from "../../src/catalogue/module-body.ts";

const modules: Record<string, object> = {
  a: { default: "the default", one: 1, "odd name": "odd" },
  b: { two: 2 },
};

/** What the module exports, read as a function. */
function read(text: string): unknown {
  const { code } = moduleBody(text);
  // biome-ignore lint/security/noGlobalEval: the function is what is tried.
  const body = globalThis.eval(code) as (...means: unknown[]) => unknown;
  return body(
    (name: string) => modules[name],
    (name: string) => `loaded ${name}`,
    { url: "its own" },
  );
}

it.each([
  ["a default", 'import x from "a"; const y = x; export { y as default };', "the default"],
  ["a name", 'import { one } from "a"; const y = one; export { y as default };', 1],
  ["another name", 'import { one as uno } from "a"; const y = uno; export { y as default };', 1],
  ["a name that is no identifier", 'import { "odd name" as x } from "a"; export { x as default };', "odd"],
  [
    "a default and a name",
    'import x, { one } from "a"; const y = x + one; export { y as default };',
    "the default1",
  ],
  ["all of a module", 'import * as x from "b"; const y = x.two; export { y as default };', 2],
  [
    "a default and all",
    'import x, * as y from "a"; const z = x + y.one; export { z as default };',
    "the default1",
  ],
  [
    "what is imported below",
    'const y = () => two; const z = y(); import { two } from "b"; export { z as default };',
    2,
  ],
  ["nothing, for what the module does", 'import "b"; const y = 3; export { y as default };', 3],
])("binds %s", (_, text, value) => expect(read(text)).toEqual({ default: value }));

it("hands a module what it loads later, and its own name", () => {
  const text = 'const later = import("c"); const own = import.meta.url; export { later, own };';
  expect(read(text)).toEqual({ later: "loaded c", own: "its own" });
});

it("tells what is imported", () => {
  expect(
    moduleBody('import "a"; import { two } from "b"; const x = 1; export { x as default };').imports,
  ).toEqual(["a", "b"]);
});

it("leaves each line where it is", () => {
  const text = 'import {\n  one\n} from "a";\nconst x = one;\nexport {\n  x as default\n};\n// the end\n';
  const lines = moduleBody(text).code.split("\n");
  expect([lines[3], lines[7]]).toEqual(["const x = one;", "// the end"]);
});

it.each([
  ["an await", "const x = await 1; export { x as default };", true],
  ["an await in a block", "let x; { x = await 1; } export { x as default };", true],
  ["a loop that awaits", "for await (const x of []); ", true],
  ["a function that awaits", "const x = async () => { await 1; }; export { x as default };", false],
  [
    "a method that awaits",
    "const x = { async m() { for await (const y of []); } }; export { x as default };",
    false,
  ],
])("knows of %s whether its reader waits", (_, text, isAsync) =>
  expect(moduleBody(text).isAsync).toBe(isAsync),
);
