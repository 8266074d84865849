/** A client that reads so many bytes and throws them away: MB a second, from the first of them on. */
import { answer, open, options } from "./_sockets.ts";

const { port, sizeBytes } = options<{ port: number; sizeBytes: number }>();

let left = sizeBytes;
let started = Number.NaN;
await open(port, (bytes) => {
  if (left === sizeBytes) started = performance.now();
  left -= bytes.length;
  if (left <= 0) answer({ megabytesPerSecond: sizeBytes / 1e6 / ((performance.now() - started) / 1_000) });
});
