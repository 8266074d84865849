/** Ports that nobody has: below those that the system hands out by itself, so that no connection takes one meanwhile. */
import { createSocket } from "node:dgram";
import { createServer } from "node:net";

/** Test files run in processes of their own: each of those that run at a time has a part of the range for itself. */
const PARTS = 4;
const COUNT = 12_000 / PARTS;
const FIRST = 20_000 + COUNT * (Number(process.env.VITEST_POOL_ID ?? 0) % PARTS);
/** Another run on the same machine starts to look elsewhere. */
let next = FIRST + ((process.pid * 101) % COUNT);

/** Free for TCP and UDP, on 127.0.0.1 and on ::1. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = takeNext();
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

/** What to add to these ports so that all are free. */
export async function freeOffset(ports: readonly number[]): Promise<number> {
  const lowest = Math.min(...ports);
  const spare = COUNT - (Math.max(...ports) - lowest);
  for (;;) {
    const offset = FIRST + ((takeNext() - FIRST) % spare) - lowest;
    const free = await Promise.all(ports.map((port) => isFree(port + offset)));
    if (free.every(Boolean)) return offset;
  }
}

/** Never the same for two who ask at once. */
function takeNext(): number {
  next = next + 1 < FIRST + COUNT ? next + 1 : FIRST;
  return next;
}

async function isFree(port: number): Promise<boolean> {
  const tries = ["127.0.0.1", "::1"].flatMap((host) => [triesTcp(host, port), triesUdp(host, port)]);
  return (await Promise.all(tries)).every(Boolean);
}

function triesTcp(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => resolve(isNoAddress(error)));
    server.listen({ host, port, ipv6Only: host === "::1" }, () => server.close(() => resolve(true)));
  });
}

function triesUdp(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket({ type: address === "::1" ? "udp6" : "udp4", ipv6Only: address === "::1" });
    socket.once("error", (error) => {
      socket.close();
      resolve(isNoAddress(error));
    });
    socket.bind({ port, address }, () => socket.close(() => resolve(true)));
  });
}

/** A machine without IPv6 has its ports free there. */
const isNoAddress = (error: NodeJS.ErrnoException) => error.code !== "EADDRINUSE" && error.code !== "EACCES";
