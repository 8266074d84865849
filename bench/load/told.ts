/** Registers a service at one port, and asks at another until it is handed out, again and again: milliseconds. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { answer, options } from "./_sockets.ts";

const { to, at, count } = options<{ to: number; at: number; count: number }>();
const RETRY_MS = 100;
const [teller, asker] = [createSocket("udp4"), createSocket("udp4")];
teller.connect(to, "127.0.0.1");
asker.connect(at, "127.0.0.1");
await Promise.all([once(teller, "connect"), once(asker, "connect")]);

const took: number[] = [];
const run = process.pid;
for (let one = 0; one < count; one += 1) {
  const token = `t${run}-${one}`;
  const started = performance.now();
  teller.send(`REGISTRN,10.0.0.1,1000,svc,${token}`);
  while (!(await isHandedOut(token)));
  took.push(performance.now() - started);
}
took.sort((a, b) => a - b);
answer({ p50: took[Math.floor(count / 2)], p99: took[Math.floor(count * 0.99)] });

function isHandedOut(token: string): Promise<boolean> {
  return new Promise((resolve) => {
    let isFound = false;
    const timer = setTimeout(() => settle(), RETRY_MS);
    function settle(): void {
      clearTimeout(timer);
      asker.off("message", onMessage);
      resolve(isFound);
    }
    function onMessage(bytes: Buffer): void {
      const text = bytes.toString();
      isFound ||= text.includes(`,${token}`);
      if (text === "end") settle();
    }
    asker.on("message", onMessage);
    asker.send("DISCOVERY");
  });
}
