/** The engine in memory keeps the contract of a bus; and it cuts, delays, loses, doubles and mixes up as it is told. */
import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/actors/clock.ts";
import { MemoryEngine } from "../../src/cluster/memory-bus.ts";
import type { MemoryFaults } from "../../src/cluster/memory-line.ts";
import { SimulatedClock } from "../actors/simulated-clock.ts";
import { describeBus } from "./bus-contract.ts";

describe("the bus in memory", () => {
  describeBus(async () => {
    const engine = new MemoryEngine(systemClock);
    return {
      attach: async (onTrouble) => engine.attach({}, onTrouble),
      goAway: async () => engine.goAway(),
      comeBack: async () => engine.comeBack(),
      end: async () => undefined,
    };
  });
});

const bytes = (text: string) => Buffer.from(text);
/** All turns of microtasks that are due. */
const turns = () => new Promise<void>((resolve) => setImmediate(resolve));

function pair(faults: MemoryFaults = {}, seed = 1) {
  const clock = new SimulatedClock();
  const engine = new MemoryEngine(clock, { seed });
  const [one, other] = [engine.attach(faults), engine.attach()];
  const heard: number[] = [];
  other.subscribe("s", ({ data }) => heard.push(Number(Buffer.from(data).toString())));
  const say = (count: number) => {
    for (let at = 0; at < count; at += 1) one.publish("s", bytes(`${at}`));
  };
  return { clock, engine, one, other, heard, say };
}

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at);
const sorted = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);

describe("a fault of the bus in memory", () => {
  it("that delays keeps the order, and takes its time by the clock alone", async () => {
    const { clock, heard, say } = pair({ delayMs: [10, 50] });
    say(100);
    clock.advance(9);
    await turns();
    expect(heard).toEqual([]);
    clock.advance(41);
    await turns();
    expect(heard).toEqual(upTo(100));
  });

  it("that loses some lets the rest through in order, the same ones for the same seed", async () => {
    const runs = await Promise.all(
      [1, 1, 2].map(async (seed) => {
        const { heard, say } = pair({ lose: 0.5 }, seed);
        say(200);
        await turns();
        return heard;
      }),
    );
    const [first = [], again, otherwise] = runs;
    expect(first.length).toBeGreaterThan(50);
    expect(first.length).toBeLessThan(150);
    expect(first).toEqual(sorted(first));
    expect(again).toEqual(first);
    expect(otherwise).not.toEqual(first);
  });

  it("that doubles and that mixes up lose nothing", async () => {
    const { heard, say } = pair({ duplicate: 0.3, reorder: 0.3 });
    say(200);
    await turns();
    expect([...new Set(sorted(heard))]).toEqual(upTo(200));
    expect(heard.length).toBeGreaterThan(210);
    expect(heard).not.toEqual(sorted(heard));
  });

  it("that cuts a side off is seen by it alone; in silence not even by it", async () => {
    const { one, other, heard, say } = pair();
    const seen: boolean[] = [];
    one.watchConnection((isConnected) => seen.push(isConnected));
    for (const how of [undefined, "inSilence"] as const) {
      one.cut(how);
      say(1);
      await turns();
      one.mend();
    }
    expect([heard, seen, other.isConnected]).toEqual([[], [false, true], true]);
    say(1);
    await turns();
    expect(heard).toEqual([0]);
  });

  it("that takes what is under way leaves nothing of it for later", async () => {
    const { clock, one, heard, say } = pair({ delayMs: [10, 20] });
    say(5);
    one.cut();
    one.mend();
    clock.advance(100);
    await turns();
    expect(heard).toEqual([]);
  });

  it("that holds a process lets it hear everything once it goes on", async () => {
    const { other, heard, say } = pair();
    other.hold();
    say(10);
    await turns();
    expect(heard).toEqual([]);
    other.goOn();
    expect(heard).toEqual(upTo(10));
    say(1);
    await turns();
    expect(heard).toHaveLength(11);
  });

  it("that loses an answer has let the question be carried out", async () => {
    const { clock, one, other } = pair();
    const [mine, theirs] = [await one.keys("k"), await other.keys("k")];
    one.faults = { loseAnswers: 1 };
    const outcome = mine.create("a", "1").catch((error: unknown) => error);
    await turns();
    clock.advance(2_000);
    expect(await outcome).toMatchObject({ code: "no-bus" });
    expect(await theirs.get("a")).toMatchObject({ value: "1" });
  });

  it("that stalls or misses a watch says nothing; a watch that begins again has everything", async () => {
    const { one, other } = pair();
    const [mine, theirs] = [await one.keys("k"), await other.keys("k")];
    const told: string[] = [];
    theirs.watch(({ key }) => told.push(key));
    await mine.create("a", "1");
    other.faults = { missWatched: 1 };
    await mine.create("b", "1");
    other.faults = {};
    await mine.create("c", "1");
    other.stall();
    await mine.create("d", "1");
    await turns();
    expect(told).toEqual(["a", "c"]);
    theirs.watch(({ key }) => told.push(key));
    await turns();
    expect(told).toEqual(["a", "c", "a", "b", "c", "d"]);
  });

  it("that takes the newest of a log gives their sequences again", async () => {
    const { engine, one } = pair();
    const log = await one.log("l");
    for (const key of ["a", "b", "c"]) await log.append(key, bytes(key));
    engine.forgetNewest("l", 2);
    expect(await log.lastSequence()).toBe(1);
    expect(await log.newest("c")).toBeUndefined();
    expect(await log.append("d", bytes("d"))).toBe(2);
  });
});
