/** A link that is reset right after its FIN is closed all the same: libuv resets no such socket, and nothing hears that it does not. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { expect, it, onTestFinished, vi } from "vitest";
import { connectTcp } from "../../src/link/tcp-server.ts";

it("is closed where its FIN is still under way", async () => {
  const peers: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => peers.push(socket.resume()));
  onTestFinished(() => {
    for (const socket of peers) socket.destroy();
    server.close();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const { signal } = new AbortController();
  const closed = Promise.withResolvers<undefined>();
  const link = await connectTcp({ host: "127.0.0.1", port, signal });
  link.attach({
    onData: () => undefined,
    onEnd: () => undefined,
    onError: () => undefined,
    onClose: () => closed.resolve(undefined),
  });
  link.end();
  link.reset();
  await vi.waitFor(() => expect(peers).toHaveLength(1));
  const [peer] = peers;
  // Only a socket that is closed answers bytes with a reset: one that was left open takes them.
  const broken = once(peer as Socket, "error");
  const writing = setInterval(() => peer?.write("anybody there?"), 10);
  onTestFinished(() => clearInterval(writing));
  await expect(broken).resolves.toHaveLength(1);
  await closed.promise;
});
