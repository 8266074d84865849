/** Clients that say a name, ask one question, and go, so many at a time: visits a second. */
import { connect } from "node:net";
import { answer, options } from "./_sockets.ts";

const { port, clients, ms } = options<{ port: number; clients: number; ms: number }>();
const buffer = Buffer.allocUnsafeSlow(65_536);
const started = performance.now();
let visits = 0;

function visit(): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({
      host: "127.0.0.1",
      port,
      noDelay: true,
      onread: {
        buffer,
        callback: () => {
          socket.end();
          return true;
        },
      },
    });
    socket.on("error", () => socket.destroy()).once("close", () => resolve());
    socket.write("ann\n12 + 34\n");
  });
}

async function visitor(): Promise<void> {
  while (performance.now() - started < ms) {
    await visit();
    visits += 1;
  }
}

await Promise.all(Array.from({ length: clients }, visitor));
answer({ perSecond: (visits / (performance.now() - started)) * 1_000 });
