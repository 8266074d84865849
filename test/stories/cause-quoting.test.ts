/** A peer's words in a sentence: as they came, and escaped once where the sentence is shown. */
import { expect, it } from "vitest";
import { printable } from "../../src/printable.ts";
import { causeText } from "../../src/stories/cause-text.ts";
import { cause } from "../../src/stories/causes.ts";

const sentence = (said: string) =>
  printable(causeText(cause("wrong-answer", { sent: "15 + 35", said, due: "50.0" })));

it.each([
  ["HTTP/1.1 200 OK\r\n", String.raw`"HTTP/1.1 200 OK\r\n"`],
  ["5\0\u001b[31m", String.raw`"5\0\x1b[31m"`],
  [String.raw`a\n`, String.raw`"a\\n"`],
])("escapes %j once", (said, shown) => {
  expect(sentence(said)).toBe(`the server answers ${shown} to "15 + 35"; the right answer is "50.0"`);
});
