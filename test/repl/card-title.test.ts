/** Title of a card in a narrow terminal: what does not fit stands under it, not under the card's number. */
import { expect, it } from "vitest";
import type { Card } from "../../src/diagnoses/table.ts";
import { wholeCard } from "../../src/repl/card-text.ts";
import { styleOf } from "../../src/repl/style.ts";

it("hangs behind its number", () => {
  const card = {
    id: "D21",
    level: "violation",
    title: "This is HTTP: a browser, curl, or a web library or server is talking",
    rule: "BOOK-1",
    reads: [],
    expected: "a query",
    cause: "a browser",
    advice: [],
    reproduce: "",
  } as unknown as Card;
  const [first, second] = wholeCard(card, { style: styleOf(false), columns: 60 } as never);
  expect(first).toMatch(/^D21 {2}violation: This is HTTP/);
  expect(second).toMatch(/^ {5}\S/);
});
