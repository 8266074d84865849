/** Rosters of one's own and as learning platforms export them. */
import { describe, expect, it } from "vitest";
import { parseRoster } from "../../../src/check/grade/roster.ts";

const read = (text: string) => parseRoster(text, "roster.csv");

describe("a roster", () => {
  it("is read by its headings, in any order, with ; or tab as well", () => {
    const ann = { id: "s001", name: "Ann", group: "B", email: "ann@example.org" };
    expect(read("name,id,group,email\nAnn,s001,B,ann@example.org\n")).toEqual([ann]);
    expect(read("\uFEFFid;name;group;email\r\ns001;Ann;B;ann@example.org\r\n")).toEqual([ann]);
    expect(read("id\tname\tgroup\temail\ns001\tAnn\tB\tann@example.org\n")).toEqual([ann]);
  });

  it("takes Moodle's export", () => {
    const text = 'Full name,ID number,Email address,Groups\n"Ann Example",s001,ann@example.org,B\n';
    expect(read(text)).toEqual([{ id: "s001", name: "Ann Example", email: "ann@example.org", group: "B" }]);
  });

  it("takes Canvas' export, without its second row and its test student", () => {
    const text = `Student,ID,SIS User ID,SIS Login ID,Section,Old (12)
    Points Possible,,,,,10
"Example, Ann",4711,s001,ann,Mon,9
"Student, Test",4712,,f00,Mon,
`;
    expect(read(text)).toEqual([
      { id: "s001", name: "Example, Ann", login: "ann", canvasId: "4711", section: "Mon" },
    ]);
  });

  it.each([
    ["no column of ids", "name\nAnn\n", "roster.csv: a roster needs a column id"],
    ["a row without an id", "id,name\ns001,Ann\n,Bob\n", "roster.csv:3: it has no id"],
    ["the same id twice", "id\ns001\ns002\ns001\n", "roster.csv:4: line 2 has the id s001 too"],
    ["a quote that is not closed", 'id,name\ns001,"Ann\n', /^roster\.csv:\d+: /],
  ])("tells of %s with its line", (_what, text, sentence) => {
    expect(() => read(text)).toThrow(sentence);
  });
});
