/** Who has a port where nobody answered: real sockets of this machine. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { surveyPort } from "../../src/actors/port-survey.ts";
import type { Cause } from "../../src/stories/causes.ts";
import { freePort } from "../e2e/free-ports.ts";

/** A port with the same two bytes the other way round may be anybody's. */
const of = (port: number, told: readonly Cause[]) => told.filter(({ args }) => args?.port === port);

describe.skipIf(process.platform !== "linux")("a survey of a port (skipped where there is no /proc)", () => {
  it("tells the other protocol's program that has it", async () => {
    const port = await freePort();
    const socket = createSocket("udp4");
    socket.bind(port, "127.0.0.1");
    await once(socket, "listening");
    const told = await surveyPort({ transport: "tcp", host: "127.0.0.1", port });
    socket.close();
    expect(of(port, told)).toMatchObject([
      { code: "port-free", args: { transport: "tcp", port } },
      { code: "port-seen", args: { transport: "udp", address: "127.0.0.1", port, unread: 0 } },
    ]);
  });

  it("tells another address of the same port", async () => {
    const port = await freePort();
    const server = createServer().listen(port, "127.0.0.2");
    await once(server, "listening");
    const told = await surveyPort({ transport: "tcp", host: "127.0.0.1", port });
    server.close();
    expect(of(port, told)).toMatchObject([{ code: "port-seen", args: { address: "127.0.0.2", port } }]);
  });

  it("tells the UDP program that has it", async () => {
    const port = await freePort();
    const reader = createSocket("udp4");
    reader.bind(port, "127.0.0.1");
    await once(reader, "listening");
    const told = await surveyPort({ transport: "udp", host: "127.0.0.1", port });
    reader.close();
    expect(of(port, told)).toMatchObject([{ code: "port-seen", args: { transport: "udp", unread: 0 } }]);
  });

  it("tells that nothing has it, and nothing of other machines", async () => {
    const port = await freePort();
    const told = await surveyPort({ transport: "tcp", host: "127.0.0.1", port });
    expect(of(port, told)).toMatchObject([{ code: "port-free" }]);
    expect(await surveyPort({ transport: "tcp", host: "192.0.2.1", port })).toEqual([]);
  });
});
