/** A backup is made beside the lab, and a folder made again from it is the same; what is damaged changes nothing. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { schemaFile } from "../../src/config.ts";
import { openAudit } from "../../src/stores/audit.ts";
import { backUp, copyOfFile } from "../../src/stores/backup.ts";
import { SCHEMA_VERSION } from "../../src/stores/database.ts";
import { openJournal } from "../../src/stores/journal.ts";
import { tryMigration } from "../../src/stores/migrating.ts";
import { restore } from "../../src/stores/restoring.ts";
import { LabFolder } from "./lab-folder.ts";

const NOW = new Date("2026-12-03T12:00:00Z");
const line = (text: string) => ({ at: 1, operator: "ann", level: "own", node: null, line: text, exit: 0 });

/** A lab with a row, a week of the journal and a key, and a backup of it. */
async function backedUp() {
  const lab = new LabFolder();
  const database = lab.open();
  const audit = openAudit(database);
  await audit.add(line("first"));
  const journal = openJournal(database, {
    run: { id: 1, startedAt: 0, lab: "lab", version: "1" },
    now: () => NOW.getTime(),
    onTrouble: (sentence) => expect.fail(sentence),
  });
  await journal.apply({ op: "append", rows: [], stories: [], grown: [] });
  writeFileSync(path.join(lab.path, "class.key"), "k".repeat(32), { mode: 0o600 });
  const file = path.join(new LabFolder().path, "lab.tgz");
  const made = backUp(database, file, "1.0.0");
  await audit.add(line("while it is made"));
  return { lab, database, file, made: await made };
}

describe("a backup", () => {
  it("is one file for its owner only, made while rows are written, with the journal and the key of a class", async () => {
    const { lab, database, file, made } = await backedUp();
    expect(made).toEqual({ file, sizeBytes: statSync(file).size, weeks: ["2026-W49"] });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(openAudit(database).since(0, 10)).toHaveLength(2);
    expect(readdirSync(lab.path).filter((name) => name.startsWith(".backup"))).toEqual([]);
    await expect(backUp(database, file, "1.0.0")).rejects.toThrow("there already");
  });

  it("copies a week of the journal as of one moment, though rows are written between its turns", async () => {
    const lab = new LabFolder();
    const week = path.join(lab.path, "journal-2026-W49.db");
    const writer = new Database(week);
    writer.pragma("journal_mode = WAL");
    writer.exec("CREATE TABLE rows (bytes BLOB)");
    const insert = writer.prepare("INSERT INTO rows VALUES (zeroblob(4000000))");
    insert.run();
    const more = writer.prepare("INSERT INTO rows VALUES (NULL)");
    let isDone = false;
    const limit = performance.now() + 10_000;
    const copied = path.join(lab.path, "copy.db");
    const copy = copyOfFile(week, copied).then(() => {
      isDone = true;
    });
    while (!isDone && performance.now() < limit) {
      more.run();
      await new Promise(setImmediate);
    }
    expect(isDone).toBe(true);
    await copy;
    writer.close();
    const sql = new Database(copied, { readonly: true });
    expect(sql.prepare("SELECT count(*) FROM rows").pluck().get()).toBe(1);
    sql.close();
  });

  it("that a killed daemon left half made is gone at the next start", () => {
    const lab = new LabFolder();
    mkdirSync(path.join(lab.path, ".backup-Ab12cd"));
    writeFileSync(path.join(lab.path, ".backup-Ab12cd", "netlab.db"), "half");
    lab.open();
    expect(readdirSync(lab.path).filter((name) => name.startsWith(".backup"))).toEqual([]);
  });

  it("brings a folder back, and keeps what it replaces", async () => {
    const { file } = await backedUp();
    const other = new LabFolder();
    await openAudit(other.open()).add(line("of another past"));
    other.close();
    const { kept = "", files, manifest } = restore(file, other.path, NOW);
    expect(manifest.schema).toBe(SCHEMA_VERSION);
    expect([...files].sort()).toEqual(["class.key", "journal-2026-W49.db", "netlab.db"]);
    expect(path.basename(kept)).toBe("replaced-2026-12-03T12-00-00-000Z");
    expect(existsSync(path.join(kept, "netlab.db"))).toBe(true);
    expect(readFileSync(path.join(other.path, "class.key"), "utf8")).toBe("k".repeat(32));
    expect(openAudit(other.open()).since(0, 10)[0]).toMatchObject({ line: "first" });
  });

  it("is not brought back into a folder that a daemon has", async () => {
    const { lab, file } = await backedUp();
    expect(() => restore(file, lab.path, NOW)).toThrow(/used by another netlabd/);
  });

  it.each([
    ["cut short", (whole: Buffer) => whole.subarray(0, whole.length / 2)],
    ["no archive", () => Buffer.from("something else")],
  ])("that is %s changes nothing", async (_, spoil) => {
    const { file } = await backedUp();
    writeFileSync(file, spoil(readFileSync(file)));
    const other = new LabFolder();
    other.open();
    other.close();
    const before = readdirSync(other.path);
    expect(() => restore(file, other.path, NOW)).toThrow(/cannot be restored: .*; nothing was changed$/);
    expect(readdirSync(other.path)).toEqual(before);
  });

  it("of a newer schema, or with a damaged week, changes nothing", async () => {
    const { lab, database, file } = await backedUp();
    database.sql.pragma(`user_version = ${SCHEMA_VERSION + 1}`);
    const newer = `${file}.newer`;
    await backUp(database, newer, "2.0.0");
    const other = new LabFolder();
    expect(() => restore(newer, other.path, NOW)).toThrow(/schema version/);
    database.sql.pragma(`user_version = ${SCHEMA_VERSION}`);
    lab.close();
    expect(readdirSync(other.path).filter((name) => name.endsWith(".db"))).toEqual([]);
  });
});

describe("a migration", () => {
  /** As netlabd 0.1.0 left it. */
  function old(): LabFolder {
    const lab = new LabFolder();
    lab.exec(`${readFileSync(schemaFile, "utf8")}; PRAGMA user_version = 1;`);
    return lab;
  }

  it("keeps a copy of what was before it, for its owner only, and makes none where there is nothing to do", () => {
    const lab = old();
    lab.open();
    const kept = path.join(lab.path, `netlab.db.v1-before-v${SCHEMA_VERSION}`);
    expect(statSync(kept).mode & 0o777).toBe(0o600);
    const sql = new Database(kept, { readonly: true });
    expect(sql.pragma("user_version", { simple: true })).toBe(1);
    sql.close();
    lab.open();
    const fresh = new LabFolder();
    fresh.open();
    const copies = (one: LabFolder) => readdirSync(one.path).filter((name) => name.includes("-before-"));
    expect([copies(lab).length, copies(fresh)]).toEqual([1, []]);
  });

  it("is tried on a copy: the file stays as it was", () => {
    const lab = old();
    const file = path.join(lab.path, "netlab.db");
    const before = readFileSync(file);
    expect(tryMigration(file, schemaFile, new LabFolder().path)).toEqual({ from: 1, to: SCHEMA_VERSION });
    expect(readFileSync(file).equals(before)).toBe(true);
    lab.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
    expect(() => tryMigration(file, schemaFile, new LabFolder().path)).toThrow(/schema version/);
    expect(() => tryMigration(`${file}.no`, schemaFile, new LabFolder().path)).toThrow(/cannot use/);
  });
});
