/** The gradebook of results that the daemon keeps: the newest of each role, in pseudonyms unless names are asked for. */
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { documentSchemas } from "../../src/repl/document-schemas.ts";
import type { KeptReport } from "../../src/stores/checks.ts";
import { ClassDaemon } from "./class-daemon.ts";
import { run } from "./class-session.ts";

const LAB = "title: '=Lab 3'\nroster: ./roster.csv\neach:\n  - role: calculator\n  - role: chat\n";
const ROSTER =
  'id,name,group,email,login\ns001,"=HYPERLINK(""http://evil"")",A,ann@uni.example,ann\ns002,Bob,-1,,\ns003,Cem,,,\n';

let one: ClassDaemon;
const pseudonym = (id: string) => one.daemon.lab.class?.find(id)?.pseudonym ?? "";
const rows = (text: string, delimiter = ",") => parse(text, { delimiter }) as unknown as string[][];
const textOf = async (line: string) => (await run(one, line)).text;

function report(student: string, role: string, at: string, ...statuses: string[]): KeptReport {
  const results = statuses.map((status, index) => ({
    id: `CASE-${index + 1}`,
    status,
    grade: index === 1 ? "SHOULD" : "MUST",
    weight: index === 1 ? 1 : 2,
    message: "",
  }));
  const shared = { version: "0.1.0", seed: 7, side: "server", target: "x" } as const;
  return { ...shared, student, role, at: Date.parse(at), results };
}

beforeAll(async () => {
  one = await ClassDaemon.start({ "lab.yaml": LAB, "roster.csv": ROSTER });
  const { lab } = one.daemon;
  await lab.keepCheck(report("s001", "calculator", "2026-12-01T10:00:00Z", "failed", "failed", "failed"));
  await lab.keepCheck(report("s001", "calculator", "2026-12-02T10:00:00Z", "passed", "failed", "skipped"));
  await lab.keepCheck(report("s001", "chat", "2026-12-01T11:00:00Z", "passed", "passed", "failed"));
  await lab.keepCheck(report("s002", "calculator", "2026-12-01T10:00:00Z", "passed"));
});
afterAll(() => one.close());

describe("class gradebook", () => {
  it("sums up the newest results of each role, without cases that were skipped, in pseudonyms", async () => {
    const [head, ...lines] = rows(await textOf("class gradebook"));
    expect(head?.slice(0, 7)).toEqual([
      "id",
      "group",
      "attempt",
      "score",
      "max",
      "must_failed",
      "should_failed",
    ]);
    const checked = "2026-12-02T10:00:00.000Z";
    expect(lines).toEqual([
      // Of eight points that could be had: 2 of 3, and 3 of 5.
      [pseudonym("s001"), "A", "1", "62.5", "100", "1", "1", "0", "7", checked, checked, "0.1.0"],
      expect.arrayContaining([pseudonym("s002"), "'-1", "1", "100"]),
      [pseudonym("s003"), "", "0", "", "100", "0", "0", "0", "", "", "", ""],
    ]);
    expect(await textOf("class gradebook")).not.toMatch(/s00\d|Bob|evil|uni\.example/);
    expect(JSON.stringify((await run(one, "class gradebook --json")).documents)).not.toMatch(
      /s00\d|Bob|evil/,
    );
  });

  it("is what Moodle imports, with names, for the daemon's user alone", async () => {
    expect(rows(await textOf("class gradebook --format moodle --names"))).toEqual([
      ["Email address", "ID number", "'=Lab 3", "'=Lab 3 (feedback)"],
      ["ann@uni.example", "s001", "62.5", "failed: CASE-2, CASE-3"],
      ["", "s002", "100", "all cases passed"],
      ["", "s003", "", "no result of check is kept"],
    ]);
    const refused = await run(one, "class gradebook --format moodle");
    expect(refused).toMatchObject({ exit: 2, text: expect.stringContaining("needs --names") });
    const assistant = await run(one, "class gradebook --format moodle --names", { level: "observe" });
    expect(assistant).toMatchObject({ exit: 5 });
  });

  it("is what Canvas imports, and no name in it is a formula", async () => {
    expect(rows(await textOf("class gradebook --format canvas --names --max 20"))).toEqual([
      ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "'=Lab 3"],
      ["    Points Possible", "", "", "", "", "20"],
      [`'=HYPERLINK("http://evil")`, "", "s001", "ann", "", "12.5"],
      ["Bob", "", "s002", "", "", "20"],
      ["Cem", "", "s003", "", "", ""],
    ]);
  });

  it("has the decimal mark and the separator of its reader, and goes into a file", async () => {
    const { text, files } = await run(
      one,
      "class gradebook --decimal , --separator ';' --max 20 --out grades.csv",
    );
    expect(text).toBe("wrote grades.csv: 3 students, 2 with results");
    expect(rows(files["grades.csv"] ?? "", ";")[1]?.slice(3, 5)).toEqual(["12,5", "20"]);
    expect(await run(one, "class --out grades.csv")).toMatchObject({ exit: 2, files: {} });
  });

  it("is a document", async () => {
    const { documents } = await run(one, "class gradebook --json");
    expect(documentSchemas.class?.parse(documents[0])).toEqual(documents[0]);
    expect(documents[0]).toMatchObject([{ points: 62.5, lost: ["CASE-2", "CASE-3"] }, {}, { points: null }]);
  });
});
