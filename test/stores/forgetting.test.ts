/** A student who is forgotten is in no row of the journal, the results and the audit, and the others are as they were. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { openAudit } from "../../src/stores/audit.ts";
import { openKeptChecks } from "../../src/stores/checks.ts";
import { openClass } from "../../src/stores/class.ts";
import { forgetStudent } from "../../src/stores/forgetting.ts";
import { openJournal } from "../../src/stores/journal.ts";
import { journalFilesIn } from "../../src/stores/journal-files.ts";
import { LabFolder } from "./lab-folder.ts";

const NOW = Date.UTC(2026, 11, 3);

function row(connection: string, detail: string) {
  return {
    at: NOW,
    connection,
    role: "echo",
    remote: "::1:5",
    kind: "in",
    detail,
    bytes: undefined,
    entry: 0,
    atUs: 0,
    facts: "{}",
  };
}

const storyOf = (id: string, label: string) => ({
  id,
  short: id.slice(7),
  run: 1,
  label,
  version: 1,
  openedAt: NOW,
  subject: "{}",
  summary: "{}",
});

it("removes all that is kept of one student, and nothing of another", async () => {
  const lab = new LabFolder();
  const database = lab.open();
  const journal = openJournal(database, {
    run: { id: 1, startedAt: 0, lab: "lab", version: "1" },
    now: () => NOW,
    onTrouble: (sentence) => expect.fail(sentence),
  });
  await journal.apply({
    op: "append",
    rows: [row("echo-1/c1", "secret-of-s042"), row("echo-1/c2", "word-of-s043")],
    stories: [storyOf("echo-1/c1", "s042"), storyOf("echo-1/c2", "s043")],
    grown: [],
  });
  const result = { id: "ECHO-0", status: "passed", grade: "MUST", weight: 1, message: "" };
  const report = {
    version: "1",
    seed: 1,
    role: "echo",
    side: "server",
    target: "x",
    at: NOW,
    results: [result],
  } as const;
  for (const student of ["s042", "s043"]) await openKeptChecks(database).add({ ...report, student } as never);
  const audit = openAudit(database);
  for (const line of [
    "hint s042 D27",
    "hint s0421 D27",
    "say S042-echo s042.b xs042",
    "kick s042-echo-2 --yes",
  ])
    await audit.add({ at: NOW, operator: "ann", level: "own", node: null, line, exit: 0 });

  expect(await forgetStudent(database, ["s042", "amber-otter"], ["echo"])).toEqual({
    stories: 1,
    entries: 1,
    checks: 1,
    audit: 3,
  });
  expect(lab.rows("SELECT connection FROM journal")).toEqual([{ connection: "echo-1/c2" }]);
  expect(lab.rows("SELECT label FROM stories")).toEqual([{ label: "s043" }]);
  expect(lab.rows("SELECT student FROM checks")).toEqual([{ student: "s043" }]);
  expect(lab.rows("SELECT line FROM audit")).toEqual(
    [
      "hint (forgotten) D27",
      "hint s0421 D27",
      "say (forgotten)-echo s042.b xs042",
      "kick (forgotten)-echo-2 --yes",
    ].map((line) => ({ line })),
  );
  const [week] = journalFilesIn(lab.path);
  expect(readFileSync(week?.file ?? "").includes("secret-of-s042")).toBe(false);
  // The guards are there again.
  expect(() => lab.exec("DELETE FROM checks")).toThrow("not removed");
  expect(() => lab.exec("UPDATE audit SET exit = 1")).toThrow("not changed");
});

it("takes the name out of the audit where it is a whole word, and leaves names that begin or end with it", async () => {
  const lab = new LabFolder();
  const database = lab.open();
  const audit = openAudit(database);
  const lines = [
    "hint s04 D27",
    "hint S04 D1",
    "stop s04-echo-2 s04-echo",
    "hint s042 D27",
    "tap s04.b xs04 s04-late",
  ];
  for (const line of lines)
    await audit.add({ at: NOW, operator: "ann", level: "own", node: null, line, exit: 0 });
  expect(await forgetStudent(database, ["s04", "amber-otter"], ["echo"])).toMatchObject({ audit: 3 });
  expect(audit.since(0, 10).map(({ line }) => line)).toEqual([
    "hint (forgotten) D27",
    "hint (forgotten) D1",
    "stop (forgotten)-echo-2 (forgotten)-echo",
    "hint s042 D27",
    "tap s04.b xs04 s04-late",
  ]);
  for (const file of [database.file, `${database.file}-wal`])
    expect(readFileSync(file).includes("hint S04 D1")).toBe(false);
});

it("leaves nothing of a student in the file of the class, and never gives the place again", async () => {
  const lab = new LabFolder();
  const database = lab.open();
  const store = openClass(database);
  const student = { pseudonym: "amber-otter", group: null, email: null, addedAt: 1, leftAt: 2 };
  await store.saveStudents(
    [
      { ...student, id: "s1", slot: 0, name: "Ann" },
      { ...student, id: "s2", slot: 1, name: "Bob Nobody-Else", pseudonym: "bold-otter" },
    ],
    [],
  );
  await store.forget("s2");
  await forgetStudent(database, ["s2", "bold-otter"], []);
  expect(store.retiredSlots()).toEqual([1]);
  await store.forget("s1");
  await store.forget("s1");
  expect(store.retiredSlots()).toEqual([1, 0]);
  for (const file of [database.file, `${database.file}-wal`])
    expect(readFileSync(file).includes("Bob Nobody-Else")).toBe(false);
});
