/** NATS keeps the contract of a bus. */
import { describe } from "vitest";
import { openNatsBus } from "../../src/cluster/nats-bus.ts";
import { natsServers } from "../../src/cluster/nats-servers.ts";
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
});
