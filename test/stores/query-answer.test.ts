/** The answer to one question in SQL, by itself: what is kept of it, masked in it, and said of a wrong one. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { schemaFile } from "../../src/config.ts";
import { LabDatabase } from "../../src/stores/database.ts";
import { answerTo } from "../../src/stores/query-answer.ts";
import { problemPosition } from "../../src/stores/sql-position.ts";

const folder = mkdtempSync(path.join(tmpdir(), "netlabd-answers-"));
let file: string;
beforeAll(() => {
  const database = LabDatabase.open(folder, schemaFile);
  file = database.file;
  database.sql.exec(`
    INSERT INTO registrations VALUES (1, '127.0.0.1', 1237, 'pdf', 's3cret', 1, 2, 3);
    INSERT INTO instances VALUES ('file-server-1', 'file-server', 'files', '{"service":"pdf","token":"s3cret","pin":"77"}', 'running', 1237, 1);
    INSERT INTO addresses VALUES ('luke@gmail.com', 'Luke', 'luke@gmail.com');`);
  database.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

const ask = (sql: string, more: object = {}) =>
  answerTo({ file, sql, limit: 100, journals: [], secretKeys: ["token", "pin"], ...more });

describe("an answer", () => {
  it("has its columns by name and its cells as they are, none rounded", () => {
    expect(
      ask("select 1 as n, 'a' as t, null as z, x'00ff' as b, 1.5 as r, -9007199254740991 as low"),
    ).toEqual({
      ok: true,
      columns: ["n", "t", "z", "b", "r", "low"],
      rows: [[1, "a", null, Buffer.from([0, 255]), 1.5, -9007199254740991]],
      isCut: false,
    });
    expect(ask("select 9007199254740993 as big, 9007199254740991 as most")).toMatchObject({
      rows: [[9007199254740993n, 9007199254740991]],
    });
    expect(ask("select * from addresses where email = ''")).toMatchObject({
      columns: ["email", "name", "folded"],
      rows: [],
    });
  });

  it("is cut at its limit, and at eight mebibytes, but never before its first row", () => {
    const three = "select value from json_each('[1,2,3]')";
    expect(ask(three, { limit: 2 })).toMatchObject({ rows: [[1], [2]], isCut: true });
    expect(ask(three, { limit: 3 })).toMatchObject({ rows: [[1], [2], [3]], isCut: false });
    const rows = (sizeBytes: number) => `select zeroblob(${sizeBytes}) from json_each('[1,2,3]')`;
    const answer = ask(rows(4 * 1_048_576 - 8));
    expect(answer.ok && [answer.rows.length, answer.isCut]).toEqual([2, true]);
    const large = ask(rows(4 * 1_048_576 - 7));
    expect(large.ok && [large.rows.length, large.isCut]).toEqual([1, true]);
    const huge = ask("select zeroblob(9000000)");
    expect(huge.ok && [huge.rows.length, huge.isCut]).toEqual([1, false]);
  });

  it("counts each cell, a number as eight bytes", () => {
    const columns = Array(64).fill("x").join(", ");
    const endless = "with recursive n(x) as (select 1 union all select x + 1 from n)";
    const numbers = ask(`${endless} select ${columns} from n`, { limit: 1e6 });
    expect(numbers.ok && [numbers.rows.length, numbers.isCut]).toEqual([16_384, true]);
  });
});

describe("secrets", () => {
  it("are masked in their columns and in their options, however they are asked for", () => {
    expect(ask("select * from registrations")).toMatchObject({
      columns: ["id", "ip", "port", "service", "token", "registered_at", "last_seen_at", "expires_at"],
      rows: [[1, "127.0.0.1", 1237, "pdf", "****", 1, 2, 3]],
    });
    expect(ask("select * from instances")).toMatchObject({
      columns: ["id", "type", "name", "options", "wanted", "port", "created_at"],
      rows: [
        [
          "file-server-1",
          "file-server",
          "files",
          '{"service":"pdf","token":"****","pin":"****"}',
          "running",
          1237,
          1,
        ],
      ],
    });
  });

  it("are none where no option is one, and are shown on request", () => {
    const options = '{"service":"pdf","token":"s3cret","pin":"77"}';
    expect(ask("select options from instances", { secretKeys: [] })).toMatchObject({ rows: [[options]] });
    expect(ask("select token from registrations", { secretKeys: [] })).toMatchObject({ rows: [["****"]] });
    expect(ask("select token from registrations", { secretKeys: undefined })).toMatchObject({
      rows: [["s3cret"]],
    });
  });
});

describe("a statement that is no question", () => {
  it.each([
    ["insert into addresses values ('a', 'b', 'c')", "INSERT is refused"],
    [" delete from registrations", "DELETE is refused"],
    ["insert into registrations (id) values (1) returning id", "INSERT is refused"],
    ["drop table addresses", "DROP is refused"],
    ["pragma user_version = 9", "PRAGMA is refused"],
    ["begin", "BEGIN is refused"],
    ["with a as (select 1) delete from addresses returning email", "WITH is refused"],
  ])("is refused by its first word: %s", (sql, why) => {
    expect(ask(sql)).toEqual({ ok: false, code: "read-only", why });
  });

  it("is one statement too many", () => {
    expect(ask("select 1; select 2")).toEqual({ ok: false, code: "bad-sql", why: "one statement at a time" });
  });

  it("is nothing", () => {
    expect(ask("-- nothing")).toMatchObject({ ok: false, code: "bad-sql" });
  });

  it("is of no file", () => {
    expect(() => ask("select 1", { file: "/nowhere/netlab.db" })).toThrow();
  });
});

describe("the place of a fault", () => {
  it.each([
    ["slect 1", 0],
    ["select 1 from addresses a where where x", 32],
    ["select a a a from addresses", 11],
    ["select nme from addresses", 7],
    ["select a.nme from addresses a", 9],
    ["select name, addresses.nme from addresses", 23],
    ["select namen, name, nam from addresses", 7],
    ["select xnme, nme from addresses where name = 1 and nme2 = 2", 7],
    ["select * from adresses", 14],
    ["select * from main.adresses", 19],
    ["select length(lenth(name)) from addresses", 14],
    ["select email from addresses a, addresses b", 7],
    ['select "a""b" from adresses', 19],
    ["select (", 8],
    ["select (  \n", 8],
  ])("in %j is character %i", (sql, position) => {
    expect(ask(sql)).toMatchObject({ ok: false, code: "bad-sql", position });
  });

  it("is not known where there is no one place", () => {
    expect(ask("select sum(count(*)) from addresses")).toMatchObject({ ok: false, position: undefined });
    expect(ask("select 'a")).toMatchObject({ ok: false, position: undefined });
  });

  it("is sought as a whole word, with regard to no case, and as it stands", () => {
    const database = new Database(":memory:");
    const place = (sql: string, why: string) => problemPosition(database, sql, why);
    expect(place("select xa, ax, a_, $a, a", "no such column: a")).toBe(23);
    expect(place("select NME", "no such column: nme")).toBe(7);
    expect(place("select x", "no such column: y")).toBeUndefined();
    expect(place("select a.b, a+b", "no such column: a+b")).toBe(12);
    expect(place("select aab, a+b", "no such column: a+b")).toBe(12);
    expect(place("select f(1)", "no such function: f")).toBe(7);
    expect(place("select q", "no such column: a.b.q")).toBe(7);
    expect(place('select "q"', 'no such column: "q" - should this be a string literal?')).toBe(8);
    expect(place("select q", "ambiguous column name: q")).toBe(7);
    expect(place("select q", "it is no such column: q")).toBeUndefined();
    expect(place("select q", "something else")).toBeUndefined();
    expect(place("select 1", 'near "zzz": syntax error')).toBeUndefined();
    database.close();
  });
});
