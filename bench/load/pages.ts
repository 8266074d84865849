/** Open pages that look at the wall, as a browser does but for the drawing. */
import { WebSocket } from "ws";
import { options } from "./_sockets.ts";

const { link, pages } = options<{ link: string; pages: number }>();
const { origin, hash } = new URL(link);

const login = await fetch(`${origin}/login`, {
  method: "POST",
  headers: { origin },
  body: JSON.stringify({ key: hash.slice("#k=".length) }),
});
const { session } = (await login.json()) as { session: string };
let bytes = 0;
await Promise.all(Array.from({ length: pages }, openPage));
process.stdout.write("\n");
process.stdin.on("close", () => {
  process.stdout.write(`${JSON.stringify({ bytes })}\n`);
  process.exit(0);
});
process.stdin.resume();

async function openPage(): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = new WebSocket(`${origin.replace("http", "ws")}/live`, { headers: { origin } });
  socket.once("error", reject);
  socket.once("open", () => {
    socket.send(JSON.stringify({ session }));
    socket.send(JSON.stringify({ see: ["wall"] }));
  });
  socket.on("message", (data: Buffer) => {
    bytes += data.length;
    resolve();
  });
  return promise;
}
