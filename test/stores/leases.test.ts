/** [BOOT-7] Entries that expire, to the second, whether somebody asks or not. */
import { describe, expect, it } from "vitest";
import { SimulatedClock } from "xstate";
import type { Clock } from "../../src/machines/_world.ts";
import { openRegistry } from "../../src/stores/registry.ts";
import { turn } from "../fakes.ts";
import { LabFolder } from "./lab-folder.ts";

const pdf = { ip: "10.0.0.1", port: 1_236, service: "pdf", token: "server1" };
const txt = { ip: "10.0.0.1", port: 1_237, service: "txt", token: "server2" };

function opened(clock = new SimulatedClock()) {
  const lab = new LabFolder();
  const registry = openRegistry(lab.open(), clock);
  const ports = () => registry.list().map(({ port }) => port);
  const stored = () =>
    (lab.rows("SELECT port FROM registrations") as { port: number }[]).map(({ port }) => port);
  return { lab, clock, registry, ports, stored };
}

describe("a lease", () => {
  it("[BOOT-7] that is not renewed ends to the millisecond, on disk too", async () => {
    const { clock, registry, ports, stored } = opened();
    await registry.register(pdf, 30_000);
    clock.increment(29_999);
    expect(ports()).toEqual([1_236]);
    clock.increment(1);
    expect(ports()).toEqual([]);
    await turn();
    expect(stored()).toEqual([]);
  });

  it("[BOOT-7] that is renewed in time begins anew", async () => {
    const { clock, registry, ports } = opened();
    await registry.register(pdf, 30_000);
    const calls: number[] = [];
    registry.watch(() => calls.push(clock.now()));
    clock.increment(20_000);
    await registry.register(pdf, 30_000);
    clock.increment(10_000);
    expect(calls).toEqual([]);
    clock.increment(19_999);
    expect(ports()).toEqual([1_236]);
    clock.increment(1);
    expect(calls).toEqual([50_000]);
    expect(ports()).toEqual([]);
  });

  it("[BOOT-7] that is renewed while it ends is alive, on disk too", async () => {
    const { clock, registry, ports, stored } = opened();
    await registry.register(pdf, 30_000);
    clock.increment(29_999);
    const renewed = registry.register(pdf, 30_000);
    clock.increment(1);
    expect(ports()).toEqual([]);
    await renewed;
    await turn();
    expect(ports()).toEqual([1_236]);
    expect(stored()).toEqual([1_236]);
  });

  it("[BOOT-7] of each entry is its own, and entries without one stay", async () => {
    const { clock, registry, ports } = opened();
    await registry.register(pdf, 30_000);
    await registry.register(txt, 10_000);
    await registry.register({ ...txt, port: 1_238 });
    clock.increment(10_000);
    expect(ports()).toEqual([1_236, 1_238]);
    clock.increment(20_000);
    expect(ports()).toEqual([1_238]);
    clock.increment(1_000_000_000);
    expect(ports()).toEqual([1_238]);
  });

  it("[BOOT-7] ends with a registration that has none", async () => {
    const { clock, registry, ports } = opened();
    await registry.register(pdf, 30_000);
    await registry.register(pdf);
    clock.increment(60_000);
    expect(ports()).toEqual([1_236]);
  });

  it("[BOOT-7] changes the version when it ends, and tells who watches, though nobody asks", async () => {
    const { clock, registry } = opened();
    await registry.register(pdf, 30_000);
    const { version } = registry;
    const calls: number[] = [];
    registry.watch(() => calls.push(clock.now()));
    clock.increment(29_999);
    expect(registry.version).toBe(version);
    clock.increment(1);
    expect(calls).toEqual([30_000]);
    expect(registry.version).toBe(version + 1);
  });

  it("[BOOT-7] ends for who watches also where a timer comes a little early", async () => {
    const clock = new HastyClock();
    const { registry } = opened(clock);
    await registry.register(pdf, 30_000);
    const calls: number[] = [];
    registry.watch(() => calls.push(clock.now()));
    clock.increment(29_999);
    expect(calls).toEqual([]);
    clock.increment(1);
    expect(calls).toEqual([30_000]);
  });

  it("[BOOT-7] that ended can be had again, as a new entry", async () => {
    const { clock, registry } = opened();
    await registry.register(pdf, 30_000);
    clock.increment(30_000);
    await registry.register(pdf, 30_000);
    expect(registry.list()).toEqual([
      { ...pdf, registeredAt: 30_000, lastSeenAt: 30_000, expiresAt: 60_000 },
    ]);
  });
});

describe("a registry that is opened again", () => {
  it("[BOOT-7] hands out no entry whose lease ended meanwhile, and forgets it", async () => {
    const { lab, clock, registry, stored } = opened();
    await registry.register(pdf, 30_000);
    await registry.register(txt, 60_000);
    lab.close();
    clock.increment(30_000);
    const again = openRegistry(lab.open(), clock);
    expect(again.list().map(({ port }) => port)).toEqual([1_237]);
    await turn();
    expect(stored()).toEqual([1_237]);
  });

  it("[BOOT-7] goes on with the leases that were left", async () => {
    const { lab, clock, registry } = opened();
    await registry.register(pdf, 30_000);
    lab.close();
    clock.increment(10_000);
    const again = openRegistry(lab.open(), clock);
    const calls: number[] = [];
    again.watch(() => calls.push(clock.now()));
    clock.increment(19_999);
    expect(calls).toEqual([]);
    clock.increment(1);
    expect(calls).toEqual([30_000]);
  });
});

describe("timers", () => {
  /** What the registry asked of its clock, and has not taken back. */
  function counted() {
    const pending = new Map<number, number>();
    let next = 0;
    const clock: Clock = {
      now: () => 0,
      setTimeout: (_, ms) => {
        next += 1;
        pending.set(next, ms);
        return next;
      },
      clearTimeout: (id) => void pending.delete(id as number),
    };
    return { clock, pending: () => [...pending.values()] };
  }

  it("are one at most, for the lease that ends first", async () => {
    const lab = new LabFolder();
    const { clock, pending } = counted();
    const registry = openRegistry(lab.open(), clock);
    await registry.register(pdf, 30_000);
    await registry.register(txt, 10_000);
    expect(pending()).toEqual([10_000]);
    await registry.register({ ...txt, port: 1_238 }, 20_000);
    expect(pending()).toEqual([10_000]);
  });

  it("never ask for more than a timer can wait, however far the clock was set back", () => {
    const lab = new LabFolder();
    lab.open();
    lab.exec(`INSERT INTO registrations (ip, port, service, token, registered_at, last_seen_at, expires_at)
      VALUES ('10.0.0.1', 1236, 'pdf', 'server1', 0, 0, ${2 ** 40})`);
    const { clock, pending } = counted();
    openRegistry(lab.open(), clock);
    expect(pending()).toEqual([2 ** 31 - 1]);
  });

  it("are none when the database is closed", async () => {
    const lab = new LabFolder();
    const { clock, pending } = counted();
    await openRegistry(lab.open(), clock).register(pdf, 30_000);
    lab.close();
    expect(pending()).toEqual([]);
  });
});

/** Its first timer comes a millisecond before its time, as real ones may by the wall clock. */
class HastyClock extends SimulatedClock {
  #isHasty = true;

  override setTimeout(callback: () => void, ms: number): number {
    const early = this.#isHasty ? 1 : 0;
    this.#isHasty = false;
    return super.setTimeout(callback, ms - early);
  }
}
