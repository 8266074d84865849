/** The port as this machine's kernel has it, read before anything is sent: no server hears of it. */
import { networkInterfaces } from "node:os";
import { type Doer, holderOf, socketsOn } from "../os/proc.ts";
import { SOCKET_STATES, type SocketRow } from "../os/proc-text.ts";
import { byteSwapped } from "../wire/byte-swapped.ts";
import { isLoopback } from "../wire/loopback.ts";

export interface LocalView {
  readonly listeners: readonly SocketRow[];
  /** UDP sockets that take datagrams of anybody. */
  readonly datagrams: readonly SocketRow[];
  readonly swapped: { readonly port: number; readonly rows: readonly SocketRow[] };
  /** Connections of the port that are over. */
  readonly lingering: number;
}

/** Undefined: this system does not tell. */
export async function localView(port: number, transport: "tcp" | "udp"): Promise<LocalView | undefined> {
  if (process.platform !== "linux") return undefined;
  const other = byteSwapped(port);
  const [tcp, udp, swapped] = await Promise.all([
    socketsOn("tcp", port),
    socketsOn("udp", port),
    other === port ? [] : socketsOn(transport, other),
  ]);
  return {
    listeners: tcp.filter((row) => isListening(row, port)),
    datagrams: udp.filter((row) => isBound(row, port)),
    swapped: {
      port: other,
      rows: swapped.filter((row) => (transport === "tcp" ? isListening(row, other) : isBound(row, other))),
    },
    lingering: tcp.filter(({ localPort, state }) => localPort === port && state === SOCKET_STATES.timeWait)
      .length,
  };
}

const isListening = ({ localPort, state }: SocketRow, port: number) =>
  localPort === port && state === SOCKET_STATES.listening;
const isBound = ({ localPort, remotePort }: SocketRow, port: number) =>
  localPort === port && remotePort === 0;

/** Whether an address is one of this machine. */
export function isHere(address: string): boolean {
  if (isLoopback(address)) return true;
  return Object.values(networkInterfaces()).some((all) => all?.some((one) => one.address === address));
}

/** Whether a socket takes what goes to this address. One on :: usually takes IPv4 too: connecting shows it. */
export function covers({ localAddress }: SocketRow, address: string): boolean {
  if (localAddress === address || localAddress === "::") return true;
  return localAddress === "0.0.0.0" && !address.includes(":");
}

/** The server's end of a connection of ours. */
export async function serverEnd(port: number, ourPort: number): Promise<SocketRow | undefined> {
  const rows = await socketsOn("tcp", port);
  return rows.find(({ localPort, remotePort }) => localPort === port && remotePort === ourPort);
}

/** Whether the program has a connection of another client that it accepted. */
export async function servesAnother(port: number, ourPort: number): Promise<boolean> {
  const rows = await socketsOn("tcp", port);
  return rows.some(
    ({ localPort, remotePort, state, inode }) =>
      localPort === port && remotePort !== ourPort && state === SOCKET_STATES.established && inode !== 0,
  );
}

export const programOf = (row: SocketRow | undefined, isAccepted = false): Promise<Doer | undefined> =>
  row === undefined || row.inode === 0 ? Promise.resolve(undefined) : holderOf(row.inode, isAccepted);
