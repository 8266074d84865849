/** Who has a port where nobody answered: real sockets of this machine. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { surveyPort } from "../../src/actors/port-survey.ts";
import { freePort } from "../e2e/free-ports.ts";

describe.skipIf(process.platform !== "linux")("a survey of a port (skipped where there is no /proc)", () => {
  it("tells the other protocol's program that has it", async () => {
    const socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    const { port } = socket.address();
    const told = await surveyPort({ transport: "tcp", host: "127.0.0.1", port });
    socket.close();
    expect(told).toMatchObject([
      { code: "port-free", args: { transport: "tcp", port } },
      { code: "port-seen", args: { transport: "udp", address: "127.0.0.1", port, unread: 0 } },
    ]);
  });

  it("tells another address of the same port", async () => {
    const server = createServer().listen(0, "127.0.0.2");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const told = await surveyPort({ transport: "tcp", host: "127.0.0.1", port });
    server.close();
    expect(told).toMatchObject([{ code: "port-seen", args: { address: "127.0.0.2", port } }]);
  });

  it("tells the UDP program that has it", async () => {
    const reader = createSocket("udp4");
    reader.bind(0, "127.0.0.1");
    await once(reader, "listening");
    const { port } = reader.address();
    const told = await surveyPort({ transport: "udp", host: "127.0.0.1", port });
    reader.close();
    expect(told).toMatchObject([{ code: "port-seen", args: { transport: "udp", unread: 0 } }]);
  });

  it("tells that nothing has it, and nothing of other machines", async () => {
    const port = await freePort();
    expect(await surveyPort({ transport: "tcp", host: "127.0.0.1", port })).toMatchObject([
      { code: "port-free" },
    ]);
    expect(await surveyPort({ transport: "tcp", host: "192.0.2.1", port })).toEqual([]);
  });
});
