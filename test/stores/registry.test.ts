/** The registry: stored before it is seen, seen as it is stored. */
import { describe, expect, it } from "vitest";
import { SimulatedClock } from "xstate";
import type { Registry } from "../../src/machines/_world.ts";
import { openRegistry } from "../../src/stores/registry.ts";
import { turn } from "../fakes.ts";
import { LabFolder } from "./lab-folder.ts";

function opened() {
  const lab = new LabFolder();
  const clock = new SimulatedClock();
  return {
    lab,
    clock,
    registry: openRegistry(lab.open(), clock),
    reopen: () => openRegistry(lab.open(), clock),
  };
}

const pdf = { ip: "10.0.0.1", port: 1_236, service: "pdf", token: "server1" };
const txt = { ip: "10.0.0.1", port: 1_237, service: "txt", token: "server2" };
const png = { ip: "10.0.0.2", port: 1_236, service: "png", token: "server3" };
const { service: _service, ...pdfKey } = pdf;

/** `10.0.0.1/1236 pdf server1`, one an entry. */
const listed = (registry: Registry, service?: string) =>
  registry.list(service).map(({ ip, port, service, token }) => `${ip}/${port} ${service} ${token}`);

describe("registrations that no caller waits for", () => {
  const failed = (error: Error) => {
    throw error;
  };

  it("wait with their commit for another turn while many come, and for no longer", async () => {
    const { lab, registry } = opened();
    const store = (from: number) => {
      for (let port = from; port < from + 20; port += 1) registry.store({ ...pdf, port }, undefined, failed);
    };
    store(2_000);
    await turn();
    store(3_000);
    await turn();
    expect(lab.rows("SELECT count(*) AS rows FROM registrations")).toEqual([{ rows: 0 }]);
    await turn();
    await turn();
    expect(lab.rows("SELECT count(*) AS rows FROM registrations")).toEqual([{ rows: 40 }]);
    expect(listed(registry)).toHaveLength(40);
  });

  it("are told to who follows the database, each as the registry's", async () => {
    const lab = new LabFolder();
    const database = lab.open();
    const told: string[] = [];
    database.follow(({ store, command }) => told.push(`${store} ${String(command.op)}`));
    const registry = openRegistry(database, new SimulatedClock());
    await registry.register(pdf);
    await registry.deregister({ ip: pdf.ip, port: pdf.port });
    expect(told).toEqual(["registry register", "registry deregister"]);
  });
});

describe("a registration", () => {
  it("[BOOT-1] is on disk before it is listed, and listed before it is answered", async () => {
    const { lab, registry } = opened();
    const answer = registry.register(pdf);
    expect(listed(registry)).toEqual([]);
    await answer;
    expect(listed(registry)).toEqual(["10.0.0.1/1236 pdf server1"]);
    expect(lab.rows("SELECT ip, port, service, token FROM registrations")).toEqual([pdf]);
  });

  it("[BOOT-1] is there again, in its order and with its times, when the registry is opened again", async () => {
    const { clock, registry, reopen } = opened();
    clock.increment(1_000);
    await registry.register(png);
    await registry.register(pdf, 60_000);
    clock.increment(500);
    await registry.register(png);
    expect(reopen().list()).toEqual([
      { ...png, registeredAt: 1_000, lastSeenAt: 1_500, expiresAt: undefined },
      { ...pdf, registeredAt: 1_000, lastSeenAt: 1_000, expiresAt: 61_000 },
    ]);
  });

  it("[BOOT-3] of the same ip and port replaces the entry, keeps its place, and refreshes its last contact", async () => {
    const { clock, registry } = opened();
    await registry.register(pdf);
    await registry.register(txt);
    clock.increment(5_000);
    await registry.register({ ...pdf, service: "mp4", token: "other" });
    expect(registry.list()).toEqual([
      { ...pdf, service: "mp4", token: "other", registeredAt: 0, lastSeenAt: 5_000, expiresAt: undefined },
      { ...txt, registeredAt: 0, lastSeenAt: 0, expiresAt: undefined },
    ]);
  });

  it("[BOOT-3] of another ip or port is another entry", async () => {
    const { registry } = opened();
    await Promise.all([pdf, txt, png].map((entry) => registry.register(entry)));
    expect(registry.list()).toHaveLength(3);
    expect(listed(registry, "txt")).toEqual(["10.0.0.1/1237 txt server2"]);
    expect(listed(registry, "mp4")).toEqual([]);
  });

  it("that cannot be stored is refused, seen nowhere, and harms no neighbour", async () => {
    const { lab, registry } = opened();
    const bad = registry.register({ ...pdf, port: 70_000 });
    const good = registry.register(txt);
    await expect(bad).rejects.toThrow(/^not stored: CHECK constraint failed/);
    await good;
    expect(listed(registry)).toEqual(["10.0.0.1/1237 txt server2"]);
    expect(lab.rows("SELECT port FROM registrations")).toEqual([{ port: 1_237 }]);
  });

  it("that cannot be stored leaves the entry that it would have replaced", async () => {
    const { lab, registry } = opened();
    await registry.register(pdf);
    lab.exec(
      "CREATE TRIGGER full BEFORE UPDATE ON registrations BEGIN SELECT RAISE (ABORT, 'disk full'); END",
    );
    await expect(registry.register({ ...pdf, token: "new" })).rejects.toThrow("not stored: disk full");
    expect(listed(registry)).toEqual(["10.0.0.1/1236 pdf server1"]);
  });

  it("is one of many that came at once: each has its place, its times and its lease [BOOT-3]", async () => {
    const { lab, clock, registry, reopen } = opened();
    clock.increment(1_000);
    await registry.register(png);
    clock.increment(1_000);
    const failed: Error[] = [];
    const many = Array.from({ length: 37 }, (_, one) => ({ ...pdf, port: 2_000 + one, token: `t${one}` }));
    for (const [one, entry] of many.entries()) {
      if (one === 15) clock.increment(1);
      registry.store(entry, one < 20 ? undefined : 30_000, (error) => failed.push(error));
    }
    registry.store({ ...png, token: "again" }, undefined, (error) => failed.push(error));
    // The same one twice in a row: the last counts.
    for (const token of ["first", "last"])
      registry.store({ ...txt, token }, undefined, (error) => failed.push(error));
    await new Promise<void>((settled) => registry.settled(settled));
    expect(failed).toEqual([]);
    expect(registry.list()).toEqual([
      { ...png, token: "again", registeredAt: 1_000, lastSeenAt: 2_001, expiresAt: undefined },
      ...many.map((entry, one) => {
        const at = one < 15 ? 2_000 : 2_001;
        return { ...entry, registeredAt: at, lastSeenAt: at, expiresAt: one < 20 ? undefined : at + 30_000 };
      }),
      { ...txt, token: "last", registeredAt: 2_001, lastSeenAt: 2_001, expiresAt: undefined },
    ]);
    expect(listed(registry, "pdf")).toHaveLength(37);
    expect(lab.rows("SELECT id FROM registrations")).toHaveLength(39);
    expect(reopen().list()).toEqual(registry.list());
  });

  it("is one of many of which one cannot be stored: that one hears of it, and the others are", async () => {
    const { lab, registry } = opened();
    const failed: string[] = [];
    for (let one = 0; one < 25; one += 1) {
      const entry = { ...pdf, port: one === 13 ? 70_000 : 3_000 + one };
      registry.store(entry, undefined, ({ message }) => failed.push(`${one}: ${message}`));
    }
    await new Promise<void>((settled) => registry.settled(settled));
    expect(failed).toEqual([expect.stringMatching(/^13: not stored: CHECK constraint failed/)]);
    expect(registry.list()).toHaveLength(24);
    expect(lab.rows("SELECT port FROM registrations")).toHaveLength(24);
  });

  it("counts in its order among others: what is deregistered between two registrations of it is there", async () => {
    const { registry, reopen } = opened();
    const answers: boolean[] = [];
    registry.store(pdf, undefined, () => undefined);
    void registry.deregister(pdfKey).then((isRemoved) => answers.push(isRemoved));
    registry.store({ ...pdf, service: "again" }, undefined, () => undefined);
    await new Promise<void>((settled) => registry.settled(settled));
    await turn();
    expect(answers).toEqual([true]);
    expect(listed(registry)).toEqual(["10.0.0.1/1236 again server1"]);
    expect(listed(reopen())).toEqual(listed(registry));
  });

  it("of a server whose lease had run out comes anew, in the view as in the file", async () => {
    const { lab, clock, registry, reopen } = opened();
    await registry.register(pdf, 1_000);
    lab.exec(
      "CREATE TRIGGER held BEFORE DELETE ON registrations BEGIN SELECT RAISE (ABORT, 'disk full'); END",
    );
    clock.increment(5_000);
    expect(registry.list()).toEqual([]);
    await registry.register(pdf);
    expect(registry.list()).toMatchObject([{ registeredAt: 5_000 }]);
    expect(reopen().list()).toEqual(registry.list());
  });

  it("is renewed in the list of its service too", async () => {
    const { clock, registry } = opened();
    await registry.register(pdf, 1_000);
    expect(registry.list("pdf")).toMatchObject([{ expiresAt: 1_000 }]);
    clock.increment(500);
    await registry.register(pdf, 1_000);
    expect(registry.list("pdf")).toMatchObject([{ expiresAt: 1_500 }]);
  });

  it("is in the answer to a question that follows in the same turn", async () => {
    const { registry } = opened();
    const answers: string[][] = [];
    void registry.register(pdf);
    registry.settled(() => answers.push(listed(registry)));
    await turn();
    expect(answers).toEqual([["10.0.0.1/1236 pdf server1"]]);
  });
});

describe("a deregistration", () => {
  it("[BOOT-5] removes the entry whose token matches, from disk too", async () => {
    const { lab, registry } = opened();
    await registry.register(pdf);
    expect(await registry.deregister({ ...pdfKey, token: "wrong" })).toBe(false);
    expect(await registry.deregister({ ...pdfKey, port: 1_237 })).toBe(false);
    expect(listed(registry)).toHaveLength(1);
    expect(await registry.deregister(pdfKey)).toBe(true);
    expect(listed(registry)).toEqual([]);
    expect(lab.rows("SELECT * FROM registrations")).toEqual([]);
    expect(await registry.deregister(pdfKey)).toBe(false);
  });

  it("without a token removes any, as an operator does", async () => {
    const { registry } = opened();
    await registry.register(pdf);
    expect(await registry.deregister({ ip: pdf.ip, port: pdf.port })).toBe(true);
    expect(listed(registry)).toEqual([]);
  });
});

describe("changes of one batch", () => {
  it("count in their order: registered and deregistered is gone", async () => {
    const { registry, reopen } = opened();
    const [, isRemoved] = await Promise.all([registry.register(pdf), registry.deregister(pdfKey)]);
    expect(isRemoved).toBe(true);
    expect(listed(registry)).toEqual([]);
    expect(listed(reopen())).toEqual([]);
  });

  it("count in their order: deregistered and registered again is there, behind the others", async () => {
    const { registry, reopen } = opened();
    await registry.register(pdf);
    await registry.register(txt);
    await Promise.all([registry.deregister(pdfKey), registry.register(pdf)]);
    const wanted = ["10.0.0.1/1237 txt server2", "10.0.0.1/1236 pdf server1"];
    expect(listed(registry)).toEqual(wanted);
    expect(listed(reopen())).toEqual(wanted);
  });

  it("count in their order: the last of two registrations is the one that stays", async () => {
    const { registry, reopen } = opened();
    await Promise.all([registry.register(pdf), registry.register({ ...pdf, token: "last" })]);
    expect(listed(registry)).toEqual(["10.0.0.1/1236 pdf last"]);
    expect(listed(reopen())).toEqual(["10.0.0.1/1236 pdf last"]);
  });

  it("count in their order where one of them fails", async () => {
    const { registry, reopen } = opened();
    const bad = registry.register({ ...txt, port: 0 });
    const all = Promise.all([
      registry.register(pdf),
      registry.deregister(pdfKey),
      registry.register({ ...pdf, token: "last" }),
    ]);
    await expect(bad).rejects.toThrow("not stored");
    await all;
    expect(listed(registry)).toEqual(["10.0.0.1/1236 pdf last"]);
    expect(listed(reopen())).toEqual(["10.0.0.1/1236 pdf last"]);
  });
});

describe("the version, and who watches", () => {
  function watched() {
    const one = opened();
    let calls = 0;
    const unwatch = one.registry.watch(() => {
      calls += 1;
    });
    /** How much the version, and with it the number of calls, grew by this. */
    async function growth(change: () => unknown): Promise<number> {
      const { version } = one.registry;
      calls = 0;
      await change();
      expect(calls).toBe(one.registry.version - version);
      return calls;
    }
    return { ...one, unwatch, growth, calls: () => calls };
  }

  it("change with each change that a reader could see", async () => {
    const { registry, growth } = watched();
    expect(await growth(() => registry.register(pdf))).toBe(1);
    expect(await growth(() => registry.register({ ...pdf, service: "mp4" }))).toBe(1);
    expect(await growth(() => registry.register(pdf))).toBe(1);
    expect(await growth(() => registry.register({ ...pdf, token: "new" }))).toBe(1);
    expect(await growth(() => registry.deregister({ ip: pdf.ip, port: pdf.port }))).toBe(1);
  });

  it("do not change with a renewal, nor with what was refused or found nothing", async () => {
    const { registry, growth } = watched();
    await registry.register(pdf);
    expect(await growth(() => registry.register(pdf))).toBe(0);
    expect(await growth(() => registry.register(pdf, 30_000))).toBe(0);
    expect(await growth(() => registry.deregister({ ...pdfKey, token: "wrong" }))).toBe(0);
    expect(await growth(() => registry.register({ ...txt, port: 0 }).catch(() => undefined))).toBe(0);
  });

  it("ends when it is told to", async () => {
    const { registry, unwatch, calls } = watched();
    unwatch();
    await registry.register(pdf);
    expect(calls()).toBe(0);
  });
});
