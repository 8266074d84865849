/** Any weather on the bus, any order of what happens: the same order everywhere, each line once, names that are unique. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import chat from "../../src/machines/chat.ts";
import { HubLab, type LabNode } from "./hub-lab.ts";
import { inRoom, join } from "./rooms.ts";

type Step =
  | { readonly is: "say"; readonly who: number; readonly count: number }
  | { readonly is: "pass"; readonly ms: number }
  | { readonly is: "cut"; readonly node: number; readonly how: "inSilence" | undefined; readonly ms: number }
  | { readonly is: "away"; readonly ms: number }
  | { readonly is: "unsure"; readonly ms: number }
  | { readonly is: "drain" }
  | { readonly is: "kill" };

const ms = fc.integer({ min: 1, max: 40 }).map((tens) => tens * 10);
const node = fc.integer({ min: 0, max: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      is: fc.constant("say" as const),
      who: node,
      count: fc.integer({ min: 1, max: 9 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ is: fc.constant("pass" as const), ms }) },
  fc.record({
    is: fc.constant("cut" as const),
    node,
    how: fc.constantFrom("inSilence" as const, undefined),
    ms,
  }),
  fc.record({ is: fc.constant("away" as const), ms }),
  fc.record({ is: fc.constant("unsure" as const), ms }),
  fc.record({ is: fc.constant("drain" as const) }),
);
const weather = fc.record({
  lose: fc.constantFrom(0, 0.1, 0.4),
  duplicate: fc.constantFrom(0, 0.1, 0.4),
  reorder: fc.constantFrom(0, 0.1, 0.4),
  delayMs: fc.constantFrom([0, 0] as const, [1, 30] as const),
});

const NAMES = ["Ann", "Bo", "Cy"];

class Play {
  readonly lab: HubLab;
  readonly said = [0, 0, 0];
  readonly dead: number[] = [];
  /** Members that each node knew in the end, before its hub was closed. */
  names: readonly string[][] = [];
  #members: string[] = [];

  constructor(seed: number) {
    this.lab = new HubLab(seed);
  }

  async begin(faults: object): Promise<void> {
    for (const name of ["n1", "n2", "n3"]) {
      this.lab.node(name, chat);
      await this.lab.pass(50);
    }
    for (const [at, one] of this.lab.nodes.entries())
      this.#members.push(await join(this.lab, one, NAMES[at] ?? ""));
    for (const { bus } of this.lab.nodes) bus.faults = faults;
  }

  async take(step: Step): Promise<void> {
    const { lab } = this;
    switch (step.is) {
      case "say":
        for (let count = 0; count < step.count; count += 1) this.#say(step.who);
        return lab.turn(1);
      case "pass":
        return lab.pass(step.ms);
      case "cut":
        lab.nodes[step.node]?.bus.cut(step.how);
        await lab.pass(step.ms);
        if (!this.dead.includes(step.node)) lab.nodes[step.node]?.bus.mend();
        return;
      case "away":
        lab.engine.goAway();
        await lab.pass(step.ms);
        return lab.engine.comeBack();
      case "unsure":
        return this.#unsure(step.ms);
      case "kill":
        return this.#killOwner();
      case "drain":
        for (const { hubs } of lab.nodes) void hubs.drain();
    }
  }

  async #unsure(ms: number): Promise<void> {
    const owner = this.lab.nodes.find(({ isOwner }) => isOwner);
    if (!owner) return;
    owner.nodes.isSure = false;
    await this.lab.pass(ms);
    owner.nodes.isSure = true;
  }

  /** As a daemon that is killed; one is left at least. */
  #killOwner(): void {
    const { lab } = this;
    const alive = lab.nodes.filter(({ name }) => lab.cluster.get(name).isAlive);
    const owner = alive.find(({ isOwner }) => isOwner);
    if (!owner || alive.length === 1) return;
    owner.bus.cut("inSilence");
    owner.nodes.isAway = true;
    lab.cluster.kill(owner.name);
    this.dead.push(lab.nodes.indexOf(owner));
  }

  #say(who: number): void {
    if (this.dead.includes(who)) return;
    const at = this.said[who] ?? 0;
    this.said[who] = at + 1;
    void this.lab.nodes[who]?.hub.say?.(this.#members[who], `${NAMES[who]}-${at}`);
  }

  /** Calm again, until all has arrived. */
  async end(): Promise<string[][]> {
    for (const { bus } of this.lab.nodes) bus.faults = {};
    await this.lab.pass(20_000);
    const heard = this.lab.nodes.map((one: LabNode, at) => inRoom(one, this.#members[at] ?? ""));
    this.names = this.lab.nodes.map((one) => one.names);
    this.lab.end();
    return heard;
  }
}

describe("three nodes that talk in a room, while the bus loses, repeats, delays and mixes up, goes and comes", () => {
  it("hear the same in the same order, each line once and none lost", { timeout: 120_000 }, async () => {
    const property = fc.asyncProperty(
      fc.integer(),
      weather,
      fc.array(step, { maxLength: 30 }),
      async (seed, faults, steps) => {
        const play = new Play(seed);
        await play.begin(faults);
        for (const one of steps) await play.take(one);
        const [first = [], ...others] = await play.end();
        for (const other of others) expect(other).toEqual(first);
        for (const [who, count] of play.said.entries()) {
          const own = first.flatMap((line) => new RegExp(`${NAMES[who]}-(\\d+)`).exec(line)?.[1] ?? []);
          expect(own.map(Number)).toEqual(Array.from({ length: count }, (_, at) => at));
        }
      },
    );
    await fc.assert(property, { seed: 15, numRuns: Number(process.env.HUB_RUNS ?? 15) });
  });
});

describe("owners that are killed while all that goes on", () => {
  it("leave the others with one order, nothing twice, and one owner", { timeout: 120_000 }, async () => {
    const withKills = fc.oneof({ weight: 5, arbitrary: step }, fc.constant<Step>({ is: "kill" }));
    const steps = fc.array(withKills, { maxLength: 30 });
    const property = fc.asyncProperty(fc.integer(), weather, steps, async (seed, faults, taken) => {
      const play = new Play(seed);
      await play.begin(faults);
      for (const one of taken) await play.take(one);
      const heard = (await play.end()).filter((_, at) => !play.dead.includes(at));
      for (const lines of heard) {
        expect(new Set(lines).size).toBe(lines.length);
        for (const other of heard) expect(shared(other, lines)).toEqual(shared(lines, other));
        for (const name of NAMES) {
          const own = lines.flatMap((line) => new RegExp(`${name}-(\\d+)`).exec(line)?.[1] ?? []).map(Number);
          expect(own).toEqual(own.toSorted((one, other) => one - other));
        }
      }
      const names = NAMES.filter((_, at) => !play.dead.includes(at));
      for (const [at, there] of play.names.entries())
        if (!play.dead.includes(at)) expect(there).toEqual(names);
    });
    await fc.assert(property, { seed: 15, numRuns: Number(process.env.HUB_RUNS ?? 15) });
  });
});

/** Lines of one that the other has too. */
const shared = (lines: readonly string[], others: readonly string[]) => {
  const there = new Set(others);
  return lines.filter((line) => there.has(line));
};
