/** A link that is reset behind its FIN is closed all the same: libuv resets no socket whose FIN is under way, and nothing hears that it does not. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { expect, it, onTestFinished, vi } from "vitest";
import type { Link } from "../../src/link/link.ts";
import { connectTcp } from "../../src/link/tcp-server.ts";

interface Ends {
  readonly link: Link;
  readonly peer: Socket;
}

const ends: readonly (readonly [where: string, before: (both: Ends) => unknown])[] = [
  ["has not been said", () => undefined],
  ["is still under way", ({ link }) => link.end()],
  [
    "waits behind bytes",
    ({ link, peer }) => {
      peer.pause();
      link.write(Buffer.alloc(8 * 1_048_576));
      link.end();
    },
  ],
  [
    "has been sent",
    ({ link, peer }) => {
      const heard = once(peer, "end");
      link.end();
      return heard;
    },
  ],
];

it.each(ends)("is closed where its FIN %s", async (_, before) => {
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
  await vi.waitFor(() => expect(peers).toHaveLength(1));
  const peer = peers[0] as Socket;
  const broken = once(peer, "error");
  await before({ link, peer });
  link.reset();
  // Only a socket that is closed answers bytes with a reset: one that was left open takes them.
  const writing = setInterval(() => peer.write("anybody there?"), 10);
  onTestFinished(() => clearInterval(writing));
  await expect(broken).resolves.toHaveLength(1);
  await closed.promise;
});
