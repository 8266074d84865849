/** Ports of a class: below those that the system gives to clients, and free. */
import { readFileSync } from "node:fs";
import { NetlabError } from "../errors.ts";
import { listeningRows } from "../os/listening-rows.ts";
import { osCode } from "../os/os-errors.ts";
import type { PortRange } from "./class-plan.ts";

/** Usual on systems that do not tell. */
const USUAL: PortRange = { first: 49_152, last: 65_535 };
const RANGE_FILE = "/proc/sys/net/ipv4/ip_local_port_range";
const MOST_TOLD = 5;

/** Ports that the system gives to clients: a listener there finds its port taken by chance. */
function ephemeralPorts(file: string = RANGE_FILE): PortRange {
  try {
    const [first = Number.NaN, last = Number.NaN] = readFileSync(file, "utf8")
      .trim()
      .split(/\s+/)
      .map(Number);
    return first <= last ? { first, last } : USUAL;
  } catch (error) {
    if (osCode(error) === undefined) throw error;
    return USUAL;
  }
}

/** Throws where the range, moved by the daemon's offset, reaches into those of clients. */
export function checkPorts(ports: PortRange, offset: number, clients: PortRange = ephemeralPorts()): void {
  const [first, last] = [ports.first + offset, ports.last + offset];
  if (first > clients.last || last < clients.first) return;
  throw new NetlabError("bad-class/ports-ephemeral", { first, last, low: clients.first, high: clients.last });
}

/** Throws where another program listens on one of these. The system may not tell: then each instance finds out by itself. */
export function checkFree(
  wanted: readonly { readonly port: number; readonly transport: "tcp" | "udp" }[],
): void {
  const taken = new Set(listeningRows().map(({ transport, port }) => `${transport} ${port}`));
  const both = wanted
    .filter(({ transport, port }) => taken.has(`${transport} ${port}`))
    .map(({ port }) => port);
  if (both.length === 0) return;
  const told = both.slice(0, MOST_TOLD).join(", ");
  const rest = both.length > MOST_TOLD ? ` and ${both.length - MOST_TOLD} more` : "";
  throw new NetlabError("bad-class/ports-taken", { ports: `${told}${rest}` });
}
