/** Gradebooks as spreadsheets and learning platforms read them. */
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import type { GradedLine } from "../../src/check/grade/graded.ts";
import { canvasText, gradebookText, moodleText } from "../../src/class/gradebook.ts";

const line = (more: Partial<GradedLine> = {}): GradedLine => ({
  format: "netlab-grade/1",
  student: {
    id: "s001",
    name: "Ann Example",
    email: "ann@example.org",
    canvasId: "4711",
    login: "ann",
    section: "Mon",
    group: "B",
  },
  shownAs: "s001",
  points: 17.5,
  max: 20,
  mustFailed: 1,
  shouldFailed: 2,
  flaky: 0,
  lost: ["CALC-1.sum", "ROBUST.nul"],
  remark: "",
  seed: 7,
  submitted: "2026-11-01T10:00:00.000Z",
  checked: "2026-11-02T10:00:00.000Z",
  version: "0.1.0",
  digest: "",
  ...more,
});
const rows = (text: string) => parse(text) as unknown as string[][];
const about = { title: "Lab 3", max: 20 };

describe("a gradebook", () => {
  it("has a row a hand-in, under the headings that it has for good", () => {
    expect(rows(gradebookText([line()]))).toEqual([
      [
        "id",
        "group",
        "attempt",
        "score",
        "max",
        "must_failed",
        "should_failed",
        "flaky",
        "seed",
        "submitted",
        "checked",
        "version",
      ],
      [
        "s001",
        "B",
        "1",
        "17.5",
        "20",
        "1",
        "2",
        "0",
        "7",
        "2026-11-01T10:00:00.000Z",
        "2026-11-02T10:00:00.000Z",
        "0.1.0",
      ],
    ]);
  });

  it("leaves the cell of a hand-in empty that was not judged, and gives none for nothing", () => {
    const text = gradebookText([line({ points: null }), line({ points: 0, submitted: null })]);
    expect(
      rows(text)
        .slice(1)
        .map((row) => row[3]),
    ).toEqual(["", "0"]);
  });

  it("is Moodle's with e-mail, ID number, grade and feedback", () => {
    expect(rows(moodleText([line()], about))).toEqual([
      ["Email address", "ID number", "Lab 3", "Lab 3 (feedback)"],
      ["ann@example.org", "s001", "17.5", "failed: CALC-1.sum, ROBUST.nul"],
    ]);
  });

  it("says of a grading that was broken off what is not judged yet, and not that it was not handed in", () => {
    const due = line({ points: null, lost: [], submitted: null });
    const absent = line({ points: 0, lost: [], submitted: null });
    const feedback = rows(moodleText([due, absent], about)).slice(1);
    expect(feedback.map((row) => row[3])).toEqual(["not judged yet", "nothing was handed in"]);
  });

  it("is Canvas' with its second row, and without a roster too", () => {
    const nameless = line({ student: { id: "s002" }, shownAs: "s002" });
    expect(rows(canvasText([line(), nameless], about))).toEqual([
      ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Lab 3"],
      ["    Points Possible", "", "", "", "", "20"],
      ["Ann Example", "4711", "s001", "ann", "Mon", "17.5"],
      ["s002", "", "s002", "", "", "17.5"],
    ]);
  });

  it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])(
    "lets no spreadsheet compute %j, which is a student's word",
    (word) => {
      const evil = line({ student: { id: word, name: word, email: word }, shownAs: word });
      for (const text of [gradebookText([evil]), moodleText([evil], about), canvasText([evil], about)])
        expect(
          rows(text)
            .flat()
            .filter((cell) => cell === word),
        ).toEqual([]);
    },
  );
});
