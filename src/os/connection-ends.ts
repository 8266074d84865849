/**
 * Ends of connections of this machine, for the checker, which serves no peers: the kernel's tables are read at once. Piece by piece and
 * without blocking, as elsewhere, a machine of a thousand connections takes ten times as long.
 */
import { procText } from "./proc-files.ts";
import { type SocketRow, socketRows } from "./proc-text.ts";

interface Ends {
  readonly ours: SocketRow;
  readonly theirs: SocketRow;
}

const TABLES = ["net/tcp", "net/tcp6"];

/** All that have this TCP port on one side. */
export const endsOn = (port: number): SocketRow[] =>
  TABLES.flatMap((table) => socketRows(procText(table), port));

/** Both of one connection, by their TCP ports. Each table takes long to read, so that the second is asked for what the first has not. */
export function connectionEnds(local: number, remote: number): Ends | undefined {
  const rows: SocketRow[] = [];
  for (const table of TABLES) {
    rows.push(...socketRows(procText(table), remote));
    const ours = rows.find((row) => row.localPort === local && row.remotePort === remote);
    const theirs = rows.find((row) => row.localPort === remote && row.remotePort === local);
    if (ours && theirs) return { ours, theirs };
  }
  return undefined;
}
