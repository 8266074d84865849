/** One good line client, who asks at fixed times: how long an answer takes from when the question was due. */
import { answer, open, options, quantile } from "./_sockets.ts";

const { port, ms, everyMs, hello } = options<{ port: number; ms: number; everyMs: number; hello: string }>();
const REQUEST = "12 + 34\n";
/** Long enough for what was asked last; what has no answer by then has waited so long. */
const GRACE_MS = 5_000;
const waits: number[] = [];
const questions = Math.ceil(ms / everyMs);
let asked = 0;

const socket = await open(port, (bytes) => {
  const now = performance.now();
  for (const byte of bytes) if (byte === 10) waits.push(now - dueAt(waits.length));
  if (waits.length >= questions) finish();
});
socket.write(hello);
const started = performance.now() + 100;
const timer = setInterval(() => {
  while (asked < questions && performance.now() >= dueAt(asked)) {
    socket.write(REQUEST);
    asked += 1;
  }
}, everyMs);
setTimeout(finish, 100 + ms + GRACE_MS);

function dueAt(question: number): number {
  return started + question * everyMs;
}

function finish(): void {
  clearInterval(timer);
  const now = performance.now();
  for (let question = waits.length; question < questions; question += 1) waits.push(now - dueAt(question));
  answer({ p99Ms: quantile(waits, 0.99), medianMs: quantile(waits, 0.5) });
}
