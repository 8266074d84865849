/** Changes: asked for in one turn, committed together at its end, and only then visible and answered. */
import path from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { NetlabError } from "../../src/errors.ts";
import type { LabDatabase } from "../../src/stores/database.ts";
import { turn } from "../fakes.ts";
import { takenMs } from "../processor-time.ts";
import { LabFolder } from "./lab-folder.ts";

function stored(lab: LabFolder): string[] {
  const rows = lab.rows("SELECT email FROM addresses ORDER BY rowid") as { email: string }[];
  return rows.map(({ email }) => email);
}

/** A change that adds these addresses, and tells the log what becomes of it. */
function adding(database: LabDatabase, log: string[], ...emails: string[]) {
  const insert = database.sql.prepare("INSERT INTO addresses (email, name, folded) VALUES (?, '', '')");
  const [name] = emails;
  return {
    apply: () => {
      log.push(`apply ${name}`);
      for (const email of emails) insert.run(email);
    },
    done: () => void log.push(`done ${name}`),
    failed: (error: NetlabError) => void log.push(`failed ${name}: ${error.code}`),
  };
}

function opened() {
  const lab = new LabFolder();
  const database = lab.open();
  const log: string[] = [];
  return { lab, database, log, add: (...emails: string[]) => adding(database, log, ...emails) };
}

describe("rows that nobody waits for", () => {
  const patient = (log: string[], rows: () => number) => ({
    apply: () => void log.push(`apply ${rows()}`),
    done: () => undefined,
    failed: () => undefined,
    get patientRows() {
      return rows();
    },
  });

  it("are committed together while more come in each turn, and at once when a turn brings few", async () => {
    const { database, log } = opened();
    let rows = 20;
    database.change(patient(log, () => rows));
    for (let more = 0; more < 3; more += 1) {
      await turn();
      expect(log).toEqual([]);
      rows += 16;
    }
    await turn();
    rows += 15;
    await turn();
    expect(log).toEqual(["apply 83"]);
  });

  it("are never very many", async () => {
    const { database, log } = opened();
    database.change(patient(log, () => 1_024));
    await turn();
    expect(log).toEqual(["apply 1024"]);
  });

  it("do not wait where anybody waits: for them, or for a change beside them", async () => {
    const { database, log, add } = opened();
    database.change(patient(log, () => 500));
    database.settled(() => log.push("settled"));
    await turn();
    expect(log).toEqual(["apply 500", "settled"]);
    database.change(patient(log, () => 500));
    database.change(add("a"));
    await turn();
    expect(log.slice(2)).toEqual(["apply 500", "apply a", "done a"]);
  });
});

describe("a change", () => {
  it("is applied at the end of the turn, not before", async () => {
    const { lab, database, log, add } = opened();
    database.change(add("a"));
    await Promise.resolve();
    expect(log).toEqual([]);
    expect(stored(lab)).toEqual([]);
    await turn();
    expect(log).toEqual(["apply a", "done a"]);
    expect(stored(lab)).toEqual(["a"]);
  });

  it("is done only when the whole batch is on disk", async () => {
    const { lab, database, log, add } = opened();
    const seen: string[][] = [];
    database.change({ ...add("a"), done: () => void seen.push(stored(lab)) });
    database.change(add("b"));
    await turn();
    expect(log).toEqual(["apply a", "apply b", "done b"]);
    expect(seen).toEqual([["a", "b"]]);
  });

  it("that cannot be stored is refused whole, and its neighbours are stored", async () => {
    const { lab, database, log, add } = opened();
    database.change(add("a"));
    database.change(add("b", "a"));
    database.change(add("c"));
    await turn();
    expect(log.filter((line) => !line.startsWith("apply"))).toEqual([
      "done a",
      "failed b: not-stored",
      "done c",
    ]);
    expect(stored(lab)).toEqual(["a", "c"]);
  });

  it("that throws a bug of its own is refused, and its neighbours are stored", async () => {
    const { lab, database, log, add } = opened();
    const bug = new TypeError("a bug in apply");
    const errors: NetlabError[] = [];
    database.change(add("a"));
    database.change({
      apply: () => {
        throw bug;
      },
      done: () => void log.push("done"),
      failed: (error) => void errors.push(error),
    });
    await turn();
    expect(errors.map(({ message, cause }) => [message, cause])).toEqual([
      ["not stored: a bug in apply", bug],
    ]);
    expect(stored(lab)).toEqual(["a"]);
  });

  it("that is asked for while others are answered is in the next batch", async () => {
    const { lab, database, add } = opened();
    const again = add("b");
    database.change({ ...add("a"), done: () => database.change(again) });
    database.flush();
    expect(stored(lab)).toEqual(["a"]);
    await turn();
    expect(stored(lab)).toEqual(["a", "b"]);
  });

  it("as a promise answers after the commit", async () => {
    const { lab, database, add } = opened();
    const answer = await database.changed(add("a").apply, () => stored(lab));
    expect(answer).toEqual(["a"]);
  });

  it("as a promise rejects with what a person can read", async () => {
    const { database, add } = opened();
    const twice = database.changed(add("a", "a").apply, () => "stored");
    await expect(twice).rejects.toThrow(/^not stored: UNIQUE constraint failed/);
    await expect(twice).rejects.toBeInstanceOf(NetlabError);
  });
});

/** The same folder, with what its daemon is told of. */
function watched() {
  const lab = new LabFolder();
  const told: string[] = [];
  const bugs: unknown[] = [];
  const database = lab.open({
    trouble: (sentence) => void told.push(sentence),
    recovered: (sentence) => void told.push(sentence),
    bug: (error) => void bugs.push(error),
  });
  const log: string[] = [];
  return { lab, database, told, bugs, log, add: (...emails: string[]) => adding(database, log, ...emails) };
}

describe("an answer that throws", () => {
  it("takes no other answer along, is told as a bug, and what was stored is stored", async () => {
    const { lab, database, bugs, log, add } = watched();
    const bug = new TypeError("a bug in done");
    const throwing = () => {
      throw bug;
    };
    database.change({ ...add("a"), done: throwing });
    database.change(add("b"));
    database.settled(throwing);
    database.settled(() => log.push("settled"));
    database.change({ ...add("a"), failed: throwing });
    database.change(add("c"));
    await turn();
    expect(log.filter((line) => !line.startsWith("apply"))).toEqual(["done b", "done c", "settled"]);
    expect(bugs).toEqual([bug, bug, bug]);
    expect(stored(lab)).toEqual(["a", "b", "c"]);
  });

  it("as a promise rejects, once its change is stored", async () => {
    const { lab, database, bugs, add } = watched();
    const answer = database.changed(add("a").apply, () => {
      throw new TypeError("a bug in done");
    });
    await expect(answer).rejects.toThrow("a bug in done");
    expect([stored(lab), bugs]).toEqual([["a"], []]);
  });
});

/** Another program's transaction on the same file. */
function hold(lab: LabFolder): () => void {
  const other = new Database(path.join(lab.path, "netlab.db"));
  other.exec("BEGIN EXCLUSIVE");
  return () => other.close();
}

describe("a database that another program holds", () => {
  it("is waited for between turns of the loop, and what was asked for is stored in its order", async () => {
    const { lab, database, told, log, add } = watched();
    const letGo = hold(lab);
    const first = database.changed(add("a").apply, () => "stored");
    await turn();
    await turn();
    // Nobody is kept waiting meanwhile: this line runs while the file is held.
    log.push("other work");
    const second = database.changed(add("b").apply, () => "stored");
    letGo();
    expect(await Promise.all([first, second])).toEqual(["stored", "stored"]);
    expect(log).toEqual(["other work", "apply a", "apply b"]);
    expect([stored(lab), told]).toEqual([["a", "b"], []]);
  });

  it("for too long refuses, says so once, and stores again when it is let go", async () => {
    const { lab, database, told, add } = watched();
    const letGo = hold(lab);
    const why = "not stored: another program holds the database: end it";
    await expect(database.changed(add("a").apply, () => "")).rejects.toThrow(why);
    const refused = () => expect(database.changed(add("b").apply, () => "")).rejects.toThrow(why);
    // Who comes later is not kept waiting for what did not help before.
    expect(await takenMs(refused)).toBeLessThan(500);
    letGo();
    await database.changed(add("c").apply, () => "");
    expect(stored(lab)).toEqual(["c"]);
    expect(told).toEqual([
      `${database.file} cannot be changed now, changes are refused: another program holds the database: end it`,
      `${database.file} can be changed again`,
    ]);
  });
});

describe("a question that waits for changes", () => {
  it("is answered at once where nothing waits", () => {
    const { database, log } = opened();
    database.settled(() => log.push("answered"));
    expect(log).toEqual(["answered"]);
  });

  it("is answered after the changes that were asked for before it, in its order", async () => {
    const { lab, database, log, add } = opened();
    database.change(add("a"));
    database.settled(() => log.push(`first, ${stored(lab)}`));
    database.change(add("b"));
    database.settled(() => log.push("second"));
    await turn();
    expect(log).toEqual(["apply a", "apply b", "done a", "done b", "first, a,b", "second"]);
  });

  it("is answered too where the change failed", async () => {
    const { database, log, add } = opened();
    database.change(add("a", "a"));
    database.settled(() => log.push("answered"));
    await turn();
    expect(log.slice(-2)).toEqual(["failed a: not-stored", "answered"]);
  });
});

describe("a close", () => {
  it("commits what waits, and answers it", () => {
    const { lab, database, log, add } = opened();
    database.change(add("a"));
    lab.close();
    expect(log).toEqual(["apply a", "done a"]);
    expect(stored(lab)).toEqual(["a"]);
  });

  it("lets each store say its last word first", () => {
    const { lab, database, add } = opened();
    database.beforeClose(() => database.change(add("last")));
    lab.close();
    expect(stored(lab)).toEqual(["last"]);
  });

  it("refuses a change that comes later, and nobody crashes", async () => {
    const { lab, database, log, add } = opened();
    const late = add("late");
    lab.close();
    database.change(late);
    await turn();
    expect(log.at(-1)).toBe("failed late: not-stored");
  });
});
