/** Opens many connections, says a first word on each, tells when all are in their steady state, and holds them until its input ends. */
import { answer, open, openMany, options } from "./_sockets.ts";

const { port, count, hello } = options<{ port: number; count: number; hello: string }>();
const small = Buffer.allocUnsafeSlow(65_536);
const SETTLE_MS = 300;

await openMany(count, (index) =>
  open(port, () => undefined, small).then((socket) => {
    if (hello !== "") socket.write(hello.replace("#", String(index)));
    return socket;
  }),
);
setTimeout(() => process.stdout.write("held\n"), SETTLE_MS);
process.stdin.resume().once("end", () => answer({ held: count }));
