/** NATS keeps the contract of a bus, and tells a long log in portions. */
import { describe, expect, it, onTestFinished } from "vitest";
import { openNatsBus } from "../../src/cluster/nats-bus.ts";
import { natsServers } from "../../src/cluster/nats-servers.ts";
import { PORTION } from "../../src/cluster/portions.ts";
import { describeBus } from "./bus-contract.ts";
import { NatsServer, natsBinary, SKIPPED } from "./nats-server.ts";

describe.skipIf(!natsBinary)(`the bus on NATS ${SKIPPED}`, () => {
  describeBus(async () => {
    const server = await NatsServer.start();
    return {
      attach: (onTrouble = () => undefined) =>
        openNatsBus({ servers: natsServers([server.url]), name: "netlabd test", onTrouble }),
      goAway: () => server.kill(),
      comeBack: () => server.start(),
      end: () => server.end(),
    };
  });

  it("tells a long log in portions, whole and in order, with turns of the loop between them", async () => {
    const server = await NatsServer.start();
    onTestFinished(() => server.end());
    const bus = await openNatsBus({ servers: natsServers([server.url]), name: "netlabd test" });
    onTestFinished(() => bus.close());
    const log = await bus.log("long");
    const all = Array.from({ length: 1_500 }, (_, at) => at + 1);
    await Promise.all(all.map((at) => log.append(`k.${at}`, new Uint8Array(100))));
    const told: number[] = [];
    const perTurn = [0];
    const { promise: whole, resolve } = Promise.withResolvers<void>();
    log.follow(1, ({ sequence }) => {
      if (perTurn.at(-1) === 0) setImmediate(() => perTurn.push(0));
      perTurn[perTurn.length - 1] = (perTurn.at(-1) ?? 0) + 1;
      if (told.push(sequence) === all.length) resolve();
    });
    await whole;
    expect(told).toEqual(all);
    expect(Math.max(...perTurn)).toBeLessThanOrEqual(PORTION);
  }, 60_000);
});
