/** Questions of operators in SQL: what is answered, masked, refused, and stopped. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { childProcess } from "../../src/node-modules.ts";
import { Queries, type QueryOptions } from "../../src/stores/queries.ts";
import { LabFolder } from "./lab-folder.ts";

const usual: QueryOptions = { limit: 100, timeoutMs: 15_000, secretKeys: ["token"] };
const ENDLESS = "with recursive n(x) as (select 1 union all select x + 1 from n) select";

function open(): Queries {
  const folder = new LabFolder();
  const { sql, file } = folder.open();
  sql.exec(`
    INSERT INTO registrations VALUES (1, '127.0.0.1', 1237, 'pdf', 's3cret', 1, 2, NULL);
    INSERT INTO instances VALUES ('file-server-1', 'file-server', NULL, '{"service":"pdf","token":"s3cret"}', 'running', 1237, 1);
    INSERT INTO addresses VALUES ('luke@gmail.com', 'Luke', 'luke@gmail.com');`);
  const queries = new Queries(file);
  onTestFinished(() => queries.close());
  return queries;
}

describe("a question", () => {
  it("is answered with columns and rows, and each kind of cell is kept", async () => {
    const answer = await open().ask(
      "select 1 as n, 'a' as t, null as z, x'00ff' as b, 9007199254740993 as big",
      usual,
    );
    expect(answer.columns).toEqual(["n", "t", "z", "b", "big"]);
    expect(answer.rows).toHaveLength(1);
    const [n, t, z, b, big] = answer.rows[0] ?? [];
    expect([n, t, z, Buffer.from(b as Uint8Array), big]).toEqual([
      1,
      "a",
      null,
      Buffer.from([0, 255]),
      9007199254740993n,
    ]);
  });

  it("gets nothing of an audit that is not for who asks, however it asks", async () => {
    const folder = new LabFolder();
    const { sql, file } = folder.open();
    sql.exec("INSERT INTO audit (at, operator, level, line, exit) VALUES (1, 'ann', 'own', 'stop c1', 0)");
    const queries = new Queries(file);
    onTestFinished(() => queries.close());
    const closed = { ...usual, isAuditClosed: true };
    for (const question of [
      "select * from audit",
      "select count(*) from audit",
      "select exists (select 1 from AUDIT where line like 'stop%')",
      "select 1 from instances union all select 1 from audit",
    ])
      await expect(queries.ask(question, closed), question).rejects.toMatchObject({ code: "needs-level" });
    await expect(queries.ask("select line from main.audit", closed)).rejects.toMatchObject({
      code: "read-only",
    });
    expect((await queries.ask("select count(*) from instances", closed)).rows).toEqual([[0]]);
    expect((await queries.ask("select line from audit", usual)).rows).toEqual([["stop c1"]]);
  });

  it("gets tokens masked however it asks, and as they are on request", async () => {
    const queries = open();
    const ask = async (sql: string, secretKeys = usual.secretKeys) =>
      (await queries.ask(sql, { ...usual, secretKeys })).rows.flat();
    expect(await ask("select token || '' from registrations")).toEqual(["****"]);
    expect(await ask("select options ->> 'token', options ->> 'service' from instances")).toEqual([
      "****",
      "pdf",
    ]);
    for (const raw of [
      '"main" . registrations',
      "main/**/.registrations",
      "main -- of ours\n.registrations",
      "[MAIN]\t.registrations",
      "`main`.registrations",
    ])
      await expect(ask(`select token from ${raw}`), raw).rejects.toMatchObject({ code: "read-only" });
    expect(
      await queries.ask("select token from main.registrations", { ...usual, secretKeys: undefined }),
    ).toMatchObject({
      rows: [["s3cret"]],
    });
  });

  it("ends at its row limit, and says so", async () => {
    const queries = open();
    expect(await queries.ask(`${ENDLESS} x from n`, { ...usual, limit: 3 })).toMatchObject({
      rows: [[1], [2], [3]],
      isCut: true,
    });
    expect(await queries.ask("select 1", { ...usual, limit: 1 })).toMatchObject({ isCut: false });
  });

  it.each([
    ["insert into addresses values ('a', 'b', 'c')", "INSERT"],
    ["delete from registrations", "DELETE"],
    ["update main.journal set at = 0", "main."],
    ["drop table addresses", "DROP"],
    ["attach database ':memory:' as other", "ATTACH"],
    ["pragma user_version = 9", "PRAGMA"],
    ["begin", "BEGIN"],
  ])("may not change anything: %s", async (sql, word) => {
    const queries = open();
    await expect(queries.ask(sql, usual)).rejects.toMatchObject({
      code: "read-only",
      message: expect.stringContaining(word),
    });
    expect((await queries.ask("select count(*) from addresses, registrations", usual)).rows).toEqual([[1]]);
  });

  it.each([
    ["slect 1", 1],
    ["select 1 from addresses a where where x", 33],
    ["select nme from addresses", 8],
    ["select a.nme,\n  name from addresses a", 10],
    ["select * from adresses", 15],
    ["select (", 9],
  ])("that is wrong is told with its place: %j at character %i", async (sql, character) => {
    await expect(open().ask(sql, usual)).rejects.toMatchObject({
      code: "bad-sql",
      message: expect.stringMatching(new RegExp(`\\^ character ${character}$`)),
    });
  });

  it("that is wrong is shown with its line alone, and with what is near of a long one", async () => {
    const queries = open();
    const sentence = (sql: string) => queries.ask(sql, usual).catch(({ message }: Error) => message);
    expect(await sentence("select 1,\n  nme\nfrom addresses")).toMatch(/\n {4}nme\n {4}\^ character 13$/);
    expect(await sentence("select\nnme")).toMatch(/\n {2}nme\n {2}\^ character 8$/);
    const long = `select ${"name, ".repeat(20)}nme, ${"name, ".repeat(20)}1 from addresses`;
    const shown = long.slice(127 - 40, 127 + 30);
    expect(await sentence(long)).toContain(`\n  ${shown}\n  ${" ".repeat(40)}^ character 128`);
  });

  it("that does not end is stopped by time or by hand, and the next one is answered", async () => {
    const queries = open();
    const endless = `${ENDLESS} count(*) from n`;
    await expect(queries.ask(endless, { ...usual, timeoutMs: 50 })).rejects.toMatchObject({
      code: "timed-out",
    });
    const hand = new AbortController();
    const asked = queries.ask(endless, { ...usual, signal: hand.signal });
    hand.abort();
    await expect(asked).rejects.toMatchObject({ code: "interrupted" });
    expect((await queries.ask("select 1", usual)).rows).toEqual([[1]]);
  });

  it("leaves nothing behind at the process that answers the next one", async () => {
    const warned = vi.spyOn(process, "emitWarning");
    const queries = open();
    for (let count = 0; count < 12; count += 1) await queries.ask("select 1", usual);
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });

  it("is refused while too many are under way", async () => {
    const queries = open();
    const asked = Array.from({ length: 5 }, () =>
      queries.ask(`${ENDLESS} count(*) from n`, { ...usual, timeoutMs: 50 }),
    );
    const codes = (await Promise.allSettled(asked)).map(
      (one) => one.status === "rejected" && one.reason.code,
    );
    expect(codes).toEqual(["timed-out", "timed-out", "timed-out", "timed-out", "wrong-state"]);
  });
});

describe("the process that answers", () => {
  /** Processes that are started from now on, and the clock of those that wait. */
  function watched() {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const spawn = vi.spyOn(childProcess(), "spawn");
    onTestFinished(() => {
      vi.useRealTimers();
      spawn.mockRestore();
    });
    const started = () => spawn.mock.results.map(({ value }) => value as ChildProcess);
    const gone = () => Promise.all(started().map((child) => child.exitCode ?? once(child, "exit")));
    return { started, gone };
  }

  it("is kept for the next question, and goes where none comes for ten seconds", async () => {
    const { started, gone } = watched();
    const queries = open();
    await queries.ask("select 1", usual);
    vi.advanceTimersByTime(9_999);
    await queries.ask("select 1", usual);
    vi.advanceTimersByTime(9_999);
    expect(started()).toHaveLength(1);
    expect(started()[0]?.killed).toBe(false);
    vi.advanceTimersByTime(1);
    await gone();
    await queries.ask("select 1", usual);
    expect(started()).toHaveLength(2);
  });

  it("is asked no more once it is told to go, though it is still there", async () => {
    const { started } = watched();
    const queries = open();
    await queries.ask("select 1", usual);
    vi.advanceTimersByTime(10_000);
    await queries.ask("select 1", usual);
    expect(started()).toHaveLength(2);
  });

  it("is one: of two that are through, the first goes", async () => {
    const { started } = watched();
    const queries = open();
    await Promise.all([queries.ask("select 1", usual), queries.ask("select 2", usual)]);
    expect(started().filter(({ killed }) => killed)).toHaveLength(1);
    expect(started()).toHaveLength(2);
  });
});
