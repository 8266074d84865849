/** A room where one member says a line now and then: how long each takes to the last member, in ms. */
import { answer, countLines, open, openMany, options, quantile } from "./_sockets.ts";

/** `ports`: of one room that several daemons share; members are spread over them, and speak in turn. */
const { port, ports, members, lines, everyMs } = options<{
  port: number;
  ports?: readonly number[];
  members: number;
  lines: number;
  everyMs: number;
}>();
const QUIET_MS = 500;
let lastAt = performance.now();
let arrived = 0;
let arrivedAll: () => void = () => undefined;

const sockets = await openMany(members, (index) =>
  open(ports?.[index % ports.length] ?? port, (chunk) => {
    lastAt = performance.now();
    arrived += countLines(chunk);
    if (arrived === members) arrivedAll();
  }).then((socket) => {
    socket.write(`:member${index}:m${index}\n`);
    return socket;
  }),
);
while (performance.now() - lastAt < QUIET_MS) await sleep(20);
const waits: number[] = [];
for (let line = 0; line < lines; line += 1) {
  await sleep(everyMs);
  arrived = 0;
  const saidAt = performance.now();
  const all = new Promise<void>((resolve) => {
    arrivedAll = resolve;
  });
  sockets[line % members]?.write(`line ${line}\n`);
  await all;
  waits.push(performance.now() - saidAt);
}
answer({ p99Ms: quantile(waits, 0.99), medianMs: quantile(waits, 0.5) });

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
