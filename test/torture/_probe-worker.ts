/** A well-behaved client on a thread of its own: asks, waits for the answer, pauses, asks again; tells how long each took. */
import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import type { ProbeRequest, Probes } from "./_probe.ts";

const { echo, registry, everyMs, plain } = workerData as ProbeRequest & { readonly plain: number };
/** A datagram that is not answered by then is lost. */
const LOST_MS = 500;

let probes = empty();

function empty(): Probes {
  return { tcp: [], plain: [], udp: [], lost: 0 };
}

parentPort?.on("message", () => {
  parentPort?.postMessage(probes);
  probes = empty();
});

async function probeTcp(port: number, into: "tcp" | "plain"): Promise<void> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  let wanted = "Enter your command please";
  let answered = Promise.withResolvers<void>();
  let text = "";
  socket.on("data", (bytes) => {
    text += bytes;
    if (text.endsWith(wanted)) answered.resolve();
  });
  await answered.promise;
  for (let number = 0; ; number += 1) {
    answered = Promise.withResolvers();
    text = "";
    wanted = `question ${number}`;
    const askedAt = performance.now();
    socket.write(wanted);
    await answered.promise;
    probes[into].push(performance.now() - askedAt);
    await delay(everyMs);
  }
}

async function probeUdp(port: number): Promise<void> {
  const socket = createSocket("udp4");
  await new Promise<void>((ready) => socket.connect(port, "127.0.0.1", ready));
  let answered = Promise.withResolvers<boolean>();
  socket.on("message", (bytes) => bytes.toString() === "end" && answered.resolve(true));
  for (;;) {
    answered = Promise.withResolvers();
    const askedAt = performance.now();
    socket.send("DISCOVERY");
    const lost = setTimeout(() => answered.resolve(false), LOST_MS);
    if (await answered.promise) probes.udp.push(performance.now() - askedAt);
    else probes.lost += 1;
    clearTimeout(lost);
    await delay(everyMs);
  }
}

const lines = [probeTcp(echo, "tcp"), probeTcp(plain, "plain")];
if (registry !== undefined) lines.push(probeUdp(registry));
await Promise.all(lines);
