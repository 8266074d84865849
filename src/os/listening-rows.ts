/** Ports that wait for clients or datagrams, from the kernel's tables; never found out by connecting, which a server takes for its first client. */
import { readFile } from "node:fs/promises";
import { SOCKET_STATES, type SocketRow, socketTable } from "./proc-text.ts";

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

/** Every one of this network namespace, whose ever it is. */
export async function listeningRows(): Promise<Listening[]> {
  const tables = await Promise.all(
    TABLES.map(async ({ transport, family, file }) => {
      const text = await readFile(`/proc/net/${file}`, "latin1").catch(() => "");
      return listeningIn(text, transport).map((row) => ({ transport, family, ...row }));
    }),
  );
  return tables.flat();
}

/** Rows of one table; a UDP socket waits for datagrams when it is bound and has no partner. */
export function listeningIn(
  text: string,
  transport: "tcp" | "udp",
): Omit<Listening, "transport" | "family">[] {
  const isListening = (row: SocketRow) =>
    transport === "tcp" ? row.state === SOCKET_STATES.listening : row.remotePort === 0 && row.localPort !== 0;
  return socketTable(text)
    .filter(isListening)
    .map((row) => ({
      address: row.localAddress,
      port: row.localPort,
      waiting: row.rxQueue,
      inode: row.inode,
    }));
}
