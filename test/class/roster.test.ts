/** Rosters: netlabd's own, Moodle's and Canvas' exports as they are, and what is said of lines that are none. */
import { describe, expect, it } from "vitest";
import { parseRoster } from "../../src/class/roster.ts";

const ids = (text: string) => parseRoster(text).students.map(({ id }) => id);
const whys = (text: string | Uint8Array) => parseRoster(text).bad.map(({ line, why }) => `${line}: ${why}`);

describe("a roster", () => {
  it("has its columns in any order, and those that it lacks are empty", () => {
    expect(parseRoster("group,name,id\nB,Ann Lee,s001\n,Bob,s002\n").students).toEqual([
      { id: "s001", name: "Ann Lee", group: "B", email: undefined, login: undefined },
      { id: "s002", name: "Bob", group: undefined, email: undefined, login: undefined },
    ]);
  });

  it.each([
    ["semicolons", "id;name\ns1;Lee, Ann\n"],
    ["tabs", "id\tname\ns1\tLee, Ann\n"],
    ["a byte order mark and CRLF", '\uFEFFid,name\r\ns1,"Lee, Ann"\r\n'],
  ])("is read with %s", (_, text) => {
    expect(parseRoster(text).students).toMatchObject([{ id: "s1", name: "Lee, Ann" }]);
  });

  it("is Moodle's list of participants as it is", () => {
    const text =
      'First name,Last name,ID number,Email address,Groups\nAnn,Lee,20231001,ann@uni.example,"Group A, Tutors"\n';
    expect(parseRoster(text)).toEqual({
      students: [
        { id: "20231001", name: "Ann Lee", group: "Group A", email: "ann@uni.example", login: undefined },
      ],
      bad: [],
    });
  });

  it("is Canvas' gradebook as it is: its own number of a user is no id, and its line of points no student", () => {
    const text = `Student,ID,SIS User ID,SIS Login ID,Section,Lab 1 (101)
    Points Possible,,,,,10
"Lee, Ann",4711,u123,alee,CS 101,7
"Student, Test",4712,,,CS 101,
`;
    expect(parseRoster(text)).toEqual({
      students: [
        { id: "u123", name: "Lee, Ann", group: "CS 101", email: undefined, login: "alee", canvasId: "4711" },
      ],
      bad: [],
    });
  });

  it("has a port that is fixed, or how far behind the first it is, a number of Canvas, and a note", () => {
    const { students } = parseRoster(
      "ID;Port;canvas_id;Note\ns1;21040;77;repeats the course\ns2;+40;;\ns3;;;\n",
    );
    expect(students.map(({ port, canvasId, note }) => [port, canvasId, note])).toEqual([
      [{ port: 21_040, line: 2 }, "77", "repeats the course"],
      [{ offset: 40, line: 3 }, undefined, undefined],
      [undefined, undefined, undefined],
    ]);
  });

  it("names the column of a value that is wrong, as it is called there, and what to write", () => {
    const { students, bad } = parseRoster(
      `id,PORT,note\ns1,no,\ns2,-4,\ns3,210400,\ns4,,${"x".repeat(201)}\ns5,+0,${"x".repeat(200)}\n`,
    );
    expect(students.map(({ id }) => id)).toEqual(["s5"]);
    expect(bad.map(({ line, column }) => [line, column])).toEqual([
      [2, "PORT"],
      [3, "PORT"],
      [4, "PORT"],
      [5, "note"],
    ]);
    expect(bad[0]?.why).toBe(
      '"no" is not a port: write the first of the student\'s ports, e.g. 21040, or +40 for 40 after the first one of the class, or leave the field empty',
    );
    expect(bad[3]?.why).toBe("201 characters: write 200 at most");
  });

  it("names each line that is wrong, and what to do, and loses none of the others", () => {
    const text = 'id,name\ns1,Ann\n,Bob\ns 3,Carl\nS1,Dan\ns5,Lee, Eve\ns6,"Fay\nof two lines"\ns1,Gil\n';
    expect(ids(text)).toEqual(["s1", "s6"]);
    expect(whys(text)).toEqual([
      "3: no id: every student needs one",
      '4: the id "s 3" has other characters than letters, digits, . _ and -, or more than 32',
      "5: the id S1 is on line 2 already: every student needs another one",
      "6: 3 fields, but the header has 2: put quotes around a field with a comma in it",
      "9: the id s1 is on line 2 already: every student needs another one",
    ]);
  });

  it("has no id that could be a group's label", () => {
    expect(ids("id\ns1\nGroup-A\ngroups\n")).toEqual(["s1", "groups"]);
    expect(whys("id\ns1\nGroup-A\n")).toEqual([
      '3: the id Group-A begins with "group-", as the labels of groups do: give another one',
    ]);
  });

  it("without a column of ids says which headings would do", () => {
    expect(whys("Nom,Prénom\nLee,Ann\n")).toEqual([
      '1: no column with the ids of the students: name one of "id", "ID number", "SIS User ID", "student id", "matriculation number", "Matrikelnummer", "username"',
    ]);
  });

  it.each([
    ["nothing", "", "1: the file is empty: it needs a header with a column id, and a line for each student"],
    [
      "Latin-1",
      Buffer.from("id,name\ns1,J\xFCrgen\n", "latin1"),
      "1: the file is not UTF-8: save it again as CSV UTF-8 (a spreadsheet asks for the encoding)",
    ],
    [
      "a quote without its end",
      'id,name\ns1,"Ann\n',
      "2: a quote is not closed, or text stands beside one: put the whole field in quotes",
    ],
  ])("of %s is refused with what to do", (_, text, why) => {
    expect(whys(text)).toEqual([why]);
  });
});
