/** Engines that lose entries they had acknowledged, and give their sequences to others before anybody looks. */
import { describe, expect, it } from "vitest";
import { Lab, type LabNode, LOG } from "./cluster-play.ts";

const pdf = { service: "pdf", ip: "10.0.0.1", port: 1236, token: "server1" };
const PDF = "10.0.0.1/1236 pdf server1";
const txt = { service: "txt", ip: "10.0.0.2", port: 1237, token: "server2" };
const TXT = "10.0.0.2/1237 txt server2";
const rows = ["a@b", "c@d", "e@f"].map((email) => ({ email, name: "Ada" }));
const ALL = rows.map(({ email, name }) => `${email} ${name}`);
const keyOf = (email: string) => `addressBook.=${Buffer.from(email).toString("base64url")}`;

async function threeNodes() {
  const lab = new Lab(["n1", "n2", "n3"]);
  const [first, second, third] = lab.nodes as [LabNode, LabNode, LabNode];
  for (const one of lab.nodes) one.join();
  await lab.pass(2_000);
  return { lab, log: lab.engine.logOf(LOG), first, second, third };
}

const standsOf = async (lab: Lab) => {
  lab.add("late").join();
  await lab.settle();
  return lab.nodes.map(({ stand }) => stand);
};

describe("an import that the engine loses in part", () => {
  it("is whole at all nodes, though its own starts again before it looks for what it wrote", async () => {
    const lab = new Lab(["n1", "n2", "n3"]);
    const [first] = lab.nodes as [LabNode];
    for (const one of lab.nodes) one.join();
    await first.book.import(rows);
    lab.engine.forgetNewest(LOG, 1);
    await lab.settle();
    first.stop();
    first.open();
    first.join();
    await lab.pass(60_000);
    expect(await standsOf(lab)).toEqual(Array(4).fill(ALL));
  });

  it.each([
    ["end", 1],
    ["last row and end", 2],
  ])("is written whole under another name where its %s is gone, and read at once", async (_what, count) => {
    const { lab, log, first, third } = await threeNodes();
    await first.book.import(rows);
    await lab.settle();
    const batchOf = (email: string) => log.newest(keyOf(email))?.headers.get("nl-import")?.split("/")[0];
    const before = batchOf("a@b");
    lab.engine.forgetNewest(LOG, count);
    for (let written = 0; written < count; written += 1)
      await third.registry.register({ ...pdf, port: written + 1 });
    await lab.pass(60_000);
    const batch = batchOf("a@b");
    expect(batch).not.toBe(before);
    expect(batchOf("c@d")).toBe(batch);
    expect(log.newest(keyOf("a@b"))?.headers.get("nl-import")).toBe(`${batch}/3`);
    expect(log.newest(`import.${batch}`)).toBeDefined();
    const [one, ...others] = await standsOf(lab);
    expect(one).toHaveLength(count + 3);
    for (const other of others) expect(other).toEqual(one);
  });
});

describe("a sequence that the engine gives again", () => {
  it("is read by the one that alone had read the lost row of it, and has written that once more", async () => {
    const { lab, first, second, third } = await threeNodes();
    for (const one of [second, third]) one.side?.stall();
    await first.registry.register(pdf);
    await lab.settle();
    lab.engine.forgetNewest(LOG, 1);
    await second.book.add("a@b", "Ada");
    await lab.settle();
    await first.registry.register(pdf);
    await lab.pass(60_000);
    expect(await standsOf(lab)).toEqual(Array(4).fill([PDF, "a@b Ada"]));
  });

  it("is read by those who had the lost row of it, though its writer never had, and the row's next entry hides that", async () => {
    const { lab, first, third } = await threeNodes();
    third.side?.stall();
    await first.registry.register(pdf);
    await lab.settle();
    lab.engine.forgetNewest(LOG, 1);
    await third.book.add("a@b", "Ada");
    await lab.settle();
    await first.registry.register(pdf);
    await lab.pass(60_000);
    expect(await standsOf(lab)).toEqual(Array(4).fill([PDF, "a@b Ada"]));
  });

  it("hides no row that only a node knows which was not running then", async () => {
    const lab = new Lab(["n1", "n2"]);
    const [first, second] = lab.nodes as [LabNode, LabNode];
    await first.join().book.add("a@b", "Ada");
    await lab.settle();
    await first.registry.register(pdf);
    await lab.settle();
    first.stop();
    lab.engine.forgetNewest(LOG, 2);
    second.join();
    for (const one of [txt, pdf, pdf]) {
      await second.registry.register(one);
      await lab.settle();
    }
    first.open();
    first.join();
    await lab.settle();
    expect(await standsOf(lab)).toEqual(Array(3).fill([PDF, TXT, "a@b Ada"]));
  });
});

describe("a log that lost nothing", () => {
  it("is never read anew, however often its rows are written again, and by however slow a reader", async () => {
    const { lab, log, first, second, third } = await threeNodes();
    for (const one of lab.nodes) one.events.length = 0;
    if (third.side) third.side.faults = { delayMs: [0, 900] };
    for (let count = 0; count < 300; count += 1) {
      await (count % 2 ? first : second).registry.register({
        ...pdf,
        port: 1 + (count % 7),
        token: `t${count}`,
      });
      if (count % 50 === 0) await first.book.import(rows.map((row) => ({ ...row, name: `N${count}` })));
      if (count === 150) third.side?.cut();
      if (count === 160) third.side?.mend();
      await lab.pass(500, 250);
    }
    const { last } = log;
    await lab.pass(60_000);
    expect(log.last).toBe(last);
    expect(lab.nodes.map((one) => one.kinds())).toEqual([[], [], []]);
  });
});
