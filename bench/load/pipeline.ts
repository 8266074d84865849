/** One client that asks without waiting: answers a second. */
import { answer, open, options } from "./_sockets.ts";

const { port, lines } = options<{ port: number; lines: number }>();
const ANSWER_BYTES = Buffer.byteLength("46.0\n");
let bytes = 0;
let started = 0;

const socket = await open(port, (chunk) => {
  bytes += chunk.length;
  if (bytes < lines * ANSWER_BYTES) return;
  answer({ perSecond: lines / ((performance.now() - started) / 1_000) });
});
const block = Buffer.from("12 + 34\n".repeat(1_000));
started = performance.now();
socket.write("ann\n");
for (let sent = 0; sent < lines; sent += 1_000) {
  if (!socket.write(block)) await new Promise((resolve) => socket.once("drain", resolve));
}
