/** Sends so many bytes to each client as fast as they are taken, and ends. */
import { type AddressInfo, createServer } from "node:net";

const [, , size = "0"] = process.argv;
const block = Buffer.alloc(262_144, "netlabd ");

const server = createServer({ noDelay: true }, (socket) => {
  let left = Number(size);
  const send = () => {
    while (left > 0) {
      const piece = left < block.length ? block.subarray(0, left) : block;
      left -= piece.length;
      if (!socket.write(piece)) return void socket.once("drain", send);
    }
    socket.end();
  };
  socket.on("error", () => socket.destroy());
  send();
});
server.listen({ port: 0, host: "127.0.0.1" }, () => console.log((server.address() as AddressInfo).port));
