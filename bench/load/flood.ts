/** A room of line members, one of whom says very much at once: lines delivered a second, and how many came. */
import { answer, countLines, open, openMany, options } from "./_sockets.ts";

const { port, members, lines } = options<{ port: number; members: number; lines: number }>();
const QUIET_MS = 500;
/** ncat's backlog is ten, and whoever does not fit waits for a second. */
const FEW_AT_ONCE = 2;
const GIVEN_UP_MS = 20_000;
let lastAt = performance.now();
let delivered = 0;

const sockets = await openMany(members, enter, FEW_AT_ONCE);
await quiet();
delivered = 0;
const text = Buffer.from(
  Array.from({ length: lines }, (_, line) => `line ${100_000 + line} of many\n`).join(""),
);
const started = performance.now();
sockets[0]?.write(text);
// Some rooms do not repeat a line to whoever said it.
const isAll = () => delivered >= lines * (members - 1);
while (!isAll() && performance.now() - lastAt < GIVEN_UP_MS) await sleep();
await quiet();
answer({ perSecond: delivered / ((lastAt - started) / 1_000), delivered });

async function enter(index: number) {
  const socket = await open(port, (chunk) => {
    delivered += countLines(chunk);
    lastAt = performance.now();
  });
  socket.write(`:member${index}:m${index}\n`);
  return socket;
}

async function quiet(): Promise<void> {
  lastAt = performance.now();
  while (performance.now() - lastAt < QUIET_MS) await sleep();
}

function sleep(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}
