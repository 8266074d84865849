/** Leases on a real NATS server: what the simulated clock shows of nodes holds by the clock of the day too. */
import { rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../src/actors/clock.ts";
import { type NatsBus, openNatsBus } from "../../src/cluster/nats-bus.ts";
import { natsServers } from "../../src/cluster/nats-servers.ts";
import { enterLab } from "../../src/cluster/node-leases.ts";
import type { NodeChange, Nodes } from "../../src/cluster/nodes.ts";
import { NatsServer, natsBinary, SKIPPED } from "./nats-server.ts";

const LEASE_MS = 2_000;
const untilIs = <Value>(read: () => Value, value: Value) =>
  expect.poll(read, { timeout: 30_000, interval: 10 }).toEqual(value);

describe.skipIf(!natsBinary)(`nodes on NATS ${SKIPPED}`, () => {
  let server: NatsServer;
  const buses: NatsBus[] = [];
  const entered: Nodes[] = [];
  const changes: NodeChange[] = [];

  async function enter(name: string): Promise<Nodes> {
    const bus = await openNatsBus({ servers: natsServers([server.url]), name });
    buses.push(bus);
    const given = { lab: "real", version: "1", clock: systemClock, leaseMs: LEASE_MS, host: name };
    const nodes = await enterLab({ bus, name, ...given });
    entered.push(nodes);
    return nodes;
  }
  const alive = (nodes: Nodes) => nodes.list().flatMap(({ name, isAlive }) => (isAlive ? [name] : []));

  beforeAll(async () => {
    server = await NatsServer.start();
    for (const name of ["n1", "n2"]) await enter(name);
    entered[0]?.watch((change) => changes.push(change));
  });
  afterAll(async () => {
    for (const nodes of entered) await nodes.leave();
    for (const bus of buses) await bus.close();
    await server?.end();
  });

  it("see each other, and agree on who owns a hub that all claim at once", async () => {
    const [one, other] = entered as [Nodes, Nodes];
    await untilIs(
      () => [alive(one), alive(other)],
      [
        ["n1", "n2"],
        ["n1", "n2"],
      ],
    );
    const owners = await Promise.all([one, other, one, other].map((nodes) => nodes.claim("chat")));
    expect(new Set(owners.map((owner) => JSON.stringify(owner))).size).toBe(1);
    await untilIs(() => [one.ownerOf("chat"), other.ownerOf("chat")], [owners[0], owners[0]]);
  });

  it("refuse a second of the same name", async () => {
    const bus = await openNatsBus({ servers: natsServers([server.url]), name: "other" });
    const asked = { bus, lab: "real", name: "n1", version: "1", clock: systemClock, leaseMs: LEASE_MS };
    await expect(enterLab({ ...asked, host: "elsewhere" })).rejects.toThrow("called n1: choose another name");
    await bus.close();
  });

  it("outlive the server's death: unsure meanwhile, none expelled", async () => {
    const [one, other] = entered as [Nodes, Nodes];
    const before = [one.own.incarnation, other.own.incarnation];
    changes.length = 0;
    await server.kill();
    await untilIs(() => [one.isSure, other.isSure], [false, false]);
    await server.start();
    await untilIs(() => [one.isSure, other.isSure], [true, true]);
    expect([one.own.incarnation, other.own.incarnation]).toEqual(before);
    expect(changes.map(({ kind }) => kind)).toEqual(["sure", "sure"]);
  });

  // Three quarters of a lease, more than one, and so long that the clients give the server up.
  it.each([1_500, 3_000, 9_000])(
    "lose no lease where the server stands still for %i ms",
    async (stoodMs) => {
      const [one, other] = entered as [Nodes, Nodes];
      await untilIs(() => alive(one), ["n1", "n2"]);
      await untilIs(() => [one.isSure, other.isSure], [true, true]);
      const before = [one.own.incarnation, other.own.incarnation];
      changes.length = 0;
      process.kill(server.pid, "SIGSTOP");
      await pause(stoodMs);
      process.kill(server.pid, "SIGCONT");
      await untilIs(() => [one.isSure, other.isSure], [true, true]);
      // A node that was to be fenced is by then.
      await pause(2 * LEASE_MS);
      expect([one.own.incarnation, other.own.incarnation]).toEqual(before);
      expect(changes.filter(({ kind }) => kind !== "sure")).toEqual([]);
      expect([alive(one), alive(other)]).toEqual([
        ["n1", "n2"],
        ["n1", "n2"],
      ]);
    },
    60_000,
  );

  it("tell of one whose connection ends without a word, within its lease", async () => {
    const third = await enter("n3");
    await untilIs(() => alive(entered[0] as Nodes), ["n1", "n2", "n3"]);
    const owner = await third.claim("relay");
    expect(owner).toMatchObject({ node: "n3", epoch: 1 });
    const cutAt = performance.now();
    await buses.at(-1)?.close();
    await untilIs(() => alive(entered[0] as Nodes), ["n1", "n2"]);
    expect(performance.now() - cutAt).toBeGreaterThan(0.4 * LEASE_MS);
    expect(await entered[1]?.claim("relay")).toMatchObject({ node: "n2", epoch: 2 });
  });

  it("enter anew where the server lost its folder", async () => {
    const [one, other] = entered as [Nodes, Nodes];
    await server.kill();
    rmSync(path.join(server.folder, "store"), { recursive: true });
    await server.start();
    await untilIs(
      () => [one.isSure && alive(one), other.isSure && alive(other)],
      [
        ["n1", "n2"],
        ["n1", "n2"],
      ],
    );
    // A server whose bucket two nodes have just made may leave a question open for longer than it is asked: a hub claims again.
    const epoch = () => one.claim("chat").then((owner) => owner.epoch, String);
    await expect.poll(epoch, { timeout: 60_000 }).toBe(2);
  }, 120_000);
});
