/** A server that nobody tortures: what it takes to answer is the machine's own slowness, at this very moment. */
import { type AddressInfo, createServer } from "node:net";
import { parentPort } from "node:worker_threads";

const server = createServer({ noDelay: true }, (socket) => {
  socket.write("Enter your command please");
  socket.pipe(socket).on("error", () => undefined);
});
server.listen(0, "127.0.0.1", () => parentPort?.postMessage((server.address() as AddressInfo).port));
