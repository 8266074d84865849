/**
 * Clients that fetch one file at the same time and throw it away: MB a second together, from when they were ready for its bytes. What comes
 * before is no transfer: the gap between two words [FRAME-6] alone is a fifth of the time that a fast server needs for all of it.
 */
import { answer, open, options } from "./_sockets.ts";

const { port, clients, sizeBytes, speaks } = options<{
  port: number;
  clients: number;
  sizeBytes: number;
  speaks: "netlabd" | "http";
}>();
const HEADER_BYTES = 4;

let started = Number.POSITIVE_INFINITY;
await Promise.all(Array.from({ length: clients }, speaks === "http" ? getOne : fetchOne));
answer({ megabytesPerSecond: (clients * sizeBytes) / 1e6 / ((performance.now() - started) / 1_000) });

/** [FILE-0] Token, filename, size, acknowledgement, bytes; the words arrive one by one. */
function fetchOne(): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = sizeBytes;
    let step: (bytes: Buffer) => void = awaitValid;
    let socket: Awaited<ReturnType<typeof open>>;
    function awaitValid(): void {
      step = awaitFound;
      socket.write("file.bin\n");
    }
    function awaitFound(): void {
      step = awaitSize;
    }
    function awaitSize(bytes: Buffer): void {
      if (bytes.length !== HEADER_BYTES) throw new Error(`a size of ${bytes.length} bytes`);
      step = count;
      started = Math.min(started, performance.now());
      socket.write("Got\n");
    }
    function count(bytes: Buffer): void {
      left -= bytes.length;
      if (left > 0) return;
      socket.destroy();
      resolve();
    }
    const buffer = Buffer.allocUnsafeSlow(1_048_576);
    open(port, (bytes) => step(bytes), buffer).then((one) => {
      socket = one;
      socket.write("server1\n");
    }, reject);
  });
}

function getOne(): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = sizeBytes;
    let isBody = false;
    const buffer = Buffer.allocUnsafeSlow(1_048_576);
    open(
      port,
      (bytes, socket) => {
        // The header comes in the first read, whole.
        left -= isBody ? bytes.length : bytes.length - (bytes.indexOf("\r\n\r\n") + 4);
        isBody = true;
        if (left > 0) return;
        socket.destroy();
        resolve();
      },
      buffer,
    ).then((socket) => {
      started = Math.min(started, performance.now());
      socket.write("GET /file.bin HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n");
    }, reject);
  });
}
