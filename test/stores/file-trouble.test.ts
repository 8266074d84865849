/** SQLite's codes, as the trouble that they are, and what an operator reads and can do. */
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { damageOf, setAside } from "../../src/stores/damage.ts";
import { fileTroubleOf, whyNotStored } from "../../src/stores/file-trouble.ts";
import { keepToOwner, lockFolder } from "../../src/stores/folder-lock.ts";
import { LabFolder } from "./lab-folder.ts";

const failure = (code: string) => new Database.SqliteError("what SQLite says", code);

describe("trouble with the file", () => {
  it.each([
    ["SQLITE_FULL", "full", "the disk is full: make room where the data folder is"],
    ["SQLITE_BUSY_SNAPSHOT", "held", "another program holds the database: end it"],
    ["SQLITE_LOCKED", "held", "another program holds the database: end it"],
    [
      "SQLITE_READONLY_DBMOVED",
      "gone",
      "the database file was moved or deleted: put it back, and restart the daemon",
    ],
    ["SQLITE_READONLY", "readOnly", "the database may not be written: give netlabd the right to"],
    ["SQLITE_PERM", "readOnly", "the database may not be written: give netlabd the right to"],
    ["SQLITE_CANTOPEN_ISDIR", "readOnly", "the database may not be written: give netlabd the right to"],
    [
      "SQLITE_CORRUPT",
      "damaged",
      "the database file is damaged: restart the daemon, it sets the file aside and begins a new one",
    ],
    [
      "SQLITE_NOTADB",
      "damaged",
      "the database file is damaged: restart the daemon, it sets the file aside and begins a new one",
    ],
    ["SQLITE_IOERR_WRITE", "failing", "the disk refuses to write: make room, or check the disk"],
  ])("%s is %s", (code, trouble, sentence) => {
    expect([fileTroubleOf(failure(code)), whyNotStored(failure(code))]).toEqual([trouble, sentence]);
  });

  it("is none where the change itself cannot be stored, or the error is no database's", () => {
    expect(fileTroubleOf(failure("SQLITE_CONSTRAINT_CHECK"))).toBeUndefined();
    expect(fileTroubleOf(failure("MY_SQLITE_FULL"))).toBeUndefined();
    expect(whyNotStored(failure("SQLITE_CONSTRAINT"))).toBe("what SQLite says");
    expect(fileTroubleOf(Object.assign(new Error("x"), { code: "SQLITE_FULL" }))).toBeUndefined();
    expect(whyNotStored(new Error("boom"))).toBe("boom");
  });
});

describe("damage", () => {
  const fileIn = (lab: LabFolder) => path.join(lab.path, "netlab.db");

  it("is none of a file that is not there, empty, no file, without a schema of ours, or well", () => {
    const lab = new LabFolder();
    expect(damageOf(fileIn(lab))).toBeUndefined();
    expect(damageOf(lab.path)).toBeUndefined();
    writeFileSync(fileIn(lab), "");
    expect(damageOf(fileIn(lab))).toBeUndefined();
    lab.exec("CREATE TABLE other (x)");
    expect(damageOf(fileIn(lab))).toBeUndefined();
    lab.exec("DROP TABLE other");
    lab.open();
    lab.close();
    expect(damageOf(fileIn(lab))).toBeUndefined();
  });

  it.each(["registrations", "addresses", "instances"])("is a table that is not there: %s", (table) => {
    const lab = new LabFolder();
    lab.open();
    lab.close();
    lab.exec(`DROP TABLE ${table}`);
    expect(damageOf(fileIn(lab))).toBe(`the table ${table} cannot be read whole`);
  });

  it("of the journal is none: it may be large, and is not read", () => {
    const lab = new LabFolder();
    lab.open();
    lab.close();
    lab.exec("DROP TABLE journal");
    expect(damageOf(fileIn(lab))).toBeUndefined();
  });

  it("is a file that is no database, in SQLite's words", () => {
    const lab = new LabFolder();
    writeFileSync(fileIn(lab), "x".repeat(5_000));
    expect(damageOf(fileIn(lab))).toBe("file is not a database");
  });

  it("sets the file aside with all that lies beside it, by the time of day", () => {
    const lab = new LabFolder();
    const file = fileIn(lab);
    for (const suffix of ["", "-wal", "-shm"]) writeFileSync(file + suffix, suffix);
    const kept = setAside(file, Date.UTC(2026, 10, 21, 12, 34, 56, 789));
    expect(kept).toBe(`${file}.damaged-2026-11-21T12-34-56-789Z`);
    for (const suffix of ["", "-wal", "-shm"]) expect(readFileSync(kept + suffix, "utf8")).toBe(suffix);
    expect(existsSync(file)).toBe(false);
    for (const number of [2, 3]) {
      writeFileSync(file, "again");
      expect(setAside(file, Date.UTC(2026, 10, 21, 12, 34, 56, 789))).toBe(`${kept}-${number}`);
    }
  });
});

describe("a database", () => {
  const modeOf = (file: string) => statSync(file).mode & 0o777;

  it("is its owner's alone: tokens are in it", () => {
    const lab = new LabFolder();
    const file = path.join(lab.path, "a.db");
    keepToOwner(file);
    expect([modeOf(file), readFileSync(file, "utf8")]).toEqual([0o600, ""]);
    writeFileSync(file, "kept");
    for (const mode of [0o640, 0o604, 0o666]) {
      chmodSync(file, mode);
      keepToOwner(file);
      expect([modeOf(file), readFileSync(file, "utf8")]).toEqual([0o600, "kept"]);
    }
    // Its owner may have taken rights from himself.
    chmodSync(file, 0o400);
    keepToOwner(file);
    expect(modeOf(file)).toBe(0o400);
  });
});

describe("the lock of a folder", () => {
  it("has the pid beside it, refuses a second, and is free when it is let go of", () => {
    const lab = new LabFolder();
    const release = lockFolder(lab.path);
    expect(readFileSync(path.join(lab.path, "netlabd.pid"), "utf8")).toBe(`${process.pid}\n`);
    expect(() => lockFolder(lab.path)).toThrow(
      expect.objectContaining({
        code: "data-in-use",
        message: expect.stringContaining(`pid ${process.pid}`),
      }),
    );
    release();
    lockFolder(lab.path)();
    expect(existsSync(path.join(lab.path, "netlab.lock-journal"))).toBe(false);
  });

  it("is refused without a pid where nobody wrote one", () => {
    const lab = new LabFolder();
    const holder = new Database(path.join(lab.path, "netlab.lock"));
    holder.exec("BEGIN EXCLUSIVE");
    expect(() => lockFolder(lab.path)).toThrow(
      expect.objectContaining({ code: "data-in-use", message: expect.not.stringContaining("pid") }),
    );
    holder.close();
  });
});
