/** The bootstrap registry in memory, with netlabd's own parser and answers: what is left is the socket and the store. */
import { createSocket } from "node:dgram";
import { discoveryAnswer, type Listing, parseBootstrapRequest } from "../../src/wire/bootstrap.ts";

const entries = new Map<string, Listing>();
let prepared: Buffer[] | undefined;
const socket = createSocket("udp4");

socket.on("message", (bytes, { port, address }) => {
  const parsed = parseBootstrapRequest(bytes.toString());
  if (!parsed.ok) return;
  const request = parsed.value;
  if (request.type === "register") {
    const { entry } = request;
    entries.set(`${entry.ip}/${entry.port}`, entry);
    prepared = undefined;
  } else if (request.type === "discover") {
    prepared ??= discoveryAnswer(entries.values()).map((text) => Buffer.from(text));
    for (const datagram of prepared) socket.send(datagram, port, address);
  }
});
socket.bind(0, "127.0.0.1", () => {
  socket.setRecvBufferSize(4 * 1_048_576);
  console.log(socket.address().port);
});
