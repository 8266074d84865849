/**
 * Contract of a bus, held by each that there is: `describeBus` is called by one test file a bus.
 *
 * Long, because a contract stands in one place, for each bus to hold.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Bus,
  type BusEntry,
  type BusTrouble,
  type LogEntry,
  OutpacedError,
} from "../../src/cluster/bus.ts";

/** Engine, and what a test may do to it. */
export interface BusEngine {
  attach(onTrouble?: (trouble: BusTrouble) => void): Promise<Bus>;
  /** As `kill -9` takes it. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  end(): Promise<void>;
}

const bytes = (text: string) => Buffer.from(text);
const text = (data: Uint8Array) => Buffer.from(data).toString();

let lastName = 0;
/** Words and names that no other test has. */
const freshName = (kind = "test") => {
  lastName += 1;
  return `${kind}-${process.pid}-${lastName}`;
};

const untilIs = <Value>(read: () => Value, value: Value) =>
  expect.poll(read, { timeout: 30_000, interval: 5 }).toEqual(value);

export function describeBus(start: () => Promise<BusEngine>): void {
  let engine: BusEngine;
  let one: Bus;
  let other: Bus;

  beforeAll(async () => {
    engine = await start();
    one = await engine.attach();
    other = await engine.attach();
  });
  afterAll(async () => {
    await one?.close();
    await other?.close();
    await engine?.end();
  });

  /** Both sides' subscriptions are known to the engine once a word through it has come back. */
  async function settled(): Promise<void> {
    for (const [from, to] of [
      [one, one],
      [other, other],
      [one, other],
      [other, one],
    ] as const) {
      const subject = freshName("settled");
      let hasCome = false;
      const end = to.subscribe(subject, () => {
        hasCome = true;
      });
      await untilIs(() => {
        if (!hasCome) from.publish(subject, bytes("?"));
        return hasCome;
      }, true);
      end();
    }
  }

  describe("messages", () => {
    it("reach all who hear the subject, the sender too, in the order in which they were sent", async () => {
      const subject = freshName();
      const heard: Record<string, string[]> = { one: [], other: [], words: [], rest: [], apart: [] };
      const ends = [
        one.subscribe(`${subject}.a`, ({ data }) => heard.one?.push(text(data))),
        other.subscribe(`${subject}.a`, ({ data }) => heard.other?.push(text(data))),
        other.subscribe(`${subject}.*`, ({ subject: full }) => heard.words?.push(full)),
        other.subscribe(`${subject}.>`, ({ data }) => heard.rest?.push(text(data))),
        other.subscribe(`${subject}.b.*`, ({ data }) => heard.apart?.push(text(data))),
      ];
      await settled();
      const said = Array.from({ length: 200 }, (_, at) => `${at}`);
      for (const word of said) one.publish(`${subject}.a`, bytes(word));
      one.publish(`${subject}.b.c`, bytes("last"));
      await untilIs(() => heard.apart, ["last"]);
      await untilIs(() => heard.one?.length, 200);
      expect(heard).toEqual({
        one: said,
        other: said,
        words: said.map(() => `${subject}.a`),
        rest: [...said, "last"],
        apart: ["last"],
      });
      for (const end of ends) end();
    });

    it("are heard no more once the subscription has ended", async () => {
      const subject = freshName();
      const heard: string[] = [];
      const end = other.subscribe(subject, ({ data }) => {
        heard.push(text(data));
        end();
      });
      await settled();
      for (const word of ["a", "b"]) one.publish(subject, bytes(word));
      await settled();
      expect(heard).toEqual(["a"]);
    });

    it("are what was sent, also where the sender uses its buffer again", async () => {
      const subject = freshName();
      const heard: Uint8Array[] = [];
      const end = other.subscribe(subject, ({ data }) => heard.push(data));
      await settled();
      const buffer = Buffer.from("first");
      one.publish(subject, buffer);
      buffer.write("OTHER");
      one.publish(subject, Buffer.from([0, 13, 10, 255]));
      one.publish(subject, new Uint8Array(0));
      await untilIs(() => heard.length, 3);
      expect(heard.map((data) => [...data])).toEqual([[...bytes("first")], [0, 13, 10, 255], []]);
      end();
    });

    it("may be as large as the engine says, and no larger", async () => {
      const subject = freshName();
      const sizes: number[] = [];
      const end = other.subscribe(subject, ({ data }) => sizes.push(data.length));
      await settled();
      expect(one.maxMessageBytes).toBeGreaterThanOrEqual(65_536);
      one.publish(subject, new Uint8Array(one.maxMessageBytes));
      expect(() => one.publish(subject, new Uint8Array(one.maxMessageBytes + 1))).toThrow(RangeError);
      await untilIs(() => sizes, [one.maxMessageBytes]);
      end();
    });
  });

  describe("a question", () => {
    it("hears every answer of each who answers, in its order, until it ends", async () => {
      const subject = freshName();
      const ends = [one, other].map((bus, at) =>
        bus.subscribe(subject, ({ data, respond }) => {
          for (const word of ["a", "b", ""]) respond?.(bytes(word && `${text(data)}${at}${word}`));
        }),
      );
      await settled();
      const answers: string[] = [];
      const endAsking = one.ask(subject, bytes("q"), (data) => answers.push(text(data)));
      await untilIs(() => answers.length, 6);
      const of = (node: number) => answers.filter((answer) => answer.startsWith(`q${node}`));
      expect([of(0), of(1), answers.filter((answer) => answer === "")]).toEqual([
        ["q0a", "q0b"],
        ["q1a", "q1b"],
        ["", ""],
      ]);
      endAsking();
      for (const end of ends) end();
    });

    it("of two at once hears its own answers alone, and none after its end", async () => {
      const subject = freshName();
      const waiting: (() => void)[] = [];
      const end = other.subscribe(subject, ({ data, respond }) => waiting.push(() => respond?.(data)));
      await settled();
      const answers: string[][] = [[], [], []];
      const endings = answers.map((list, at) =>
        one.ask(subject, bytes(`${at}`), (data) => list.push(text(data))),
      );
      await untilIs(() => waiting.length, 3);
      endings[0]?.();
      for (const answer of waiting) answer();
      await untilIs(() => answers, [[], ["1"], ["2"]]);
      await settled();
      expect(answers).toEqual([[], ["1"], ["2"]]);
      endings.map((ending) => ending());
      end();
    });

    it("that has no hearer has no answer; a message that is no question has nothing to answer by", async () => {
      const subject = freshName();
      const answers: Uint8Array[] = [];
      const end = one.ask(`${subject}.none`, bytes("?"), (data) => answers.push(data));
      const means: unknown[] = [];
      const endHearing = other.subscribe(subject, ({ respond }) => means.push(respond));
      await settled();
      one.publish(subject, bytes("!"));
      await untilIs(() => means, [undefined]);
      await settled();
      expect(answers).toEqual([]);
      end();
      endHearing();
    });
  });

  describe("a listener that throws", () => {
    it("harms no other, and no message behind: its fault is told", async () => {
      const troubles: BusTrouble[] = [];
      const third = await engine.attach((trouble) => troubles.push(trouble));
      const [subject, name] = [freshName(), freshName("stores")];
      const heard: unknown[] = [];
      const fail = () => {
        throw new Error("mine");
      };
      third.subscribe(subject, fail);
      third.subscribe(subject, ({ data }) => heard.push(text(data)));
      for (const word of ["a", "b"]) third.publish(subject, bytes(word));
      await untilIs(() => heard, ["a", "b"]);
      const [keys, log] = [await third.keys(name), await third.log(`${name}-log`)];
      keys.watch(fail);
      keys.watch(({ value }) => heard.push(value));
      log.follow(1, fail);
      log.follow(1, ({ sequence }) => heard.push(sequence));
      await keys.create("k", "c");
      await log.append("k", bytes("1"));
      await untilIs(() => heard.slice(2).toSorted(), [1, "c"]);
      await untilIs(() => troubles.length, 4);
      const fault = expect.objectContaining({ message: "mine" });
      expect(troubles.map(({ kind }) => kind)).toEqual(Array(4).fill("listener"));
      expect(troubles[0]).toEqual({ kind: "listener", of: subject, error: fault });
      await third.close();
    });
  });

  describe("keys", () => {
    it("are made, written, read and deleted; revisions go up", async () => {
      const keys = await one.keys(freshName("keys"));
      expect(await keys.get("a.b")).toBeUndefined();
      const first = await keys.create("a.b", "1");
      const second = await keys.create("c", "");
      const third = await keys.update("a.b", "ü", first);
      expect([second > first, third > second]).toEqual([true, true]);
      expect(await keys.get("a.b")).toEqual({ key: "a.b", value: "ü", revision: third });
      expect(await keys.get("c")).toEqual({ key: "c", value: "", revision: second });
      await keys.delete("a.b", third);
      await keys.delete("c");
      expect([await keys.get("a.b"), await keys.get("c")]).toEqual([undefined, undefined]);
    });

    it("are written by one alone where another was faster", async () => {
      const name = freshName("keys");
      const [mine, theirs] = [await one.keys(name), await other.keys(name)];
      const revision = await mine.create("k", "mine");
      await expect(theirs.create("k", "theirs")).rejects.toThrow(OutpacedError);
      await expect(theirs.update("k", "theirs", revision - 1)).rejects.toThrow(OutpacedError);
      const next = await theirs.update("k", "theirs", revision);
      await expect(mine.update("k", "again", revision)).rejects.toMatchObject({ key: "k" });
      await expect(mine.delete("k", revision)).rejects.toThrow(OutpacedError);
      expect(await mine.get("k")).toEqual({ key: "k", value: "theirs", revision: next });
    });

    it("that are settled have no value, as often as that is asked, and what is written is behind that", async () => {
      const keys = await one.keys(freshName("keys"));
      const first = await keys.create("k", "1");
      for (let time = 0; time < 2; time += 1) await keys.settle("settled.one");
      const next = await keys.update("k", "2", first);
      expect(await keys.get("settled.one")).toBeUndefined();
      expect(next).toBe(first + 3);
    });

    it("that were deleted may be made again, by one of many", async () => {
      const name = freshName("keys");
      const sides = [await one.keys(name), await other.keys(name)];
      await sides[0]?.create("k", "old");
      await sides[1]?.delete("k");
      const tries = Array.from({ length: 20 }, (_, at) => sides[at % 2]?.create("k", `${at}`));
      const outcomes = await Promise.allSettled(tries);
      const won = outcomes.flatMap(({ status }, at) => (status === "fulfilled" ? [`${at}`] : []));
      expect(won).toHaveLength(1);
      expect((await sides[0]?.get("k"))?.value).toBe(won[0]);
      const lost = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
      expect(lost.every((error) => error instanceof OutpacedError)).toBe(true);
    });

    it("of another name are others", async () => {
      const [mine, theirs] = [await one.keys(freshName("keys")), await one.keys(freshName("keys"))];
      await mine.create("k", "1");
      expect(await theirs.get("k")).toBeUndefined();
    });

    it("are watched: what there is, then each change, until the end", async () => {
      const name = freshName("keys");
      const [mine, theirs] = [await one.keys(name), await other.keys(name)];
      await mine.create("a", "0");
      const told: BusEntry[] = [];
      const end = theirs.watch((entry) => told.push(entry));
      await untilIs(() => told.length, 1);
      const revision = await mine.create("b", "1");
      await mine.update("b", "2", revision);
      await mine.delete("b");
      await untilIs(
        () => told.map(({ key, value }) => [key, value]),
        [
          ["a", "0"],
          ["b", "1"],
          ["b", "2"],
          ["b", undefined],
        ],
      );
      const revisions = told.map((entry) => entry.revision);
      expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
      end();
      await mine.create("c", "3");
      await settled();
      expect(told).toHaveLength(4);
    });
  });

  describe("a log", () => {
    const shown = ({ sequence, key, data }: LogEntry) => [sequence, key, text(data)];

    it("gives sequences, and keeps the newest entry of each key", async () => {
      const name = freshName("log");
      const [mine, theirs] = [await one.log(name), await other.log(name)];
      expect(await mine.lastSequence()).toBe(0);
      expect(await mine.append("x.a", bytes("1"))).toBe(1);
      expect(await theirs.append("x.b", bytes("2"), { headers: new Map([["nl-import", "7/1"]]) })).toBe(2);
      expect(await mine.append("x.a", bytes("3"))).toBe(3);
      expect(await theirs.lastSequence()).toBe(3);
      const newest = await theirs.newest("x.a");
      expect(newest && shown(newest)).toEqual([3, "x.a", "3"]);
      expect(await mine.newest("x.c")).toBeUndefined();
      expect([...((await mine.newest("x.b"))?.headers ?? [])]).toEqual([["nl-import", "7/1"]]);
    });

    it("takes a write of one name once, also where another has written its key since", async () => {
      const name = freshName("log");
      const [mine, theirs] = [await one.log(name), await other.log(name)];
      expect(await mine.append("k", bytes("mine"), { write: "a/1" })).toBe(1);
      expect(await mine.append("k", bytes("mine"), { write: "a/1" })).toBe(1);
      expect(await theirs.append("k", bytes("theirs"), { write: "b/1" })).toBe(2);
      expect(await mine.append("k", bytes("mine"), { write: "a/1" })).toBe(1);
      expect(await mine.lastSequence()).toBe(2);
      const newest = await theirs.newest("k");
      expect(newest && shown(newest)).toEqual([2, "k", "theirs"]);
      expect(await mine.append("k", bytes("mine"), { write: "a/2" })).toBe(3);
    });

    it("takes a write that is to follow a certain entry of its key only where that one is the newest", async () => {
      const name = freshName("log");
      const [mine, theirs] = [await one.log(name), await other.log(name)];
      expect(await mine.append("k", bytes("1"), { after: 0 })).toBe(1);
      expect(await theirs.append("l", bytes("2"))).toBe(2);
      expect(await mine.append("k", bytes("3"), { after: 1, write: "a/3" })).toBe(3);
      await expect(theirs.append("k", bytes("4"), { after: 1 })).rejects.toThrow(OutpacedError);
      await expect(theirs.append("k", bytes("4"), { after: 0 })).rejects.toThrow(OutpacedError);
      // A write that came through is known again, though the key has moved on by it.
      expect(await mine.append("k", bytes("3"), { after: 1, write: "a/3" })).toBe(3);
      expect(await mine.lastSequence()).toBe(3);
    });

    it("is followed from any sequence on, what is there and what comes, by everyone in one order", async () => {
      const name = freshName("log");
      const [mine, theirs] = [await one.log(name), await other.log(name)];
      for (const [key, word] of ["a1", "b2", "a3", "c4"]) await mine.append(`k.${key}`, bytes(word ?? ""));
      const all: LogEntry[] = [];
      const late: LogEntry[] = [];
      const ends = [
        theirs.follow(1, (entry) => all.push(entry)),
        mine.follow(4, (entry) => late.push(entry)),
      ];
      await untilIs(() => [all.length, late.length], [3, 1]);
      await Promise.all(["d", "e", "f"].map((key, at) => (at % 2 ? mine : theirs).append(key, bytes(key))));
      await untilIs(() => [all.length, late.length], [6, 4]);
      expect(all.slice(0, 3).map(shown)).toEqual([
        [2, "k.b", "2"],
        [3, "k.a", "3"],
        [4, "k.c", "4"],
      ]);
      expect(late.map(shown)).toEqual(all.slice(2).map(shown));
      expect(late.map(({ sequence }) => sequence)).toEqual([4, 5, 6, 7]);
      expect(all.every(({ ageMs }) => Number.isInteger(ageMs) && ageMs >= 0 && ageMs < 60_000)).toBe(true);
      for (const end of ends) end();
    });

    it("of another name is another, and keeps empty data and headers of any words", async () => {
      const [mine, theirs] = [await one.log(freshName("log")), await one.log(freshName("log"))];
      await mine.append("a", new Uint8Array(0), { headers: new Map([["nl-x", "a: b, ü"]]) });
      const entry = await mine.newest("a");
      expect([entry?.data.length, [...(entry?.headers ?? [])]]).toEqual([0, [["nl-x", "a: b, ü"]]]);
      expect(await theirs.lastSequence()).toBe(0);
    });
  });

  describe("an engine that goes away and comes back", () => {
    it("is seen by both sides, keeps keys and logs, and goes on with what was watched", async () => {
      const names = [freshName("keys"), freshName("log")] as const;
      const [keys, theirKeys] = [await one.keys(names[0]), await other.keys(names[0])];
      const [log, theirLog] = [await one.log(names[1]), await other.log(names[1])];
      const revision = await keys.create("k", "1");
      await log.append("k", bytes("1"));
      const seen: Record<string, unknown[]> = { keys: [], log: [], one: [], other: [], heard: [] };
      const subject = freshName();
      const ends = [
        theirKeys.watch(({ value }) => seen.keys?.push(value)),
        theirLog.follow(1, ({ data }) => seen.log?.push(text(data))),
        one.watchConnection((isConnected) => seen.one?.push(isConnected)),
        other.watchConnection((isConnected) => seen.other?.push(isConnected)),
        other.subscribe(subject, ({ data }) => seen.heard?.push(text(data))),
      ];
      await untilIs(() => [seen.keys, seen.log], [["1"], ["1"]]);
      await settled();

      await engine.goAway();
      await untilIs(() => [one.isConnected, other.isConnected], [false, false]);
      one.publish(subject, bytes("lost"));
      await engine.comeBack();
      await untilIs(() => [one.isConnected, other.isConnected], [true, true]);
      expect([seen.one, seen.other]).toEqual([
        [false, true],
        [false, true],
      ]);

      await keys.update("k", "2", revision);
      await log.append("k", bytes("2"));
      await untilIs(
        () => [seen.keys, seen.log],
        [
          ["1", "2"],
          ["1", "2"],
        ],
      );
      await settled();
      one.publish(subject, bytes("heard"));
      await untilIs(() => seen.heard, ["heard"]);
      for (const end of ends) end();
    });
  });

  describe("a side that closes", () => {
    it("has sent all that it published before, and then nothing more", async () => {
      const subject = freshName();
      const heard: string[] = [];
      const end = one.subscribe(subject, ({ data }) => heard.push(text(data)));
      await settled();
      const third = await engine.attach();
      const said = Array.from({ length: 100 }, (_, at) => `${at}`);
      for (const word of said) third.publish(subject, bytes(word));
      await third.close();
      expect(third.isConnected).toBe(false);
      third.publish(subject, bytes("late"));
      await third.close();
      await untilIs(() => heard.length, 100);
      await settled();
      expect(heard).toEqual(said);
      end();
    });
  });
}
