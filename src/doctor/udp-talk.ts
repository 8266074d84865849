/** Datagrams of the doctor's: a connected socket, so that the kernel hands on what ICMP answers. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { osCode } from "../os/os-errors.ts";

/** `answer`: its bytes. `refused`: no socket has the port. `silent`: nothing came. */
export type Datagram = { readonly answer: Buffer } | "refused" | "silent" | { readonly code: string };

export async function askByDatagram(
  address: string,
  port: number,
  bytes: Buffer,
  limitMs: number,
): Promise<Datagram> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  const failed = once(socket, "error").then(([error]) => datagramError(error));
  const came = once(socket, "message").then(([answer]) => ({ answer: answer as Buffer }));
  const connected = once(socket, "connect");
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"silent">((resolve) => {
    timer = setTimeout(() => resolve("silent"), limitMs);
  });
  try {
    socket.connect(port, address);
    const start = await Promise.race([connected, failed]);
    if (!Array.isArray(start)) return start;
    socket.send(bytes);
    return await Promise.race([came, failed, late]);
  } finally {
    clearTimeout(timer);
    socket.close();
    // Only one of them was waited for; the others end with the socket.
    for (const other of [failed, came, connected]) other.catch(() => undefined);
  }
}

function datagramError(error: unknown): Datagram {
  const code = osCode(error) ?? "UNKNOWN";
  return code === "ECONNREFUSED" ? "refused" : { code };
}
