/** Registry and address book over a real engine, which is killed, comes back, and comes back without what it had. */
import { rmSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { systemClock } from "../../src/actors/clock.ts";
import type { Bus, BusLog } from "../../src/cluster/bus.ts";
import { openNatsBus } from "../../src/cluster/nats-bus.ts";
import { natsServers } from "../../src/cluster/nats-servers.ts";
import { Lab, type LabNode } from "./cluster-play.ts";
import { NatsServer, natsBinary, SKIPPED } from "./nats-server.ts";

const pdf = { ip: "10.0.0.1", port: 1_236, service: "pdf", token: "server1" };
const PDF = "10.0.0.1/1236 pdf server1";

let server: NatsServer;

/** Two nodes of a lab that no other test has, on this server. */
async function twoNodes(logName: string) {
  const lab = new Lab(["n1", "n2"], systemClock);
  lab.logName = logName;
  for (const node of lab.nodes) await joinNats(node);
  const [first, second] = lab.nodes;
  if (!first || !second) throw new Error("two nodes");
  return { lab, nodes: lab.nodes, first, second };
}

/** Takes writes to its logs, while it is deaf, and hears neither the answer nor what it follows. */
function deafen(bus: Bus, isDeaf: () => boolean): void {
  const open = bus.log.bind(bus);
  bus.log = async (name): Promise<BusLog> => {
    const log = await open(name);
    return {
      ...log,
      append: async (...entry) => {
        const sequence = await log.append(...entry);
        if (isDeaf()) throw new Error("the answer is lost");
        return sequence;
      },
      follow: (from, listener) => log.follow(from, (entry) => !isDeaf() && listener(entry)),
    };
  };
}

async function joinNats(node: LabNode, isDeaf = () => false): Promise<void> {
  const bus = await openNatsBus({ servers: natsServers([server.url]), name: "netlabd test" });
  onTestFinished(async () => {
    node.stores.close();
    await bus.close();
  });
  deafen(bus, isDeaf);
  node.join(bus);
}

const stands = (nodes: readonly LabNode[]) => nodes.map(({ stand }) => stand);

describe.skipIf(!natsBinary)(`registry and address book on NATS ${SKIPPED}`, () => {
  beforeAll(async () => {
    server = await NatsServer.start();
  });
  afterAll(() => server.end());

  it("are the same at each node, with removals, imports and leases", async () => {
    const { nodes, first, second } = await twoNodes("NL_whole_state");
    await first.registry.register(pdf, 30_000);
    await second.book.import([
      { email: "ada@example.org", name: "Ada" },
      { email: "Bo Ö@example.org", name: "Bo" },
    ]);
    const whole = [PDF, "Bo Ö@example.org Bo", "ada@example.org Ada"];
    await expect.poll(() => stands(nodes), { timeout: 30_000 }).toEqual([whole, whole]);
    const leases = nodes.map(({ registry }) => registry.list()[0]?.expiresAt ?? 0);
    expect(Math.abs((leases[0] ?? 0) - (leases[1] ?? 0))).toBeLessThan(5_000);
    await first.book.remove("ada@example.org");
    await second.registry.deregister(pdf);
    const rest = ["Bo Ö@example.org Bo"];
    await expect.poll(() => stands(nodes), { timeout: 30_000 }).toEqual([rest, rest]);
  });

  it("are as the last writer said, where an earlier write is sent again as its answer was lost", async () => {
    const lab = new Lab(["n1", "n2"], systemClock);
    lab.logName = "NL_retry_state";
    const [first, second] = lab.nodes as [LabNode, LabNode];
    let isDeaf = false;
    await joinNats(first, () => isDeaf);
    await joinNats(second);
    await expect
      .poll(() => lab.nodes.map(({ stores }) => stores.isSettled), { timeout: 30_000 })
      .toEqual([true, true]);
    isDeaf = true;
    await first.registry.register(pdf);
    await expect.poll(() => second.stand, { timeout: 30_000 }).toEqual([PDF]);
    await second.registry.register({ ...pdf, token: "server3" });
    await expect.poll(() => second.stores.isSettled, { timeout: 30_000 }).toBe(true);
    isDeaf = false;
    const newest = "10.0.0.1/1236 pdf server3";
    await expect.poll(() => [first.stand, first.stores.unsent], { timeout: 30_000 }).toEqual([[newest], 0]);
    expect(second.stand).toEqual([newest]);
  }, 60_000);

  it("[BOOT-1] hold what came while the server was dead, and share it once it is back; or back with nothing", async () => {
    const { lab, first, second } = await twoNodes("NL_dead_state");
    await first.book.add("a@b", "A");
    await expect.poll(() => second.stand, { timeout: 30_000 }).toEqual(["a@b A"]);
    await server.kill();
    await second.registry.register(pdf);
    expect(second.stand).toEqual([PDF, "a@b A"]);
    await server.start();
    await expect.poll(() => first.stand, { timeout: 30_000 }).toEqual([PDF, "a@b A"]);

    await server.kill();
    rmSync(path.join(server.folder, "store"), { recursive: true });
    await server.start();
    const later = lab.add("n3");
    await joinNats(later);
    await expect.poll(() => later.stand, { timeout: 30_000 }).toEqual([PDF, "a@b A"]);
    await expect.poll(() => first.kinds(), { timeout: 30_000 }).toContain("reset");
  }, 90_000);
});
