/** How a daemon comes into a cluster: with rows, after a restart, a day late, and where the log is no longer what it was. */
import { describe, expect, it } from "vitest";
import type { BusLog } from "../../src/cluster/bus.ts";
import { Lab, type LabNode, LOG } from "./cluster-play.ts";

const pdf = { ip: "10.0.0.1", port: 1_236, service: "pdf", token: "server1" };
const txt = { ip: "10.0.0.2", port: 1_237, service: "txt", token: "server2" };
const PDF = "10.0.0.1/1236 pdf server1";
const TXT = "10.0.0.2/1237 txt server2";

/** Nodes that have not joined. */
function apart(count = 2) {
  const lab = new Lab(["n1", "n2", "n3"].slice(0, count));
  const [first, second] = lab.nodes;
  if (!first || !second) throw new Error("two nodes");
  return { lab, first, second };
}

describe("a daemon that has rows already", () => {
  it("offers them to the log, and loses none to what the log says of rows that it never had there", async () => {
    const { lab, first, second } = apart();
    await first.join().registry.register(txt);
    await first.book.add("ada@example.org", "Ada");
    await first.book.remove("ada@example.org");
    await lab.settle();
    await second.alone(async (registry, book) => {
      await registry.register(pdf, 30_000);
      await book.add("ada@example.org", "Countess");
    });
    second.join();
    await lab.settle();
    expect(second.stand).toEqual([PDF, TXT, "ada@example.org Countess"]);
    expect(first.stand).toEqual(second.stand);
    expect(second.events).toEqual([{ kind: "entered", offered: 2 }]);
  });

  it("writes each once where another daemon offers the same", async () => {
    const { lab, first, second } = apart();
    for (const node of lab.nodes)
      await node.alone(async (registry, book) => {
        await registry.register(pdf);
        await book.import([
          { email: "a@b", name: "A" },
          { email: "c@d", name: "C" },
        ]);
      });
    first.join();
    second.join();
    await lab.settle();
    const written = lab.engine.logOf(LOG).last;
    await lab.pass(70_000);
    expect(lab.engine.logOf(LOG).last).toBe(written);
    expect(second.stand).toEqual(first.stand);
    expect(first.stand).toEqual([PDF, "a@b A", "c@d C"]);
  });

  it("offers no row that the log took before it was read: what another did to it since stands", async () => {
    const { lab, first, second } = apart();
    first.join();
    await lab.settle();
    const people = ["ada", "bo"].map((name) => ({ email: `${name}@example.org`, name }));
    await second.book.import(people);
    await second.registry.register(pdf);
    const bus = second.newSide();
    const open = bus.log.bind(bus);
    const late: (() => void)[] = [];
    bus.log = async (name): Promise<BusLog> => {
      const log = await open(name);
      const follow: BusLog["follow"] = (from, listener) =>
        log.follow(from, (entry) => late.push(() => listener(entry)));
      return { ...log, follow };
    };
    second.join(bus);
    await lab.settle();
    expect([first.stand.length, second.stores.unsent]).toEqual([3, 0]);
    await first.book.remove("ada@example.org");
    await first.registry.register({ ...pdf, token: "newer" });
    await lab.settle();
    const [identity, ...rows] = late.splice(0);
    identity?.();
    await lab.settle();
    for (const tell of [...rows, ...late.splice(0)]) tell();
    await lab.settle();
    const rest = ["10.0.0.1/1236 pdf newer", "bo@example.org bo"];
    expect([first.stand, second.stand]).toEqual([rest, rest]);
    expect(second.events).toEqual([{ kind: "entered", offered: 0 }]);
  });

  it("takes the log's word for a row that the log knows", async () => {
    const { lab, first, second } = apart();
    await first.join().registry.register(pdf);
    await lab.settle();
    await second.alone((registry) => registry.register({ ...pdf, token: "old" }));
    second.join();
    await lab.settle();
    expect([first.stand, second.stand]).toEqual([[PDF], [PDF]]);
  });
});

describe("a daemon that starts again", () => {
  it("goes on where it was, and reads no entry twice", async () => {
    const { lab, first, second } = apart();
    await first.join().registry.register(pdf);
    second.join();
    await lab.settle();
    second.stop();
    await first.registry.register(txt);
    await lab.settle();
    second.open();
    expect(second.stand).toEqual([PDF]);
    const version = second.registry.version;
    second.join();
    await lab.settle();
    expect(second.stand).toEqual([PDF, TXT]);
    expect(second.registry.version).toBe(version + 1);
    expect(second.folder.rows("SELECT applied FROM log_position")).toEqual([
      { applied: lab.engine.logOf(LOG).last },
    ]);
  });

  it("[BOOT-1] sends on after a kill what it had taken while the bus was away", async () => {
    const { lab, first, second } = apart();
    first.join();
    second.join();
    await lab.settle();
    lab.engine.goAway();
    await second.registry.register(pdf);
    await second.book.add("a@b", "A");
    await second.registry.register(txt);
    await second.registry.deregister(txt);
    second.kill();
    lab.engine.comeBack();
    second.open();
    expect(second.stores.unsent).toBe(3);
    second.join();
    await lab.settle();
    expect(first.stand).toEqual([PDF, "a@b A"]);
    expect(second.stores.unsent).toBe(0);
  });

  it("a day later has what is there then, and not what was removed meanwhile", async () => {
    const { lab, first, second } = apart();
    await first.join().registry.register(pdf);
    await first.registry.register(txt, 3_600_000);
    await first.book.add("a@b", "A");
    second.join();
    await lab.settle();
    second.stop();
    await first.registry.deregister(pdf);
    await first.book.remove("a@b");
    for (let count = 0; count < 20; count += 1) await first.book.add("c@d", `C${count}`);
    await lab.pass(86_400_000, 3_600_000);
    second.open();
    second.join();
    await lab.settle();
    expect(second.stand).toEqual(["c@d C19"]);
    expect(first.stand).toEqual(second.stand);
  });

  it("enters anew where it was used without a cluster in between", async () => {
    const { lab, first, second } = apart();
    first.join();
    second.join();
    await lab.settle();
    second.stop();
    await second.alone((registry) => registry.register(pdf));
    second.join();
    await lab.settle();
    expect(first.stand).toEqual([PDF]);
  });
});

describe("an entry that cannot be stored", () => {
  it("is stored when it can be, and none behind it before", async () => {
    const { lab, first, second } = apart();
    first.join();
    second.join();
    await lab.settle();
    second.folder.exec(`CREATE TRIGGER full BEFORE INSERT ON registrations WHEN new.port = ${pdf.port}
      BEGIN SELECT raise(ABORT, 'full'); END`);
    await Promise.all([first.registry.register(pdf), first.registry.register(txt)]);
    await first.book.add("a@b", "A");
    await lab.settle();
    expect(second.stand).toEqual([]);
    expect(second.kinds()).toEqual(["entered", "trouble"]);
    await lab.pass(5_000);
    expect(second.stand).toEqual([]);
    second.folder.exec("DROP TRIGGER full");
    await lab.pass(10_000);
    expect(second.stand).toEqual([PDF, TXT, "a@b A"]);
    expect(first.kinds()).toEqual(["entered"]);
  });
});

describe("a log", () => {
  it("that the engine has lost is made again of what the daemons have", async () => {
    const { lab, first, second } = apart();
    await first.join().registry.register(pdf);
    await second.join().book.add("a@b", "A");
    await lab.settle();
    lab.engine.forgetNewest(LOG, 1_000);
    await lab.pass(4_000);
    const third = lab.add("n3").join();
    await lab.settle();
    for (const node of [first, second, third]) expect(node.stand).toEqual([PDF, "a@b A"]);
    expect(first.kinds()).toContain("reset");
  });

  it("that is another one by the time a daemon comes back is read from its beginning", async () => {
    const { lab, first, second } = apart();
    await first.join().registry.register(pdf);
    second.join();
    await lab.settle();
    second.stop();
    lab.engine.forgetNewest(LOG, 1_000);
    await lab.pass(4_000);
    for (let count = 0; count < 20; count += 1) {
      await first.book.add("c@d", `C${count}`);
      await lab.settle();
    }
    second.open();
    second.join();
    await lab.settle();
    expect(second.stand).toEqual([PDF, "c@d C19"]);
  });

  it("whose newest entries are lost gets those of the last minute again, and others read what took their places", async () => {
    const { lab, first, second } = apart();
    first.join();
    second.join();
    await first.registry.register(txt);
    await lab.pass(2_000);
    await first.registry.register(pdf);
    await lab.settle();
    expect(second.stand).toEqual([PDF, TXT]);
    // The engine loses an entry and gives its sequence to another before any daemon has asked how long the log is.
    const third = lab.add("n3").join();
    await lab.settle();
    lab.engine.forgetNewest(LOG, 1);
    await third.book.add("a@b", "A");
    await lab.settle();
    await lab.pass(60_000);
    const fourth = lab.add("n4").join();
    await lab.settle();
    for (const node of lab.nodes) expect(node.stand).toEqual([PDF, TXT, "a@b A"]);
    expect(fourth.events).toEqual([{ kind: "entered", offered: 0 }]);
    expect(first.kinds()).toEqual(["entered", "reset", "entered"]);
  });

  it("that is lost and begun again by others is found out also where its new identity has the sequence of the old one", async () => {
    const lab = new Lab(["n1", "n2", "n3"]);
    const [first, second, third] = lab.nodes as [LabNode, LabNode, LabNode];
    for (const one of lab.nodes) one.join();
    await lab.pass(2_000);
    const log = lab.engine.logOf(LOG);
    const before = log.newest("log.identity")?.sequence;
    expect([before, log.last]).toEqual([3, 3]);
    lab.engine.forgetNewest(LOG, 3);
    await first.registry.register(pdf);
    await first.book.add("ada@example.org", "Ada");
    await lab.settle();
    second.stop();
    second.open();
    second.join();
    await lab.settle();
    expect(log.newest("log.identity")?.sequence).toBe(before);
    await first.book.add("bo@example.org", "Bo");
    await lab.pass(10_000);
    expect(first.stand).toHaveLength(3);
    expect(second.stand).toEqual(first.stand);
    expect(third.stand).toEqual(first.stand);
  });

  it("that hides its loss behind a later entry of the same key gets what is missing all the same", async () => {
    const { lab, first, second } = apart();
    first.join();
    second.join();
    await lab.settle();
    await first.registry.register(pdf);
    await lab.settle();
    await second.book.add("a@b", "A");
    await lab.settle();
    await lab.pass(2_000);
    const third = lab.add("n3").join();
    await lab.settle();
    for (const node of [first, second]) node.side?.hold();
    lab.engine.forgetNewest(LOG, 2);
    await third.book.add("c@d", "C");
    await lab.settle();
    await third.book.add("a@b", "A2");
    await lab.settle();
    await third.book.add("a@b", "A3");
    await lab.settle();
    for (const node of [first, second]) node.side?.goOn();
    await lab.pass(40_000);
    const fourth = lab.add("n4").join();
    await lab.settle();
    for (const node of [first, second, third, fourth]) expect(node.stand).toEqual([PDF, "a@b A3", "c@d C"]);
    expect(first.kinds()).toContain("lost");
  });

  it("that gives the sequence of an entry again, which is written anew before any daemon looks, loses none of the others", async () => {
    const { lab, first, second } = apart();
    first.join();
    second.join();
    await lab.pass(2_000);
    await first.registry.register(pdf);
    await lab.settle();
    const { last } = lab.engine.logOf(LOG);
    lab.engine.forgetNewest(LOG, 1);
    await first.book.add("a@b", "A");
    await lab.settle();
    // The renewal hides that its entry before was lost.
    await first.registry.register(pdf);
    await lab.settle();
    expect(lab.engine.logOf(LOG).newest("registry.1236.=MTAuMC4wLjE")?.sequence).toBeGreaterThan(last);
    await lab.pass(60_000);
    const third = lab.add("n3").join();
    await lab.settle();
    for (const node of [first, second, third]) expect(node.stand).toEqual([PDF, "a@b A"]);
    expect([first, second, third].map(({ stores }) => stores.isSettled)).toEqual([true, true, true]);
  });

  it("that lost an entry whose writer is dead gets it of those who had read it, although its sequence has been given again", async () => {
    const { lab, first, second } = apart();
    first.join();
    second.join();
    const third = lab.add("n3").join();
    await lab.pass(2_000);
    await first.registry.register(pdf);
    await lab.settle();
    first.kill();
    lab.engine.forgetNewest(LOG, 1);
    await second.book.add("a@b", "A");
    await lab.settle();
    await lab.pass(60_000);
    const fourth = lab.add("n4").join();
    await lab.settle();
    for (const node of [second, third, fourth]) expect(node.stand).toEqual([PDF, "a@b A"]);
    expect(third.kinds()).toContain("reset");
  });

  it("that tells nothing any more, without a word, is followed again after three seconds", async () => {
    const { lab, first, second } = apart();
    first.join();
    second.join();
    await lab.settle();
    second.side?.stall();
    await first.registry.register(pdf);
    await lab.pass(3_000);
    expect(second.stand).toEqual([]);
    await lab.pass(2_000);
    expect(second.stand).toEqual([PDF]);
    expect(second.kinds()).toEqual(["entered", "stalled"]);
  });

  it("has entries that this version cannot read: they are passed over and told", async () => {
    const { lab, first } = apart();
    first.join();
    await lab.settle();
    const log = await lab.engine.attach().log(LOG);
    for (const [key, text] of [
      ["registry.1.x", "no JSON"],
      ["registry.1.x", '{"ip":"y","port":1,"gone":"removed"}'],
      ["registry.0.x", '{"ip":"x","port":0,"gone":"removed"}'],
      ["other.x", "{}"],
    ] as const)
      await log.append(key, Buffer.from(text));
    await lab.settle();
    expect(first.events.slice(1).map((event) => "key" in event && event.key)).toEqual([
      "registry.1.x",
      "registry.1.x",
      "registry.0.x",
      "other.x",
    ]);
    await log.append(
      "registry.1236.=MTAuMC4wLjE",
      Buffer.from(JSON.stringify({ ...pdf, seenMs: 0, sinceMs: 0 })),
    );
    await lab.settle();
    expect(first.stand).toEqual([PDF]);
  });
});
