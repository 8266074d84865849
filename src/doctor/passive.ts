/** Findings from the kernel's tables alone: enough, in most cases, that nothing need be sent. Pure. */
import type { SocketRow } from "../os/proc-text.ts";
import { type Finding, finding, type Transport } from "./finding.ts";
import { covers, type LocalView } from "./local-view.ts";

export interface Passive {
  /** Causes for which there is no server to talk to. */
  readonly findings: readonly Finding[];
  /** Sockets that take what goes to the address. */
  readonly servers: readonly SocketRow[];
}

export function passiveFindings(
  view: LocalView,
  address: string,
  port: number,
  transport: Transport,
): Passive {
  const here = transport === "tcp" ? view.listeners : view.datagrams;
  const servers = here
    .filter((row) => covers(row, address))
    .toSorted((a, b) => closeness(b, address) - closeness(a, address));
  return { servers, findings: servers.length > 0 ? [] : absence(view, here, address, port, transport) };
}

/** The one that is bound to the address itself gets what goes there. */
const closeness = ({ localAddress }: SocketRow, address: string) =>
  localAddress === address ? 2 : localAddress === "0.0.0.0" ? 1 : 0;

function absence(
  view: LocalView,
  here: readonly SocketRow[],
  address: string,
  port: number,
  transport: Transport,
): Finding[] {
  const [elsewhere] = here;
  if (elsewhere) {
    const about = { asked: address, found: elsewhere.localAddress };
    const isOtherFamily = isV6(elsewhere.localAddress) !== isV6(address);
    return [finding(isOtherFamily ? "other-family" : "other-address", "certain", about)];
  }
  if (transport === "tcp" && view.datagrams.length > 0) return [finding("is-udp", "certain", { port })];
  if (transport === "udp" && view.listeners.length > 0) return [finding("is-tcp", "certain", { port })];
  if (view.swapped.rows.length > 0)
    return [finding("swapped-port", "certain", { port, found: view.swapped.port })];
  if (transport === "tcp" && view.lingering > 0)
    return [finding("time-wait", "certain", { count: view.lingering })];
  return [finding("closed", "certain", { port, transport })];
}

const isV6 = (address: string) => address.includes(":");
