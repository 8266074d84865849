/** The file: made, migrated, held by one daemon, and refused in words. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { schemaFile } from "../../src/config.ts";
import { NetlabError } from "../../src/errors.ts";
import { setAside } from "../../src/stores/damage.ts";
import { type DatabaseWatch, LabDatabase, SCHEMA_VERSION } from "../../src/stores/database.ts";
import { LabFolder } from "./lab-folder.ts";

const ADD_ADDRESS = "INSERT INTO addresses (email, name, folded) VALUES ('a@b', 'A', 'a@b')";

function refusal(open: () => unknown): NetlabError {
  try {
    open();
  } catch (error) {
    if (error instanceof NetlabError) return error;
    throw error;
  }
  throw new Error("it is not refused");
}

describe("a data folder", () => {
  it("is made where there is none, with the tables that users may query", () => {
    const lab = new LabFolder();
    const folder = path.join(lab.path, "not", "there", "yet");
    const database = LabDatabase.open(folder, schemaFile);
    const tables = database.sql.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
    expect(tables).toEqual(expect.arrayContaining(["registrations", "addresses", "instances", "journal"]));
    expect(database.file).toBe(path.join(folder, "netlab.db"));
    database.close();
  });

  it("is migrated from an empty file to the schema's version", () => {
    const lab = new LabFolder();
    writeFileSync(path.join(lab.path, "netlab.db"), "");
    const { sql } = lab.open();
    expect(sql.pragma("user_version", { simple: true })).toBe(SCHEMA_VERSION);
    expect(sql.pragma("journal_mode", { simple: true })).toBe("wal");
  });

  it("is migrated once, and keeps its rows when it is opened again", () => {
    const lab = new LabFolder();
    lab.open();
    lab.exec(ADD_ADDRESS);
    lab.open();
    expect(lab.rows("SELECT email FROM addresses")).toEqual([{ email: "a@b" }]);
  });

  it("whose schema is newer is refused, with both versions and what to do, and left as it is", () => {
    const lab = new LabFolder();
    lab.open();
    lab.close();
    lab.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
    const { code, message } = refusal(() => lab.open());
    expect(code).toBe("data-too-new");
    expect(message).toBe(
      `${path.join(lab.path, "netlab.db")} has schema version ${SCHEMA_VERSION + 1}, but this netlabd knows only ${SCHEMA_VERSION}: use the newer netlabd, or another folder with --data`,
    );
    expect(existsSync(path.join(lab.path, "netlab.db-wal"))).toBe(false);
    expect(lab.rows("PRAGMA user_version")).toEqual([{ user_version: SCHEMA_VERSION + 1 }]);
  });

  it("that was refused is free for the netlabd that knows it", () => {
    const lab = new LabFolder();
    lab.open();
    lab.close();
    lab.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
    refusal(() => lab.open());
    lab.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    expect(() => lab.open()).not.toThrow();
  });

  it("that another netlabd uses is refused with its pid, and the first goes on", () => {
    const lab = new LabFolder();
    const first = lab.open();
    const { code, message } = refusal(() => LabDatabase.open(lab.path, schemaFile));
    expect(code).toBe("data-in-use");
    expect(message).toContain(`${lab.path} is used by another netlabd, pid ${process.pid}: `);
    expect(message).toContain("--data");
    expect(() => first.sql.exec(ADD_ADDRESS)).not.toThrow();
    expect(() => LabDatabase.open(lab.path, schemaFile)).toThrow("is used by another netlabd");
  });

  it("is free again when its netlabd has closed it", () => {
    const lab = new LabFolder();
    lab.open();
    lab.close();
    const second = LabDatabase.open(lab.path, schemaFile);
    second.close();
  });

  it("that was closed has its rows in one file", () => {
    const lab = new LabFolder();
    lab.open().sql.exec(ADD_ADDRESS);
    lab.close();
    expect(existsSync(path.join(lab.path, "netlab.db-wal"))).toBe(false);
    expect(lab.rows("SELECT email FROM addresses")).toEqual([{ email: "a@b" }]);
  });
});

/** A database of some pages, of which those in the middle are overwritten. */
function damagedLab(): { lab: LabFolder; file: string } {
  const lab = new LabFolder();
  const file = path.join(lab.path, "netlab.db");
  lab.open();
  const insert = "INSERT INTO addresses (email, name, folded) VALUES";
  for (let row = 0; row < 200; row += 1)
    lab.exec(`${insert} ('user${row}@x', '${"n".repeat(200)}', '${row}')`);
  lab.close();
  const bytes = readFileSync(file);
  bytes.fill(0xa5, 4_096 * 6, bytes.length - 4_096);
  writeFileSync(file, bytes);
  return { lab, file };
}

describe("a damaged database", () => {
  const watched = () => {
    const told: string[] = [];
    const tell = (sentence: string) => void told.push(sentence);
    return { told, watch: { trouble: tell, recovered: tell, bug: tell } as unknown as DatabaseWatch };
  };
  const damages: [string, () => { lab: LabFolder; file: string }][] = [
    ["pages that say something else", damagedLab],
    [
      "a file that is no database",
      () => {
        const lab = new LabFolder();
        const file = path.join(lab.path, "netlab.db");
        writeFileSync(file, "x".repeat(9_000));
        return { lab, file };
      },
    ],
  ];

  it.each(damages)("is set aside as it was under a new name, and said so: %s", (_, damage) => {
    const { lab, file } = damage();
    const damaged = readFileSync(file);
    const { told, watch } = watched();
    const database = LabDatabase.open(lab.path, schemaFile, watch);
    database.sql.exec(ADD_ADDRESS);
    database.close();
    const kept = readdirSync(lab.path).filter((name) => /^netlab\.db\.damaged-[0-9T-]+Z$/.test(name));
    expect(kept).toHaveLength(1);
    expect(readFileSync(path.join(lab.path, kept[0] ?? ""))).toEqual(damaged);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(
      /^\/.*netlab\.db was damaged \(.*\): it is kept as netlab\.db\.damaged-.*Z, and a new one is begun$/,
    );
    expect(lab.rows("SELECT email FROM addresses")).toEqual([{ email: "a@b" }]);
  });

  it("that is set aside twice in a moment overwrites nothing", () => {
    const lab = new LabFolder();
    const file = path.join(lab.path, "netlab.db");
    const kept = ["one", "two"].map((content) => {
      writeFileSync(file, content);
      return setAside(file, 0);
    });
    expect(kept.map((name) => readFileSync(name, "utf8"))).toEqual(["one", "two"]);
  });
});

describe("what cannot be used", () => {
  const unusable: [string, (folder: string) => void][] = [
    ["a database that is a folder", (folder) => mkdirSync(path.join(folder, "netlab.db"))],
    ["a lock that is a folder", (folder) => mkdirSync(path.join(folder, "netlab.lock"))],
    ["a pid file that is a folder", (folder) => mkdirSync(path.join(folder, "netlabd.pid"))],
  ];

  it.each(unusable)("is refused in words that name it: %s", (_, spoil) => {
    const lab = new LabFolder();
    spoil(lab.path);
    const { code, message } = refusal(() => lab.open());
    expect(code).toBe("data-unusable");
    expect(message).toContain(lab.path);
  });

  it("is refused in words: a folder that is a file", () => {
    const lab = new LabFolder();
    const file = path.join(lab.path, "file");
    writeFileSync(file, "");
    const { code, message } = refusal(() => LabDatabase.open(file, schemaFile));
    expect(code).toBe("data-unusable");
    expect(message).toMatch(/^cannot use the data folder .*; name another with --data$/);
  });

  it("is refused in words, and let go of: a database with tables of somebody else's", () => {
    const lab = new LabFolder();
    lab.exec("CREATE TABLE registrations (whatever TEXT)");
    const { code, message } = refusal(() => lab.open());
    expect(code).toBe("data-unusable");
    expect(message).toContain("registrations already exists");
    expect(readFileSync(path.join(lab.path, "netlab.db")).subarray(60, 64)).toEqual(Buffer.alloc(4));
    lab.exec("DROP TABLE registrations");
    expect(() => lab.open()).not.toThrow();
  });
});
