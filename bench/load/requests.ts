/** Line clients that wait for each answer before they ask again: answers a second, and the median wait in ms. */
import { answer, open, openMany, options, quantile } from "./_sockets.ts";

const { port, clients, ms, hello } = options<{ port: number; clients: number; ms: number; hello: string }>();
const REQUEST = "12 + 34\n";
let answers = 0;
const waits: number[] = [];
const askedAt = new Map<object, number>();

const sockets = await openMany(clients, (index) =>
  open(port, (bytes, socket) => {
    if (bytes.at(-1) !== 10) return;
    answers += 1;
    const now = performance.now();
    waits.push(now - (askedAt.get(socket) ?? now));
    askedAt.set(socket, now);
    socket.write(REQUEST);
  }).then((socket) => {
    socket.write(hello.replace("#", String(index)));
    return socket;
  }),
);
const started = performance.now();
for (const socket of sockets) {
  askedAt.set(socket, started);
  socket.write(REQUEST);
}
setTimeout(() => {
  const seconds = (performance.now() - started) / 1_000;
  answer({ perSecond: answers / seconds, medianMs: quantile(waits, 0.5) });
}, ms);
