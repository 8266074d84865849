/** Port without a socket, on IPv4 and on IPv6; below those that the kernel gives to clients, which would take it meanwhile. */
import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { osCode } from "../../os/os-errors.ts";

const [FROM, TO] = [20_000, 32_000];
const MAX_TRIES = 50;

/** From `wanted` on, upwards; without one, any. A program of either transport may take it. */
export async function freePort(wanted?: number): Promise<number> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const port = wanted === undefined ? randomInt(FROM, TO) : wanted + tries;
    if ((await isFree(port, bindTcp)) && (await isFree(port, bindUdp))) return port;
  }
  throw new Error(`no free port between ${FROM} and ${TO} in ${MAX_TRIES} tries`);
}

type Tried = "free" | "taken" | "no such family";
type Bind = (port: number, host: string) => Promise<Tried>;

async function isFree(port: number, bind: Bind): Promise<boolean> {
  // A socket on :: takes IPv4 too; a machine without IPv6 has 0.0.0.0 alone.
  const answer = await bind(port, "::");
  return answer === "no such family" ? (await bind(port, "0.0.0.0")) === "free" : answer === "free";
}

function bindTcp(port: number, host: string): Promise<Tried> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => resolve(whyNot(error)));
    server.listen(port, host, () => server.close(() => resolve("free")));
  });
}

function bindUdp(port: number, host: string): Promise<Tried> {
  return new Promise((resolve) => {
    const socket = createSocket(host === "::" ? "udp6" : "udp4");
    socket.once("error", (error) => {
      socket.close();
      resolve(whyNot(error));
    });
    socket.bind(port, host, () => socket.close(() => resolve("free")));
  });
}

const whyNot = (error: unknown): Tried =>
  ["EAFNOSUPPORT", "EADDRNOTAVAIL"].includes(osCode(error) ?? "") ? "no such family" : "taken";
