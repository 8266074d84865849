/** Imports of addresses over the log: at other nodes whole or not at all, also where one is cut in its middle. */
import { describe, expect, it } from "vitest";
import type { BusLog } from "../../src/cluster/bus.ts";
import type { MemorySide } from "../../src/cluster/memory-side.ts";
import { turn } from "../fakes.ts";
import { Lab, type LabNode, LOG } from "./cluster-play.ts";

const rows = Array.from({ length: 20 }, (_, count) => ({
  email: `s${count}@example.org`,
  name: `S${count}`,
}));
const all = rows.map(({ email, name }) => `${email} ${name}`).toSorted();

/** Lets so many entries of a node into the log; `open` lets in all that come from then on. */
function joinWithLimit(node: LabNode, limit: number): { open(): void } {
  const side = node.newSide();
  let left = limit;
  const log = side.log.bind(side);
  const limited = async (name: string): Promise<BusLog> => {
    const whole = await log(name);
    const append: BusLog["append"] = (...entry) => {
      left -= 1;
      return left < 0 ? Promise.reject(new Error("full")) : whole.append(...entry);
    };
    return { ...whole, append };
  };
  node.join(Object.assign(side, { log: limited }) as MemorySide);
  return {
    open: () => {
      left = Number.POSITIVE_INFINITY;
    },
  };
}

async function threeNodes() {
  const lab = new Lab(["n1", "n2"]);
  const [first, second] = lab.nodes;
  if (!first || !second) throw new Error("two nodes");
  first.join();
  await lab.settle();
  await first.book.add("s3@example.org", "before");
  await lab.settle();
  return { lab, first, second };
}

describe("an import", () => {
  it("is seen by another node at once", async () => {
    const { lab, first, second } = await threeNodes();
    second.join();
    await lab.settle();
    await first.book.import(rows);
    const sizes = new Set<number>();
    while (second.book.size < 20) {
      sizes.add(second.book.size);
      await turn();
    }
    expect([...sizes]).toEqual([1]);
    expect(second.stand).toEqual(all);
  });

  it("is what a daemon offers that had addresses before it came into the lab: cut in its middle, it is seen by no other", async () => {
    const { lab, first, second } = await threeNodes();
    const others = rows.filter(({ email }) => email !== "s3@example.org");
    await second.alone((_registry, book) => book.import(others));
    const gate = joinWithLimit(second, 10);
    await lab.settle();
    expect(first.stand).toEqual(["s3@example.org before"]);
    gate.open();
    await lab.pass(2_000);
    expect(first.book.size).toBe(20);
    expect(second.stand).toEqual(first.stand);
  });

  it("that is cut in its middle is seen by no other node, and whole once its node is back", async () => {
    const { lab, first, second } = await threeNodes();
    joinWithLimit(second, 10);
    await lab.settle();
    await second.book.import(rows);
    await lab.settle();
    expect(second.stand).toEqual(all);
    expect(first.stand).toEqual(["s3@example.org before"]);
    await lab.pass(65_000);
    expect(first.stand).toEqual(["s3@example.org before"]);
    expect(first.kinds()).toContain("import-dropped");
    second.kill();
    second.open();
    second.join();
    await lab.settle();
    expect(first.stand).toEqual(all);
    expect(second.stand).toEqual(all);
  });

  it("that never ends takes no row's place in the log for a node that comes later", async () => {
    const { lab, first, second } = await threeNodes();
    joinWithLimit(second, 10);
    await lab.settle();
    await second.book.import(rows);
    await lab.settle();
    second.kill();
    lab.nodes.splice(1, 1);
    await lab.pass(65_000);
    const third = lab.add("n3").join();
    await lab.settle();
    expect(third.stand).toEqual(["s3@example.org before"]);
    expect(first.stand).toEqual(third.stand);
  });

  it("that began long ago begins anew, since others have dropped what came of it", async () => {
    const { lab, first, second } = await threeNodes();
    const gate = joinWithLimit(second, 10);
    await lab.settle();
    await second.book.import(rows);
    await lab.pass(90_000);
    expect(first.kinds()).toContain("import-dropped");
    gate.open();
    await lab.pass(2_000);
    expect(first.stand).toEqual(all);
  });

  it("leaves a row to a later change of another node, though its end comes after that", async () => {
    const { lab, first, second } = await threeNodes();
    const reader = lab.add("n4").join();
    const gate = joinWithLimit(second, 20);
    await lab.settle();
    await second.book.import(rows);
    await lab.settle();
    expect(first.stand).toEqual(["s3@example.org before"]);
    await first.book.add("s5@example.org", "later");
    await first.book.remove("s3@example.org");
    await lab.settle();
    gate.open();
    await lab.pass(2_000);
    expect(second.stand).toEqual(first.stand);
    expect(reader.stand).toEqual(first.stand);
    const third = lab.add("n3").join();
    await lab.settle();
    expect(third.stand).toEqual(first.stand);
    expect(first.stand).toContain("s5@example.org later");
    expect(first.stand).not.toContain("s3@example.org S3");
    expect(first.book.size).toBe(19);
  });

  it("that a restart meets between its rows and its end is read again from its first row", async () => {
    const { lab, first, second } = await threeNodes();
    joinWithLimit(second, 20);
    await lab.settle();
    await second.book.import(rows);
    await lab.settle();
    first.stop();
    first.open();
    first.join();
    await lab.settle();
    expect(first.stand).toEqual(["s3@example.org before"]);
    // The end, as the importing node would have written it.
    const newest = lab.engine.logOf(LOG).newest("addressBook.=czRAZXhhbXBsZS5vcmc");
    const batch = newest?.headers.get("nl-import")?.split("/")[0];
    const log = await lab.engine.attach().log(LOG);
    await log.append(`import.${batch}`, Buffer.from("{}"));
    await lab.settle();
    expect(first.stand).toEqual(all);
  });
});
