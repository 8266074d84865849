/** Peers that push lines as fast as they are taken and never read an answer, until standard input ends. */
import { connect, type Socket } from "node:net";
import { openMany, options } from "./_sockets.ts";

const { port, peers, line } = options<{ port: number; peers: number; line: string }>();
const BLOCK_BYTES = 65_536;
const block = Buffer.from(`${line}\n`.repeat(Math.ceil(BLOCK_BYTES / (line.length + 1))));

const sockets = await openMany(peers, deaf);
for (const socket of sockets) push(socket);
process.stdout.write("pushing\n");
process.stdin.on("end", () => process.exit(0)).resume();

function deaf(index: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port }, () => {
      socket.write(`deaf${index}\n`);
      resolve(socket);
    });
    socket.once("error", reject);
  });
}

function push(socket: Socket): void {
  while (socket.write(block));
  socket.once("drain", () => push(socket));
}
