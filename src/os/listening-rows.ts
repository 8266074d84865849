/** Ports that wait for clients or datagrams, from the kernel's tables; never found out by connecting, which a server takes for its first client. */
import { procText } from "./proc-files.ts";
import { rowsInState, SOCKET_STATES } from "./proc-text.ts";

export interface Listening {
  readonly transport: "tcp" | "udp";
  readonly family: 4 | 6;
  readonly address: string;
  readonly port: number;
  /** Clients or bytes that wait to be taken. */
  readonly waiting: number;
  readonly inode: number;
}

const TABLES = [
  { transport: "tcp", family: 4, file: "tcp" },
  { transport: "tcp", family: 6, file: "tcp6" },
  { transport: "udp", family: 4, file: "udp" },
  { transport: "udp", family: 6, file: "udp6" },
] as const;

/** All of this network namespace, also those of other programs; of one transport, or of both. */
export function listeningRows(wanted?: Listening["transport"]): Listening[] {
  return TABLES.filter(({ transport }) => (wanted ?? transport) === transport).flatMap(
    ({ transport, family, file }) =>
      listeningIn(procText(`net/${file}`, transport === "tcp" ? isPastListening : undefined), transport).map(
        (row) => ({ transport, family, ...row }),
      ),
  );
}

/**
 * The kernel tells listening sockets first, and then looks through all places for connections that there might be: of a machine with 24 GiB
 * these are a quarter of a million, and take 5 ms. So the first other row is enough.
 */
function isPastListening(text: string): boolean {
  const rows = text.slice(text.indexOf("\n") + 1, text.lastIndexOf("\n")).split("\n");
  const last = rows.at(-1) ?? "";
  return /^\s*\d+: /.test(last) && !/^\s*\d+: \S+ \S+ 0A /.test(last);
}

/** Rows of one table; a UDP socket waits for datagrams when it is bound and has no partner. */
export function listeningIn(
  text: string,
  transport: "tcp" | "udp",
): Omit<Listening, "transport" | "family">[] {
  const state = transport === "tcp" ? SOCKET_STATES.listening : SOCKET_STATES.unconnected;
  return rowsInState(text, state)
    .filter(({ localPort }) => localPort !== 0)
    .map(({ localAddress: address, localPort: port, rxQueue: waiting, inode }) => ({
      address,
      port,
      waiting,
      inode,
    }));
}
