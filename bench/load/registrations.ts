/** Registers services, some at a time, and asks after each lot until all of it is handed out: registrations a second. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { answer, options } from "./_sockets.ts";

const { port, ms } = options<{ port: number; ms: number }>();
const LOT = 100;
const RETRY_MS = 100;
const socket = createSocket("udp4");
socket.connect(port, "127.0.0.1");
await once(socket, "connect");

let registered = 0;
let asked = 0;
const started = performance.now();
while (performance.now() - started < ms) {
  const token = `t${registered}`;
  for (let one = 0; one < LOT; one += 1) socket.send(`REGISTRN,10.0.0.1,${1_000 + one},svc,${token}`);
  // A datagram that was lost shows as a service with the token before; then it is said again.
  while (!(await isAllHandedOut(token))) {
    for (let one = 0; one < LOT; one += 1) socket.send(`REGISTRN,10.0.0.1,${1_000 + one},svc,${token}`);
  }
  registered += LOT;
}
answer({ perSecond: registered / ((performance.now() - started) / 1_000), asked });

function isAllHandedOut(token: string): Promise<boolean> {
  asked += 1;
  return new Promise((resolve) => {
    let found = 0;
    const timer = setTimeout(() => settle(false), RETRY_MS);
    function settle(isAll: boolean): void {
      clearTimeout(timer);
      socket.off("message", onMessage);
      resolve(isAll);
    }
    function onMessage(bytes: Buffer): void {
      const text = bytes.toString();
      if (text === "end") return settle(found === LOT);
      for (let at = text.indexOf(`,${token}`); at >= 0; at = text.indexOf(`,${token}`, at + 1)) found += 1;
    }
    socket.on("message", onMessage);
    socket.send("DISCOVERY");
  });
}
