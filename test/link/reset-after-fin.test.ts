/** A link that is reset after its own FIN is closed all the same: libuv refuses to reset such a socket, and says so to no listener. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { connectTcp } from "../../src/link/tcp-server.ts";

it("closes after a FIN and a reset of ours", async () => {
  const peers: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => peers.push(socket.resume()));
  onTestFinished(() => {
    for (const peer of peers) peer.destroy();
    server.close();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const { signal } = new AbortController();
  const link = await connectTcp({ host: "127.0.0.1", port, signal });
  const closed = Promise.withResolvers<string>();
  link.attach({
    onData: () => undefined,
    onEnd: () => undefined,
    onError: () => undefined,
    onClose: () => closed.resolve("closed"),
  });
  await new Promise<void>((sent) => link.end(sent));
  link.reset();
  const open = process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length;
  expect(await closed.promise).toBe("closed");
  // The peer's end stays; ours is gone.
  await new Promise((resolve) => setImmediate(resolve));
  const left = process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length;
  expect(left).toBeLessThan(open);
});
