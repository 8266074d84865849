/** A NATS server whose storage is full: no write is taken for stored, and the operator is told what to do. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { openNatsBus } from "../../src/cluster/nats-bus.ts";
import { natsServers } from "../../src/cluster/nats-servers.ts";
import { ClusterTroubles } from "../../src/cluster-troubles.ts";
import { NatsServer, natsBinary, SKIPPED } from "./nats-server.ts";

/** Bus of a server with room for so many bytes; `onFull` is called for each write that it refuses for want of room. */
async function busWithRoom(room: number, onFull: () => void) {
  const folder = mkdtempSync(path.join(tmpdir(), "netlab-full-"));
  const config = `jetstream { store_dir: "${folder}", max_file_store: ${room}, max_memory_store: 1000 }`;
  const server = await NatsServer.start({ withoutJetStream: true, config });
  onTestFinished(async () => {
    await server.end();
    rmSync(folder, { recursive: true, force: true });
  });
  const told: string[] = [];
  const troubles = new ClusterTroubles();
  troubles.tellTo((sentence) => told.push(sentence));
  const bus = await openNatsBus({
    servers: natsServers([server.url]),
    name: "netlabd test",
    onTrouble: (trouble) => {
      troubles.hear(trouble);
      if (trouble.kind === "full") onFull();
    },
  });
  onTestFinished(() => bus.close());
  return { bus, told };
}

describe.skipIf(!natsBinary)(`a NATS server without room ${SKIPPED}`, () => {
  it("takes no write of the value that a key has already for one that came through before", async () => {
    let refusals = 0;
    const refusedAgain = Promise.withResolvers<void>();
    const { bus, told } = await busWithRoom(20_000, () => {
      refusals += 1;
      if (refusals > 3) refusedAgain.resolve();
    });
    const keys = await bus.keys("nl_demo");
    const revision = await keys.create("node.n1", "a lease");
    const log = await bus.log("NL_demo_state");
    // The server looks at its limit before an entry, so the last one may go beyond it.
    await log.append("a.b", Buffer.alloc(60_000));
    const renewal = keys.update("node.n1", "a lease", revision).then(
      () => "stored",
      () => "not stored",
    );
    await Promise.race([renewal, refusedAgain.promise]);
    await bus.close();
    expect(await renewal).toBe("not stored");
    expect(told.filter((sentence) => sentence.includes("max_file_store"))).toHaveLength(1);
  });

  it("ends a start with what to do", async () => {
    const { bus } = await busWithRoom(0, () => undefined);
    await expect(bus.keys("nl_demo")).rejects.toMatchObject({
      code: "no-bus",
      message: expect.stringContaining("has no room for bucket nl_demo: raise max_file_store"),
    });
  });
});
