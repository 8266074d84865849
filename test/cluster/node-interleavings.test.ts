/** Whatever happens to nodes and to the engine, in any order: a hub has one sure owner at most, and all are well once all is mended. */
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { LEASE_MS, SimulatedLab, type SimulatedNode } from "./simulated-nodes.ts";

const NAMES = ["n1", "n2", "n3"];
const HUBS = ["chat", "relay"];

type Step =
  | { readonly kind: "pass"; readonly ms: number }
  | { readonly kind: "claim" | "release"; readonly node: number; readonly hub: number }
  | { readonly kind: "cut" | "cut in silence" | "mend" | "stop" | "go on" | "stall"; readonly node: number }
  | { readonly kind: "lose" | "be slow" | "be well"; readonly node: number }
  | { readonly kind: "go away" }
  | { readonly kind: "come back" };

const node = fc.nat({ max: NAMES.length - 1 });
const hub = fc.nat({ max: HUBS.length - 1 });
const pass = fc.record({
  kind: fc.constant("pass" as const),
  ms: fc.integer({ min: 50, max: 1.5 * LEASE_MS }),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: pass },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom("claim", "claim", "release"), node, hub }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom("cut", "cut in silence", "mend", "stop", "go on", "stall"),
      node,
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("lose", "be slow", "be well"), node }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("go away", "come back") }) },
) as fc.Arbitrary<Step>;

class Trial {
  readonly lab: SimulatedLab;
  readonly nodes: SimulatedNode[] = [];
  readonly #stopped = new Set<SimulatedNode>();
  readonly #epochs = new Map<string, number>();

  constructor(seed: number) {
    // Every second engine compares before it sets, as one of several servers does.
    this.lab = new SimulatedLab(seed, seed % 2 === 0 ? 0 : 20);
  }

  async begin(): Promise<void> {
    for (const name of NAMES) this.nodes.push(await this.lab.enter(name));
  }

  async take(one: Step): Promise<void> {
    if (one.kind === "pass") await this.lab.pass(one.ms, () => this.check());
    else if (one.kind === "go away") this.lab.engine.goAway();
    else if (one.kind === "come back") this.lab.engine.comeBack();
    else if (one.kind === "claim" || one.kind === "release")
      this.#ask(one.kind, one.node, HUBS[one.hub] ?? "");
    else this.#harm(one.kind, this.nodes[one.node] as SimulatedNode);
    this.check();
  }

  async mendAll(): Promise<void> {
    this.lab.engine.comeBack();
    for (const one of this.nodes) for (const kind of ["go on", "mend", "be well"]) this.#harm(kind, one);
    await this.lab.pass(4 * LEASE_MS, () => this.check());
  }

  /** Stopped ones do nothing, whatever they think. */
  check(): void {
    for (const name of HUBS) {
      const owners = this.nodes.filter(({ nodes }) => {
        const owner = nodes.ownerOf(name);
        return nodes.isSure && owner?.incarnation === nodes.own.incarnation;
      });
      expect(owners.length, `sure owners of ${name}`).toBeLessThanOrEqual(1);
      const epoch = Math.max(...owners.map(({ nodes }) => nodes.ownerOf(name)?.epoch ?? 0), 0);
      if (epoch > 0) expect(epoch).toBeGreaterThanOrEqual(this.#epochs.get(name) ?? 0);
      this.#epochs.set(name, Math.max(epoch, this.#epochs.get(name) ?? 0));
    }
  }

  #ask(kind: "claim" | "release", at: number, name: string): void {
    const one = this.nodes[at] as SimulatedNode;
    if (this.#stopped.has(one)) return;
    const asked = kind === "claim" ? one.nodes.claim(name) : one.nodes.release(name, NAMES[(at + 1) % 3]);
    Promise.resolve(asked).catch((error: unknown) => expect(error).toMatchObject({ code: "no-bus" }));
  }

  #harm(kind: string, one: SimulatedNode): void {
    if (kind === "cut") one.side.cut();
    else if (kind === "cut in silence") one.side.cut("inSilence");
    else if (kind === "mend") one.side.mend();
    else if (kind === "stall") one.side.stall();
    else if (kind === "lose") one.side.faults = { loseAnswers: 0.5, missWatched: 0.5 };
    else if (kind === "be slow") one.side.faults = { delayMs: [10, 900] };
    else if (kind === "be well") one.side.faults = {};
    else if (kind === "stop" && !this.#stopped.has(one)) {
      this.#stopped.add(one);
      one.stop();
    } else if (kind === "go on" && this.#stopped.delete(one)) one.goOn();
  }
}

it("holds for any interleaving of cuts, stops, losses, delays, claims and an engine that comes and goes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.array(step, { minLength: 5, maxLength: 40 }), async (seed, steps) => {
      const trial = new Trial(seed);
      await trial.begin();
      for (const one of steps) await trial.take(one);
      await trial.mendAll();

      const { lab, nodes } = trial;
      for (const { nodes: own } of nodes) {
        expect(own.isSure).toBe(true);
        expect(own.list().map(({ name, isAlive }) => [name, isAlive])).toEqual(
          NAMES.map((name) => [name, true]),
        );
        expect(own.list().map(({ incarnation }) => incarnation)).toEqual(
          nodes.map((other) => other.nodes.own.incarnation),
        );
      }
      for (const name of HUBS) {
        const owners = await Promise.all(nodes.map(({ nodes: own }) => lab.while(own.claim(name))));
        for (const owner of owners) expect(owner).toEqual(owners[0]);
      }
    }),
    { seed: 1_870_361_237, numRuns: process.env.NETLABD_LONG ? 300 : 20 },
  );
}, 120_000);
