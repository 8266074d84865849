/** A report for a terminal: what a student reads first, and what is to be done next. */
import { expect, it } from "vitest";
import { text } from "../../../src/check/formats/text.ts";
import { reportOf, result } from "./_reports.ts";

const failed = (id: string, grade: "MUST" | "SHOULD") =>
  result({ id, grade, status: "failed", message: `${id} is wrong`, again: `netlabctl check --case ${id}` });

it("has the cards of MUSTs before others, and ends with what to mend first", () => {
  const lines = text(reportOf([failed("FRAME-2.lines", "SHOULD"), failed("CALC-1.sum", "MUST")])).split("\n");
  const cards = lines.filter((line) => /^(FRAME|CALC)-/.test(line)).map((line) => line.split(" ")[0]);
  expect(cards).toEqual(["CALC-1.sum", "FRAME-2.lines"]);
  expect(lines.slice(-2)).toEqual([
    "Mend CALC-1.sum first, and try it alone:",
    "  netlabctl check --case CALC-1.sum",
  ]);
});

it("tells of what fails after eight cards its message alone", () => {
  const report = text(reportOf(Array.from({ length: 10 }, (_, nth) => failed(`CALC-1.case${nth}`, "MUST"))));
  expect(report.match(/^ {2}again$/gm)).toHaveLength(8);
  expect(report).toContain(
    "failed too (--case ID shows the card of one):\n  CALC-1.case8: CALC-1.case8 is wrong",
  );
});
