/** Port without a listener, on IPv4 and on IPv6; below those that the kernel gives to clients, which would take it meanwhile. */
import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { osCode } from "../../os/os-errors.ts";

const [FROM, TO] = [20_000, 32_000];
const MAX_TRIES = 50;

/** From `wanted` on, upwards; without one, any. */
export async function freePort(wanted?: number): Promise<number> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const port = wanted === undefined ? randomInt(FROM, TO) : wanted + tries;
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port between ${FROM} and ${TO} in ${MAX_TRIES} tries`);
}

async function isFree(port: number): Promise<boolean> {
  // A socket on :: takes IPv4 too; a machine without IPv6 has 0.0.0.0 alone.
  const answer = await tryToBind(port, "::");
  return answer === "no such family" ? (await tryToBind(port, "0.0.0.0")) === "free" : answer === "free";
}

function tryToBind(port: number, host: string): Promise<"free" | "taken" | "no such family"> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => {
      const isFamily = ["EAFNOSUPPORT", "EADDRNOTAVAIL"].includes(osCode(error) ?? "");
      resolve(isFamily ? "no such family" : "taken");
    });
    server.listen(port, host, () => server.close(() => resolve("free")));
  });
}
