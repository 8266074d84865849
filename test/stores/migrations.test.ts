/** An older `netlab.db` goes on with all that it had. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { schemaFile } from "../../src/config.ts";
import { LabFolder } from "./lab-folder.ts";

/** As netlabd 0.1.0 left it. */
function versionOne(more = ""): LabFolder {
  const lab = new LabFolder();
  lab.exec(`${readFileSync(schemaFile, "utf8")}; ${more} PRAGMA user_version = 1;`);
  return lab;
}

const journaled = (connection: string) =>
  `INSERT INTO journal (at, connection, role, remote, kind) VALUES (1, '${connection}', 'echo', '::1:2', 'in');`;

describe("version 1", () => {
  it("goes on with numbers behind those that its journal tells, of connections and of senders", () => {
    const lab = versionOne(
      ["echo-1/c9", "echo-1/c10", "boot-1/u7", "clock-1/c2", "boot-1/u3"].map(journaled).join(""),
    );
    lab.open();
    expect(lab.rows("SELECT name, next FROM numbers ORDER BY name")).toEqual([
      { name: "connection", next: 11 },
      { name: "sender", next: 8 },
    ]);
  });

  it("without a journal begins at none", () => {
    const lab = versionOne();
    lab.open();
    expect(lab.rows("SELECT * FROM numbers")).toEqual([]);
    const peers = versionOne(journaled("echo-1/c1"));
    peers.open();
    expect(peers.rows("SELECT name, next FROM numbers")).toEqual([{ name: "connection", next: 2 }]);
  });

  it("starts though its journal cannot be read", () => {
    const lab = versionOne("ALTER TABLE journal RENAME COLUMN connection TO peer;");
    lab.open();
    expect(lab.rows("SELECT * FROM numbers")).toEqual([]);
  });

  it("keeps its rows, and has room for what came later", () => {
    const lab = versionOne(journaled("echo-1/c1"));
    lab.open();
    expect(lab.rows("SELECT connection, entry, at_us, facts FROM journal")).toEqual([
      { connection: "echo-1/c1", entry: null, at_us: null, facts: null },
    ]);
    expect(lab.rows("SELECT verdict, cards FROM stories")).toEqual([]);
    expect(lab.rows("SELECT * FROM lab_entries")).toEqual([]);
    expect(lab.rows('SELECT "case" FROM checks')).toEqual([]);
    expect(lab.rows("SELECT line FROM audit")).toEqual([]);
    expect(lab.rows("SELECT applied FROM log_position")).toEqual([]);
    expect(lab.rows("SELECT name FROM log_unsent")).toEqual([]);
    expect(lab.rows("PRAGMA user_version")).toEqual([{ user_version: 9 }]);
  });
});
