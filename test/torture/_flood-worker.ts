/** Sends junk datagrams at a rate from many ports of its own, and counts what is answered. */
import { createSocket, type Socket } from "node:dgram";
import { parentPort, workerData } from "node:worker_threads";
import type { Flooded, FloodRequest } from "./_flood.ts";
import { Random } from "./_random.ts";

const { port, perSecond, forMs, senders, seed } = workerData as FloodRequest;
const random = new Random(seed);
/** Nearly right, and not at all. */
const WORDS = [
  "",
  "\0",
  "bye",
  "HELLO",
  "DISCOVER",
  "REGISTRN",
  "REGISTRN,1,2",
  "REGISTRN,10.0.0.1,99999,pdf,x",
  "DEREGISTR,",
];
const junk = [
  ...WORDS.map((word) => Buffer.from(word)),
  ...Array.from({ length: 200 }, () => random.bytes(random.int(1, 80))),
];

const answers = new Map<number, number>();

async function open(number: number): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.on("message", () => answers.set(number, (answers.get(number) ?? 0) + 1));
  // A full buffer on the way is the flood's own affair.
  socket.on("error", () => undefined);
  await new Promise<void>((ready) => socket.connect(port, "127.0.0.1", ready));
  return socket;
}

const sockets = await Promise.all(Array.from({ length: senders }, (_, number) => open(number)));
const startedAt = performance.now();
let sent = 0;

await new Promise<void>((done) => {
  const send = () => {
    const elapsed = performance.now() - startedAt;
    if (elapsed >= forMs) return done();
    const due = Math.min((elapsed * perSecond) / 1_000, sent + 2_000);
    for (; sent < due; sent += 1) sockets[sent % sockets.length]?.send(junk[sent % junk.length] ?? "");
    setImmediate(send);
  };
  send();
});
const tookMs = performance.now() - startedAt;
await new Promise((later) => setTimeout(later, 200));
for (const socket of sockets) socket.close();
const told = [...answers.values()];
const flooded: Flooded = {
  sent,
  tookMs,
  heardMs: performance.now() - startedAt,
  answered: told.reduce((sum, one) => sum + one, 0),
  mostToOne: Math.max(0, ...told),
};
parentPort?.postMessage(flooded);
