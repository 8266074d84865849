/** A realm of operators' code: what is stopped, what a stopped turn leaves undone, and what outlives it. */
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { Realm } from "../../src/repl/evaluation/realm.ts";

/** Long enough for a short turn on a busy machine. */
const TURN_MS = 10_000;
/** Of those that are to be stopped. */
const SHORT_MS = 200;
const late: unknown[] = [];

function open(turnMs = TURN_MS): Realm {
  late.length = 0;
  const realm = new Realm({ turnMs, onLateError: (error) => late.push(error) });
  onTestFinished(() => realm.close());
  return realm;
}

const run = (realm: Realm, code: string) => realm.run(code, "test");
const ending = (realm: Realm, code: string) =>
  new Promise<unknown>((resolve, reject) =>
    realm.follow(run(realm, code), (value) => resolve({ value }), reject),
  );

describe("a turn", () => {
  it.each([
    "for (;;);",
    "(async () => { for (;;) await null })()",
    "(function again() { Promise.resolve().then(again) })()",
    "Promise.resolve().then(() => { for (;;); })",
    "try { for (;;); } finally { for (;;); }",
  ])("that does not end is stopped: %s", (code) => {
    const realm = open(SHORT_MS);
    expect(() => run(realm, code)).toThrow(/^stopped after 200 ms/);
    expect(run(realm, "1 + 1")).toBe(2);
  });

  it("that is stopped gets nothing of what it asked for, and neither do the timers before it", async () => {
    // The first turn is to have its time.
    const realm = open(1_000);
    const done: string[] = [];
    realm.define({
      act: (what: string) => realm.ask(async () => done.push(what)),
      mark: (what: string) => done.push(what),
    });
    run(realm, "act('first'); setTimeout(() => mark('timer'), 5)");
    expect(() => run(realm, "act('second'); for (;;);")).toThrow(/stopped/);
    await delay(30);
    expect(done).toEqual(["first"]);
  });

  it("changes nothing while it lasts: what it asks for is done when it is over", async () => {
    const realm = open();
    const done: number[] = [];
    realm.define({ act: () => realm.ask(async () => done.push(1)), count: () => done.length });
    expect(run(realm, "act(); count()")).toBe(0);
    expect(done).toEqual([1]);
  });

  it("may ask for much, not for everything", () => {
    const realm = open();
    realm.define({ act: () => realm.ask(async () => undefined) });
    expect(() => run(realm, "for (let n = 0; n < 2000; n++) act()")).toThrow(/more than 1000 calls at once/);
  });
});

describe("a promise of a realm", () => {
  it("is followed to its value or its error, over timers and calls of the daemon's", async () => {
    const realm = open();
    realm.define({ later: (value: unknown) => realm.ask(() => delay(5, value)) });
    expect(
      await ending(
        realm,
        "(async () => [await later(1), await new Promise((done) => setTimeout(done, 5, 2))])()",
      ),
    ).toEqual({
      value: [1, 2],
    });
    await expect(ending(realm, "(async () => { await later(1); throw 'mine' })()")).rejects.toBe("mine");
  });

  it("goes on after one that is not of this realm", async () => {
    const realm = open();
    realm.define({ foreign: () => delay(5, 7) });
    expect(await ending(realm, "(async () => (await foreign()) + 1)()")).toEqual({ value: 8 });
  });

  it("that loops after its await is stopped too", async () => {
    const realm = open(SHORT_MS);
    realm.define({ later: () => realm.ask(() => delay(5)) });
    await expect(ending(realm, "(async () => { await later(); for (;;); })()")).rejects.toThrow(/stopped/);
  });

  it("that is rejected and not handled is told, and ends nobody", async () => {
    const realm = open();
    run(realm, "void Promise.reject('nobody'); class Mine extends Promise {}; void Mine.reject('mine')");
    await delay(5);
    expect(late).toEqual(["nobody", "mine"]);
  });
});

describe("timers", () => {
  it("call once or again and again, and are ended", async () => {
    const realm = open();
    await ending(
      realm,
      `var seen = []; new Promise((done) => {
        clearTimeout(setTimeout(() => seen.push("never"), 1));
        setImmediate((word) => seen.push(word), "once");
        const id = setInterval(() => { if (seen.push("again") > 3) { clearInterval(id); setTimeout(done, 10) } }, 1);
      })`,
    );
    expect(run(realm, "seen.join()")).toBe("once,again,again,again");
  });

  it("tell what they throw, and go on", async () => {
    const realm = open();
    run(realm, "setTimeout(() => { throw 'thrown' })");
    await delay(10);
    expect(late).toEqual(["thrown"]);
  });

  it("end with the realm", async () => {
    const realm = open();
    const seen: number[] = [];
    realm.define({ see: () => seen.push(1) });
    run(realm, "setInterval(see, 1)");
    realm.close();
    await delay(10);
    expect(seen).toEqual([]);
  });
});
