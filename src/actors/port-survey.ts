/**
 * A look at who has a port of this machine, when there was no answer: the port of the other protocol, the port with its two
 * bytes exchanged, another address. Told as remarks of the story; of other machines nothing is known.
 */
import { networkInterfaces } from "node:os";
import type { HostPort } from "../machines/_world.ts";
import { socketsOn } from "../os/proc.ts";
import { SOCKET_STATES, type SocketRow } from "../os/proc-text.ts";
import { type Cause, cause } from "../stories/causes.ts";
import { byteSwapped } from "../wire/byte-swapped.ts";
import { isLoopback } from "../wire/loopback.ts";

type Transport = "tcp" | "udp";

export interface Sought extends HostPort {
  readonly transport: Transport;
}

/** Sockets of interest are few; a machine with many programs on one port is told of so many. */
const MAX_TOLD = 3;

/** Holders of what was sought, or of its likes; none where that cannot be told. */
export async function surveyPort(sought: Sought): Promise<Cause[]> {
  if (process.platform !== "linux" || !isHere(sought.host)) return [];
  const { transport, port } = sought;
  const other = byteSwapped(port);
  const [same, swapped, otherWay] = await Promise.all([
    holders(transport, port),
    other === port ? [] : holders(transport, other),
    holders(transport === "tcp" ? "udp" : "tcp", port),
  ]);
  const told = [
    ...same.map((row) => seen(transport, row)),
    ...otherWay.map((row) => seen(transport === "tcp" ? "udp" : "tcp", row)),
    ...swapped.map((row) => seen(transport, row)),
  ].slice(0, MAX_TOLD);
  return same.length > 0 ? told : [cause("port-free", { transport, port }), ...told];
}

function isHere(host: string): boolean {
  if (host === "localhost" || isLoopback(host)) return true;
  return Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === host));
}

async function holders(transport: Transport, port: number): Promise<SocketRow[]> {
  const rows = await socketsOn(transport, port);
  return rows.filter(
    ({ localPort, state, remotePort }) =>
      localPort === port && (transport === "udp" ? remotePort === 0 : state === SOCKET_STATES.listening),
  );
}

function seen(transport: Transport, { localAddress, localPort, rxQueue }: SocketRow): Cause {
  const unread = transport === "udp" ? rxQueue : 0;
  return cause("port-seen", { transport, address: localAddress, port: localPort, unread });
}
