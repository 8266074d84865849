/** Numbers that go on over restarts, and are not written one by one. */
import { describe, expect, it } from "vitest";
import type { Committed } from "../../src/stores/database.ts";
import { openNumbers } from "../../src/stores/numbers.ts";
import { turn } from "../fakes.ts";
import { LabFolder } from "./lab-folder.ts";

/** As a daemon that is killed leaves it: what was committed, and no last word. */
function copyOf(lab: LabFolder): LabFolder {
  const copy = new LabFolder();
  copy.open();
  copy.close();
  for (const { name, next } of lab.rows("SELECT * FROM numbers") as { name: string; next: number }[])
    copy.exec(`INSERT INTO numbers VALUES ('${name}', ${next})`);
  return copy;
}

describe("numbers in blocks", () => {
  it("go on where a daemon ended in peace, without a gap", () => {
    const lab = new LabFolder();
    const first = openNumbers(lab.open()).inBlocks("connection");
    expect([first.next(), first.next()]).toEqual([1, 2]);
    const second = openNumbers(lab.open()).inBlocks("connection");
    expect(second.next()).toBe(3);
  });

  it("are never given again where a daemon was killed, however many it gave", async () => {
    for (const count of [0, 1, 499, 500, 501, 5_000]) {
      const lab = new LabFolder();
      const numbers = openNumbers(lab.open()).inBlocks("connection");
      await turn();
      let last = 0;
      for (let taken = 0; taken < count; taken += 1) {
        last = numbers.next();
        // Peers are not accepted all in one turn.
        if (taken % 100 === 0) await turn();
      }
      const next = openNumbers(copyOf(lab).open()).inBlocks("connection").next();
      expect(last).toBe(count);
      expect(next).toBeGreaterThan(last);
      expect(next).toBeLessThanOrEqual(last + 1_001);
    }
  });

  it("are written once a block, not one by one", async () => {
    const database = new LabFolder().open();
    const log: Committed[] = [];
    database.follow((entry) => log.push(entry));
    const numbers = openNumbers(database).inBlocks("connection");
    await turn();
    expect(log).toHaveLength(1);
    for (let count = 0; count < 400; count += 1) numbers.next();
    await turn();
    expect(log).toHaveLength(1);
    for (let count = 0; count < 4_000; count += 1) numbers.next();
    await turn();
    expect(log.length).toBeLessThan(12);
  });

  it("go on where they cannot be stored: no peer is turned away for its number", async () => {
    const lab = new LabFolder();
    const database = lab.open();
    lab.exec("CREATE TRIGGER full BEFORE INSERT ON numbers BEGIN SELECT RAISE (ABORT, 'disk full'); END");
    const numbers = openNumbers(database).inBlocks("connection");
    await turn();
    for (let count = 1; count <= 3_000; count += 1) expect(numbers.next()).toBe(count);
    await turn();
  });
});

describe("exact numbers", () => {
  it("are stored as they are taken, and go on after a kill without a gap", async () => {
    const lab = new LabFolder();
    const numbers = openNumbers(lab.open()).exact("instance/chat");
    expect([numbers.next(), numbers.next()]).toEqual([1, 2]);
    await turn();
    expect(openNumbers(copyOf(lab).open()).exact("instance/chat").next()).toBe(3);
  });

  it("that nobody takes are written nowhere", () => {
    const lab = new LabFolder();
    openNumbers(lab.open()).exact("instance/chat");
    lab.close();
    expect(lab.rows("SELECT * FROM numbers")).toEqual([]);
  });

  it("of one kind are nothing to another", () => {
    const numbers = openNumbers(new LabFolder().open());
    const [chat, clock] = [numbers.exact("instance/chat"), numbers.exact("instance/clock")];
    expect([chat.next(), chat.next(), clock.next()]).toEqual([1, 2, 1]);
  });
});
