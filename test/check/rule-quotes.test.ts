/** The words of a long rule that a card quotes are those that its case is about. */
import { expect, it } from "vitest";
import { quotedRule, ruleQuotes } from "../../src/check/rule-quotes.ts";
import { ruleInShort, wireRules } from "../../src/wire-rules.ts";
import { casesFor, peers } from "../conformance/mutants.ts";

const cases = (await Promise.all(peers.map(casesFor))).flat();
const ruleOf = (id: string) => wireRules().get(id.split(".")[0] ?? "") ?? "";

it("each excerpt stands in its rule, word for word", () => {
  const strange = Object.entries(ruleQuotes).filter(([id, quote]) => !ruleOf(id).includes(quote));
  expect(strange).toEqual([]);
});

it("each case of a rule that is too long for a card has an excerpt, and each excerpt a case", () => {
  const cut = cases.filter(({ rule }) => ruleInShort(rule) !== wireRules().get(rule)).map(({ id }) => id);
  expect([...new Set(cut)].filter((id) => ruleQuotes[id] === undefined)).toEqual([]);
  const ids = new Set(cases.map(({ id }) => id));
  expect(Object.keys(ruleQuotes).filter((id) => !ids.has(id))).toEqual([]);
});

it("quotes the middle of a rule with signs that it goes on, and a short rule whole", () => {
  expect(quotedRule("FRAME-7.empty-message", "FRAME-7")).toBe("… Empty messages are ignored. …");
  expect(quotedRule("ACK-1.ok", "ACK-1")).toBe(wireRules().get("ACK-1"));
  expect(quotedRule("FRAME-8.c.refused", "FRAME-8")).toBeUndefined();
});
