/** Registers many services on some addresses, then asks for them all, again and again: whole answers a second. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { answer, options } from "./_sockets.ts";

const { port, services, addresses, askers, ms } = options<{
  port: number;
  services: number;
  addresses: number;
  askers: number;
  ms: number;
}>();
const LOST_MS = 200;
const first = await open();
for (let one = 0; one < services; one += 1) {
  first.send(`REGISTRN,10.0.0.${1 + (one % addresses)},${10_000 + one},svc,token${one}`);
  if (one % 50 === 49) await new Promise((resolve) => setTimeout(resolve, 5));
}
let answers = 0;
let datagrams = 0;
const started = performance.now();
const all = await Promise.all(Array.from({ length: askers }, open));
for (const socket of all) {
  let timer: NodeJS.Timeout;
  const ask = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, LOST_MS);
    socket.send("DISCOVERY");
  };
  socket.on("message", (bytes) => {
    datagrams += 1;
    if (bytes.length !== 3) return;
    answers += 1;
    ask();
  });
  ask();
}
setTimeout(() => {
  answer({
    perSecond: answers / ((performance.now() - started) / 1_000),
    datagramsAnAnswer: datagrams / answers,
  });
}, ms);

async function open() {
  const socket = createSocket("udp4");
  socket.connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.setRecvBufferSize(4 * 1_048_576);
  return socket;
}
