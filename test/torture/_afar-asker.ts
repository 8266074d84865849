/** Inside a network namespace: asks a registry at an address that is not loopback, and counts the answers. */
import { createSocket } from "node:dgram";
import { setTimeout as delay } from "node:timers/promises";

const [address = "", port = "", seconds = ""] = process.argv.slice(2);
const EVERY_MS = 2;
let asked = 0;
let answered = 0;

const socket = createSocket("udp4").on("message", (bytes) => {
  if (bytes.toString() === "end") answered += 1;
});
await new Promise<void>((ready) => socket.bind(0, address, ready));
const until = performance.now() + Number(seconds) * 1_000;
while (performance.now() < until) {
  socket.send("DISCOVERY", Number(port), address);
  asked += 1;
  await delay(EVERY_MS);
}
await delay(200);
socket.close();
process.stdout.write(JSON.stringify({ asked, answered }));
