/** Ports that another program has, or had. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { onTestFinished } from "vitest";
import { byteSwapped } from "../../src/wire/byte-swapped.ts";

export interface Holder {
  readonly port: number;
  /** Gives the port back. */
  free(): Promise<void>;
}

/** Another program on a port of this transport. */
export async function holdPort(transport: "tcp" | "udp", port = 0, host = "127.0.0.1"): Promise<Holder> {
  if (transport === "udp") {
    const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
    await once(socket.bind(port, host), "listening");
    return holder(socket.address().port, (done) => socket.close(done));
  }
  const server = createServer().listen(port, host);
  await once(server, "listening");
  return holder((server.address() as AddressInfo).port, (done) => server.close(done));
}

function holder(port: number, close: (done: () => void) => void): Holder {
  let closed: Promise<void> | undefined;
  const free = () => (closed ??= new Promise<void>((done) => close(done)));
  onTestFinished(free);
  return { port, free };
}

/** A free port whose bytes, swapped, are a free port too. */
export async function swappablePort(): Promise<number> {
  for (;;) {
    const { port, free } = await holdPort("tcp");
    await free();
    const swapped = byteSwapped(port);
    if (swapped < 1_024 || swapped === port) continue;
    try {
      await (await holdPort("tcp", swapped)).free();
      return port;
    } catch {
      // Taken: another guess.
    }
  }
}
