/** A proxy as anybody writes it: `a.pipe(b)` and `b.pipe(a)`, and nothing is recorded. */
import { type AddressInfo, connect, createServer } from "node:net";

const [, , to = "0"] = process.argv;

const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
  const upstream = connect({ host: "127.0.0.1", port: Number(to), allowHalfOpen: true, noDelay: true });
  client.on("error", () => upstream.destroy());
  upstream.on("error", () => client.destroy());
  client.pipe(upstream).pipe(client);
});
server.listen({ port: 0, host: "127.0.0.1" }, () => console.log((server.address() as AddressInfo).port));
