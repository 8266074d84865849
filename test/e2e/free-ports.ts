/**
 * Ports that nobody has: below those that the system hands out by itself, so that no connection takes one meanwhile, and beside those that
 * `check` gives to programs. Test files run in processes of their own: who has claimed one has it until its process ends.
 */
import { createSocket } from "node:dgram";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

const FIRST = 10_000;
const COUNT = 10_000;
/** Ports above those that Linux hands out to clients. */
const [BEYOND, LAST] = [61_000, 65_535];
const claims = join(tmpdir(), `netlab-test-ports-${userInfo().uid}`);
const own = new Set<string>();
process.once("exit", () => {
  for (const file of own) rmSync(file, { force: true });
});
/** Each process starts to look elsewhere. */
let next = FIRST + ((process.pid * 101) % COUNT);

/** Free for TCP and UDP, on 127.0.0.1 and on ::1. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = takeNext();
    if (await areClaimedFree([port])) ports.push(port);
  }
  return ports;
}

export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

/** First of that many ports that follow one another and are free. */
export const freeRange = async (count: number): Promise<number> =>
  1 + (await freeOffset(Array.from({ length: count }, (_, index) => index + 1)));

/** What to add to these ports so that all are free. */
export async function freeOffset(ports: readonly number[]): Promise<number> {
  const lowest = Math.min(...ports);
  // Down they cannot be moved: those that are higher go beyond what clients get, and what `check` takes.
  const [from, to] = lowest <= FIRST ? [FIRST, FIRST + COUNT] : [BEYOND, LAST + 1];
  const spare = to - from - (Math.max(...ports) - lowest);
  for (;;) {
    const offset = from + ((takeNext() - FIRST) % spare) - lowest;
    if (await areClaimedFree(ports.map((port) => port + offset))) return offset;
  }
}

async function areClaimedFree(ports: readonly number[]): Promise<boolean> {
  const claimed = ports.filter(claim);
  const free = claimed.length === ports.length && (await Promise.all(ports.map(isFree))).every(Boolean);
  if (!free) for (const port of claimed) release(port);
  return free;
}

const claimOf = (port: number) => join(claims, String(port));

/** Whether no test had it. What a process that was killed has left is taken over. */
function claim(port: number): boolean {
  const file = claimOf(port);
  if (own.has(file)) return false;
  mkdirSync(claims, { recursive: true });
  if (!wrote(file)) {
    if (isAlive(ownerOf(file))) return false;
    rmSync(file, { force: true });
    if (!wrote(file)) return false;
  }
  own.add(file);
  return true;
}

function release(port: number): void {
  own.delete(claimOf(port));
  rmSync(claimOf(port), { force: true });
}

function wrote(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch {
    return false;
  }
}

/** Not a number while it is being written. */
function ownerOf(file: string): number {
  try {
    return Number.parseInt(readFileSync(file, "utf8"), 10);
  } catch {
    return Number.NaN;
  }
}

function isAlive(pid: number): boolean {
  if (Number.isNaN(pid)) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
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
