/** Registry and address book of several daemons over one log. */
import { describe, expect, it } from "vitest";
import { turn } from "../fakes.ts";
import { Lab, LOG } from "./cluster-play.ts";

const pdf = { ip: "10.0.0.1", port: 1_236, service: "pdf", token: "server1" };
const txt = { ip: "10.0.0.2", port: 1_237, service: "txt", token: "server2" };

async function twoNodes() {
  const lab = new Lab();
  const [first, second] = lab.nodes;
  if (!first || !second) throw new Error("two nodes");
  first.join();
  second.join();
  await lab.settle();
  return { lab, first, second };
}

describe("a registration", () => {
  it("[BOOT-1] at one node is listed by the other, with its token and its time", async () => {
    const { lab, first, second } = await twoNodes();
    await first.registry.register(pdf, 30_000);
    expect(first.stand).toEqual(["10.0.0.1/1236 pdf server1"]);
    await lab.settle();
    expect(second.registry.list()).toEqual(first.registry.list());
    expect(second.folder.rows("SELECT service FROM registrations")).toEqual([{ service: "pdf" }]);
    expect([first, second].map(({ stores }) => stores.isSettled)).toEqual([true, true]);
  });

  it("[BOOT-1] is listed where it came while the bus is away, and by the other once it is back", async () => {
    const { lab, first, second } = await twoNodes();
    lab.engine.goAway();
    await first.registry.register(pdf);
    let listed: number | undefined;
    first.registry.settled(() => {
      listed = first.registry.list().length;
    });
    expect(listed).toBe(1);
    await lab.pass(5_000);
    expect(second.stand).toEqual([]);
    expect(first.stores.unsent).toBe(1);
    lab.engine.comeBack();
    await lab.settle();
    expect(second.stand).toEqual(["10.0.0.1/1236 pdf server1"]);
    expect(first.stores.unsent).toBe(0);
  });

  it("[BOOT-5] that is removed at one node is gone at the other", async () => {
    const { lab, first, second } = await twoNodes();
    await first.registry.register(pdf);
    await lab.settle();
    expect(await second.registry.deregister({ ip: pdf.ip, port: pdf.port, token: "wrong" })).toBe(false);
    expect(await second.registry.deregister({ ip: pdf.ip, port: pdf.port, token: "server1" })).toBe(true);
    await lab.settle();
    expect(first.stand).toEqual([]);
    await second.registry.register(pdf);
    await lab.settle();
    expect(first.stand).toEqual(["10.0.0.1/1236 pdf server1"]);
  });

  it("changes the version of the other's registry once, and an answer that is prepared there", async () => {
    const { lab, first, second } = await twoNodes();
    const before = second.registry.version;
    await first.registry.register(pdf);
    await lab.settle();
    expect(second.registry.version).toBe(before + 1);
    await first.registry.register(pdf);
    await lab.settle();
    expect(second.registry.version).toBe(before + 1);
  });
});

describe("an address", () => {
  it("that is added, changed or removed at one node is so at the other", async () => {
    const { lab, first, second } = await twoNodes();
    await first.book.add("ada@example.org", "Ada");
    await second.book.add("Bo@example.org", "Bo");
    await lab.settle();
    await second.book.add("ada@example.org", "Ada L.");
    await lab.settle();
    expect(first.stand).toEqual(["Bo@example.org Bo", "ada@example.org Ada L."]);
    expect(await first.book.remove("BO@example.org")).toEqual({ email: "Bo@example.org", name: "Bo" });
    await lab.settle();
    expect(second.stand).toEqual(["ada@example.org Ada L."]);
  });
});

describe("two nodes that write one row", () => {
  it("end with what the log has last, also where both wrote before they heard of each other", async () => {
    const { lab, first, second } = await twoNodes();
    await Promise.all([
      first.registry.register(pdf),
      second.registry.register({ ...pdf, token: "other" }),
      second.book.add("ada@example.org", "Ada"),
      first.book.add("ada@example.org", "Countess"),
    ]);
    await lab.settle();
    expect(second.stand).toEqual(first.stand);
    expect(first.stand).toHaveLength(2);
  });

  it("end with the other's where it came later, also where only that is left in the log to be read", async () => {
    const { lab, first, second } = await twoNodes();
    first.side?.hold();
    await first.registry.register(pdf);
    await turn();
    await turn();
    // The first one's entry is in the log, and its answer on its way, as the second one takes its place there.
    await second.registry.register({ ...pdf, token: "other" });
    await lab.settle();
    first.side?.goOn();
    await lab.settle();
    expect(second.stand).toEqual(["10.0.0.1/1236 pdf other"]);
    expect(first.stand).toEqual(second.stand);
  });

  it("keep their own while it is on its way, and the one that comes into the log later wins", async () => {
    const { lab, first, second } = await twoNodes();
    first.side?.cut();
    await first.registry.register(pdf);
    await second.registry.register({ ...pdf, token: "other" });
    await lab.settle();
    expect(first.stand).toEqual(["10.0.0.1/1236 pdf server1"]);
    expect(second.stand).toEqual(["10.0.0.1/1236 pdf other"]);
    first.side?.mend();
    await lab.settle();
    expect(first.stand).toEqual(["10.0.0.1/1236 pdf server1"]);
    expect(second.stand).toEqual(first.stand);
  });
});

describe("a lease", () => {
  it("[BOOT-7] is over at all nodes at the same time, and its row leaves the log by one of them", async () => {
    const { lab, first, second } = await twoNodes();
    await second.registry.register(pdf, 30_000);
    await second.registry.register(txt);
    await lab.pass(29_000);
    expect(first.stand).toHaveLength(2);
    const before = lab.engine.logOf(LOG).last;
    await lab.pass(1_000);
    expect(first.stand).toEqual(["10.0.0.2/1237 txt server2"]);
    expect(second.stand).toEqual(first.stand);
    await lab.settle();
    const newest = lab.engine.logOf(LOG).newest("registry.1236.=MTAuMC4wLjE");
    expect(String(newest && Buffer.from(newest.data))).toBe('{"ip":"10.0.0.1","port":1236,"gone":"expired"}');
    expect(lab.engine.logOf(LOG).last).toBe(before + 1);
  });

  it("[BOOT-7] counts from its registration, however late another node hears of it, and by no date", async () => {
    const lab = new Lab(["n1"]);
    const [first] = lab.nodes;
    await first?.join().registry.register(pdf, 30_000);
    await lab.pass(20_000);
    const second = lab.add("n2").join();
    await lab.settle();
    expect(second.stand).toHaveLength(1);
    await lab.pass(9_000);
    expect(second.stand).toHaveLength(1);
    await lab.pass(1_000);
    expect(second.stand).toEqual([]);
  });

  it("that is over before a node hears of it leaves no row there", async () => {
    const lab = new Lab(["n1"]);
    lab.keeper = "none";
    await lab.nodes[0]?.join().registry.register(pdf, 30_000);
    await lab.pass(40_000);
    const second = lab.add("n2").join();
    await lab.settle();
    expect(second.stand).toEqual([]);
    expect(second.folder.rows("SELECT * FROM registrations")).toEqual([]);
  });

  it("that began and ended while a node was away takes the row that the node has of before, which has none", async () => {
    const { lab, first, second } = await twoNodes();
    await first.registry.register(pdf);
    await lab.settle();
    second.side?.cut();
    await first.registry.register(pdf, 5_000);
    await lab.pass(10_000);
    expect(second.stand).toEqual(["10.0.0.1/1236 pdf server1"]);
    second.side?.mend();
    await lab.pass(2_000);
    expect(first.stand).toEqual([]);
    expect(second.stand).toEqual([]);
    expect(second.folder.rows("SELECT * FROM registrations")).toEqual([]);
  });

  it("that is over, and was given after the row of a node whose watch had ended in silence, takes that row", async () => {
    const { lab, first, second } = await twoNodes();
    await first.registry.register(pdf);
    await lab.settle();
    second.side?.stall();
    await first.registry.register(pdf, 2_000);
    await first.registry.register(txt);
    // The word that it is over is in the log before the other follows it again.
    await lab.pass(10_000);
    expect(first.stand).toEqual(["10.0.0.2/1237 txt server2"]);
    expect(second.stand).toEqual(first.stand);
  });

  it("that is over at the node that tells the log takes no row that has a lease of its own elsewhere", async () => {
    const { lab, first, second } = await twoNodes();
    await first.registry.register(pdf, 30_000);
    await lab.settle();
    second.side?.cut();
    await first.registry.register(pdf, 5_000);
    await lab.pass(10_000);
    second.side?.mend();
    await lab.pass(2_000);
    expect(first.stand).toEqual([]);
    expect(second.stand).toEqual(["10.0.0.1/1236 pdf server1"]);
    await lab.pass(18_000);
    expect(second.stand).toEqual([]);
  });

  it("[BOOT-1] that is over at the node that tells the log, while the bus is away from it, takes no row that comes meanwhile", async () => {
    const { lab, first, second } = await twoNodes();
    await first.registry.register(pdf, 5_000);
    await lab.settle();
    first.side?.cut();
    await lab.pass(10_000);
    await second.registry.register(pdf);
    // Own entries are remembered for a minute.
    await lab.pass(70_000);
    first.side?.mend();
    await lab.pass(2_000);
    expect(first.stand).toEqual(["10.0.0.1/1236 pdf server1"]);
    expect(second.stand).toEqual(first.stand);
    expect(first.stores.unsent).toBe(0);
  });

  it("[BOOT-1] that is renewed as another node tells the log that it is over goes on", async () => {
    const { lab, first, second } = await twoNodes();
    await second.registry.register(pdf, 30_000);
    await lab.settle();
    await lab.pass(29_000);
    first.side?.hold();
    await second.registry.register(pdf, 30_000);
    await lab.settle();
    // The keeper has not read of the renewal as it writes its word of the end behind it.
    await lab.pass(1_000);
    first.side?.goOn();
    await lab.pass(2_000);
    const third = lab.add("n3").join();
    await lab.settle();
    expect([first, second, third].map(({ stand }) => stand)).toEqual(
      Array(3).fill(["10.0.0.1/1236 pdf server1"]),
    );
  });
});

describe("a write whose answer is lost", () => {
  it("is not put behind what another node has written of the row since", async () => {
    const { lab, first, second } = await twoNodes();
    const { side } = first;
    if (!side) throw new Error("a side");
    // It reads nothing for a while either, so that it cannot know that the log has its entry.
    side.stall();
    side.faults = { loseAnswers: 1 };
    await first.registry.register(pdf);
    await lab.settle();
    expect(second.stand).toEqual(["10.0.0.1/1236 pdf server1"]);
    await second.registry.register({ ...pdf, token: "server3" });
    await lab.settle();
    side.faults = {};
    await lab.pass(20_000);
    expect(second.stand).toEqual(["10.0.0.1/1236 pdf server3"]);
    expect(first.stand).toEqual(second.stand);
    expect(first.stores.unsent).toBe(0);
  });
});
