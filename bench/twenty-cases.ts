/** Twenty cases of a calculator, as an assignment asks for them. */
export const twentyCases = [
  ...["CALC-0.name-unanswered", "CALC-0.one-answer-each", "CALC-0.q-closes"],
  ...["CALC-1.sum", "CALC-1.difference", "CALC-1.product", "CALC-1.quotient", "CALC-1.shortest-repr"],
  ...["CALC-1.large-small-inf", "CALC-2.bad-format", "CALC-2.bad-operator", "CALC-2.division-by-zero"],
  ...["CALC-2.number-forms", "CALC-3.glued-name", "FRAME-2.lines", "FRAME-2.two-lines-one-segment"],
  ...[
    "FRAME-2.line-in-two-segments",
    "FRAME-2.byte-by-byte",
    "FRAME-4.nul-terminated",
    "FRAME-7.long-message",
  ],
];
