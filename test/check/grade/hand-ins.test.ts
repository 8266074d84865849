/** Hand-ins as they lie in a folder: whose each is, and what is none. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { folderWith, handInsIn } from "../../../src/check/grade/hand-ins.ts";

function folderOf(...names: readonly string[]): string {
  const folder = mkdtempSync(path.join(tmpdir(), "netlabd-hand-ins-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of names) mkdirSync(path.join(folder, name), { recursive: true });
  return folder;
}

const idsIn = async (folder: string, roster: Parameters<typeof handInsIn>[1] = []) =>
  (await handInsIn(folder, roster)).handIns.map(({ student }) => student.id);

it("takes the files of a student whom Moodle's editor has words of, too", async () => {
  const folder = folderOf(
    "Ann Example_4711_assignsubmission_onlinetext_",
    "Ann Example_4711_assignsubmission_file_",
    "Bob Example_4712_assignsubmission_onlinetext_",
  );
  const { handIns } = await handInsIn(folder, []);
  expect(handIns.map((one) => path.basename(one.folder))).toEqual([
    "Ann Example_4711_assignsubmission_file_",
    "Bob Example_4712_assignsubmission_onlinetext_",
  ]);
});

it("refuses two folders of one student, and names both", async () => {
  const folder = folderOf("s042", "Ann Example_4711_assignsubmission_file_", "s043");
  const roster = [{ id: "s042", name: "Ann Example" }];
  await expect(handInsIn(folder, roster)).rejects.toThrow(
    "s042 has two hand-ins, Ann Example_4711_assignsubmission_file_ and s042: keep one of the folders",
  );
});

it("knows a name whose umlauts an archive has taken apart", async () => {
  const name = "Jörg Müßig";
  const folder = folderOf(name.normalize("NFD"));
  expect(await idsIn(folder, [{ id: "s1", name }])).toEqual(["s1"]);
  expect(await idsIn(folder)).toEqual([name.normalize("NFC")]);
});

it("tells of the files beside the folders, which are no hand-ins", async () => {
  const folder = folderOf("ann");
  for (const name of ["dee.zip", "bob.py", ".DS_Store"]) writeFileSync(path.join(folder, name), "");
  expect((await handInsIn(folder, [])).beside).toEqual(["bob.py", "dee.zip"]);
});

it("finds a file that lies in a folder of the hand-in", async () => {
  const folder = folderOf("ann/lab 3/src");
  writeFileSync(path.join(folder, "ann/lab 3/src/server.py"), "");
  expect(await folderWith(path.join(folder, "ann"), "server.py")).toBe("lab 3/src");
  expect(await folderWith(path.join(folder, "ann"), "client.py")).toBeUndefined();
});
