/** Three NATS servers, of which one dies: the one that leads the streams. Writes wait for the election, nothing is lost, no node is expelled. */
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { describe, expect, it, onTestFinished } from "vitest";
import { systemClock } from "../../src/actors/clock.ts";
import { type NatsBus, openNatsBus } from "../../src/cluster/nats-bus.ts";
import { natsServers } from "../../src/cluster/nats-servers.ts";
import { enterLab } from "../../src/cluster/node-leases.ts";
import type { NodeChange, Nodes } from "../../src/cluster/nodes.ts";
import { NatsServer, natsBinary, SKIPPED } from "./nats-server.ts";

const bytes = (text: string) => Buffer.from(text);

async function three(): Promise<NatsServer[]> {
  const servers = await NatsServer.cluster(3);
  onTestFinished(async () => {
    for (const server of servers) await server.end();
  });
  return servers;
}

/** Server that leads a stream. */
async function leaderOf(stream: string, servers: readonly NatsServer[]): Promise<NatsServer> {
  const connection = await connect({ servers: servers.map(({ url }) => url) });
  const manager = await jetstreamManager(connection);
  const { cluster, config } = await manager.streams.info(stream);
  await connection.close();
  expect(config.num_replicas).toBe(3);
  return servers[Number(cluster?.leader?.slice(1))] as NatsServer;
}

describe.skipIf(!natsBinary)(`three NATS servers ${SKIPPED}`, () => {
  it("go on when their leader dies: each write that was answered is there, and each node is who it was", async () => {
    const servers = await three();
    const place = natsServers(servers.map(({ url }) => url));
    const buses: NatsBus[] = [];
    const entered: Nodes[] = [];
    const changes: NodeChange[] = [];
    for (const name of ["n1", "n2"]) {
      const bus = await openNatsBus({ servers: place, name });
      buses.push(bus);
      const given = { lab: "three", version: "1", clock: systemClock, leaseMs: 5_000, host: name };
      const nodes = await enterLab({ bus, name, ...given });
      nodes.watch((change) => changes.push(change));
      entered.push(nodes);
    }
    const [mine, theirs] = await Promise.all(buses.map((bus) => bus.log("NL_three_state")));
    const told: number[] = [];
    theirs?.follow(1, ({ sequence }) => told.push(sequence));
    const answered: number[] = [];
    const append = async () => {
      answered.push((await mine?.append(`k${answered.length}`, bytes("x"))) ?? 0);
    };

    for (let count = 0; count < 50; count += 1) await append();
    const leader = await leaderOf("NL_three_state", servers);
    await leader.kill();
    for (let count = 0; count < 50; count += 1) await append();
    await leader.start();
    await expect.poll(() => entered.every(({ isSure }) => isSure), { timeout: 30_000 }).toBe(true);
    await expect.poll(() => told.length, { timeout: 30_000 }).toBeGreaterThanOrEqual(100);

    expect(new Set(told).size).toBe(told.length);
    expect(answered.filter((sequence) => !told.includes(sequence))).toEqual([]);
    expect(changes.filter(({ kind }) => kind === "expelled" || kind === "left")).toEqual([]);
    for (const nodes of entered) await nodes.leave();
    for (const bus of buses) await bus.close();
  }, 120_000);

  it("give a hub to one of those that claim it at once, each time", async () => {
    const servers = await three();
    const place = natsServers(servers.map(({ url }) => url));
    const buses: NatsBus[] = [];
    const entered: Nodes[] = [];
    for (const name of ["n1", "n2", "n3"]) {
      const bus = await openNatsBus({ servers: place, name });
      buses.push(bus);
      const given = { lab: "race", version: "1", clock: systemClock, leaseMs: 15_000, host: name };
      entered.push(await enterLab({ bus, name, ...given }));
    }
    for (let race = 1; race <= 50; race += 1) {
      const owners = await Promise.all(entered.map((nodes) => nodes.claim("chat")));
      expect(new Set(owners.map(({ node, epoch }) => `${node} ${epoch}`)).size).toBe(1);
      await Promise.all(entered.map((nodes) => nodes.release("chat")));
    }
    for (const nodes of entered) await nodes.leave();
    for (const bus of buses) await bus.close();
  }, 120_000);

  it("give a node's name to one of those that enter under it at once, each time", async () => {
    const servers = await three();
    const place = natsServers(servers.map(({ url }) => url));
    const buses: NatsBus[] = [];
    for (const name of ["a", "b", "c"]) buses.push(await openNatsBus({ servers: place, name }));
    const given = { lab: "names", name: "n1", version: "1", clock: systemClock, leaseMs: 10_000 };
    const enter = (bus: NatsBus, at: number) => enterLab({ ...given, bus, host: `m${at}` });
    for (let race = 1; race <= 6; race += 1) {
      const outcomes = await Promise.allSettled(buses.map(enter));
      const winners = outcomes.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
      const refusals = outcomes.flatMap((one) => (one.status === "rejected" ? [one.reason.code] : []));
      expect(refusals).toEqual(["name-taken", "name-taken"]);
      for (const winner of winners) await winner.leave();
    }
    for (const bus of buses) await bus.close();
  }, 120_000);
});
