/** Ports that another program has, or had. */
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
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

const WITHOUT_REUSE = `
import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen()
print(s.getsockname()[1], flush=True)
c, _ = s.accept()
c.close()
`;

/** A port that a Python program without SO_REUSEADDR had: it closed a connection first, and has ended. */
export async function lingeringPort(): Promise<number> {
  const program = spawn("python3", ["-c", WITHOUT_REUSE], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(program.stdout, "data")) as [Buffer];
  const port = Number(line.toString());
  const socket = connect(port, "127.0.0.1").resume();
  await Promise.all([once(socket, "close"), once(program, "exit")]);
  return port;
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
