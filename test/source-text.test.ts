import { expect, it } from "vitest";
import { piecesOf } from "./source-text.ts";

const textsOf = (source: string) => piecesOf(source).map(({ kind, text, line }) => [kind, text, line]);

it("tells comments and literals apart, with their lines", () => {
  expect(textsOf('/** Why\n * so */\nconst a = "b"; // c\nconst d = `e`;')).toEqual([
    ["comment", "Why\nso", 1],
    ["literal", "b", 3],
    ["comment", "c", 3],
    ["literal", "e", 4],
  ]);
});

it("sees no comment in a literal, and no literal in a comment or a regular expression", () => {
  expect(textsOf('f("// a", /["\']\\/\\//) // "b"')).toEqual([
    ["literal", "// a", 1],
    ["comment", '"b"', 1],
  ]);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source of a template.
  expect(textsOf("x = a / b; y = `${c} // ${d}`; z = e / 2;")).toEqual([]);
});

it("reads escapes as the program does", () => {
  expect(textsOf('"Got\\u0000" "a\\n"')).toEqual([
    ["literal", "Got\0", 1],
    ["literal", "a\n", 1],
  ]);
});
