/** A data folder of netlabd 0.1.0: its roles come back, its journal can be read, and says how much it knows. */
import { cpSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Conversation } from "../actors/conversation.ts";
import { type ConnectionDocument, type InstanceDocument, TestDaemon } from "./daemon.ts";
import { freePorts } from "./free-ports.ts";
import { Scene } from "./scene.ts";

const old = path.join(import.meta.dirname, "../fixtures/data-0.1.0");
const scene = new Scene();
let daemon: TestDaemon;
let ports: number[];

beforeAll(async () => {
  const folder = scene.path("lab.data");
  mkdirSync(folder, { mode: 0o700 });
  cpSync(path.join(old, "roles"), path.join(folder, "roles"), { recursive: true });
  const sql = new Database(path.join(folder, "netlab.db"));
  sql.exec(readFileSync(path.join(old, "netlab.sql"), "utf8"));
  // The ports that they had then may be somebody's now.
  ports = await freePorts(4);
  const rows = sql.prepare<[], { id: string }>("SELECT id FROM instances ORDER BY rowid").all();
  for (const [index, { id }] of rows.entries())
    sql.prepare("UPDATE instances SET port = ? WHERE id = ?").run(ports[index], id);
  sql.close();
  daemon = await TestDaemon.start(scene, { args: ["--journal"] });
});
afterAll(() => scene.end());

const rows = async (sql: string) => JSON.parse(await daemon.plain(`sql --json ${sql}`)) as unknown[];

describe("a data folder of 0.1.0", () => {
  it("brings its roles back, a loaded one too, under their ids, on their ports, as they were wanted", async () => {
    const all = await daemon.document<InstanceDocument[]>("ls");
    expect(all.map(({ id, name, label, state, port }) => [id, name, label, state, port])).toEqual([
      ["chat-1", "room", null, "running", ports[0]],
      ["calculator-1", "sums", "s042", "running", ports[1]],
      ["file-server-1", null, null, "stopped", ports[2]],
      ["guess-number-1", "guess", null, "running", ports[3]],
    ]);
    const peer = await Conversation.open(ports[3] ?? 0);
    await peer.hears("I think of a number from 1 to 10");
    peer.end();
    await peer.over();
  });

  it("has its registrations and its address book", async () => {
    expect(await rows("select ip, port, service from registrations")).toEqual([
      { ip: "10.0.0.1", port: 1_236, service: "pdf" },
    ]);
    expect(await daemon.plain("book find ada@example.org")).toContain("Ada Lovelace");
  });

  it("has its journal, to be asked with sql beside new rows", async () => {
    expect(await rows("select count(*) as count from journal where facts is null")).toEqual([{ count: 35 }]);
    const [row] = await rows("select * from journal where id = 7");
    expect(row).toMatchObject({
      at: 1_795_973_004_437,
      connection: "calculator-1/c1",
      role: "calculator",
      kind: "out",
      detail: '← "3.0"  3 bytes',
      facts: null,
    });
  });

  it("is told by explain in the old words, and not judged", async () => {
    for (const term of ["c1", "calculator-1/c1", "sums/c1"]) {
      const text = await daemon.plain(`explain ${term}`);
      expect(text).toMatch(/^calculator-1\/c1 {2}calculator with 127\.0\.0\.1:51184\n/);
      expect(text).toContain('2026-11-29 17:23:24.437  ← "3.0"  3 bytes');
      expect(text).toContain("An older version of netlabd recorded this");
      expect(text).not.toContain("D1");
    }
    const document = await daemon.document<Record<string, unknown>>("explain c3");
    expect(document).toMatchObject({
      id: "chat-2/c3",
      role: "chat-2",
      source: "journal of an older version",
      verdict: null,
      diagnoses: [],
    });
    expect(document.entries).toHaveLength(12);
    // Of a role that was removed then: it is told all the same, and by no other name.
    expect(await daemon.ctl("explain", "chat-1/c3")).toMatchObject({ exit: 4 });
    expect(await daemon.ctl("explain", "c1", "--html", scene.path("page.html"))).toMatchObject({ exit: 2 });
  });

  it("gives no number of a connection again", async () => {
    const peer = await Conversation.open(ports[0] ?? 0);
    await peer.hears("Please, Enter Your ig name");
    const [last] = await daemon.document<ConnectionDocument[]>("conns @last");
    const [, number] = /^chat-1\/c(\d+)$/.exec(last?.id ?? "") ?? [];
    expect(Number(number)).toBeGreaterThan(3);
    peer.end();
    await peer.over();
  });

  it("starts a second time, as any other", async () => {
    await daemon.stop();
    daemon = await daemon.again();
    expect(await daemon.document<InstanceDocument[]>("ls")).toHaveLength(4);
    expect(await daemon.plain("explain c2")).toContain("Right, in 1 guesses");
    await daemon.stop();
  });
});
