/** Sentences about what a calculator cannot read: each names what is wrong, and nothing that is not. */
import { describe, expect, it } from "vitest";
import { expressionSlip } from "../../src/diagnoses/_expression-slips.ts";
import { parseExpression } from "../../src/wire/calculator.ts";

const SLIPS: readonly (readonly [string, RegExp])[] = [
  ["15+35", /spaces around the operator are missing/],
  ["15,+,35", /commas stand where blanks are due/],
  ["3,5 + 2,25", /decimals with a comma/],
  ["1,000 + 2", /of decimals or of thousands/],
  ["1,000,000 + 2", /groups its digits by commas/],
  ["+ 15 35", /the operator stands first/],
  ["15 35 +", /the operator stands last/],
  ["2 + 3 =", /an = stands after the expression/],
  ["1 + 2 + 3", /more than one operator/],
  ["2 x 3", /x is no operator; \* is what it stands for/],
  ["2 × 3", /× \(U\+00D7\) is no operator; \*/],
  ["15 − 35", /− \(U\+2212\) is no operator; - is/],
  ["8 : 2", /: is no operator; \/ is/],
  ["12:30", /is not of the form/],
  ["5 constructor 3", /the word between the numbers is not an operator/],
  ["5 __proto__ 3", /the word between the numbers is not an operator/],
  ["two plus 3", /is not of the form/],
  ["2 plus 3", /plus is no operator; \+ is/],
  ["2 ^ 3", /\^ is no operator of this calculator/],
  ["2 hello 3", /the word between the numbers is not an operator/],
  ["null15 + 35", /null stands before the expression/],
  ["%d %c %d", /%d a place in it that no value was put into/],
  ["{x} + {y}", /\{x\} a place in it that no value was put into/],
  ["15 % 35", /% is no operator of this calculator/],
  ["None + 35", /None stands for a number/],
  ["15 + null", /null stands for a number/],
  ["None of it", /is not of the form/],
  ["nullify", /is not of the form/],
  ["hello", /is not of the form: number operator number/],
];

/** Marks around quoted texts are set where a sentence is shown. */
const unquoted = (sentence: string) => sentence.replaceAll(/[\uE000-\uF8FF"]/g, "");

describe("a text that is no expression", () => {
  it.each(SLIPS)("%s is told what is wrong", (text, sentence) => {
    expect(parseExpression(text).ok).toBe(false);
    expect(unquoted(expressionSlip(text))).toMatch(sentence);
  });
});
