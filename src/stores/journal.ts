/** The recorder's entries on disk, if an operator asked for them. A full disk stops the journal, never the lab. */
import { messageOf } from "../errors.ts";
import { applyTo, type CommandOf } from "./commands.ts";
import type { LabDatabase } from "./database.ts";

export interface JournalRow {
  readonly at: number;
  /** `file-server-1/c17` */
  readonly connection: string;
  readonly role: string;
  readonly remote: string;
  readonly kind: string;
  readonly detail: string | undefined;
  readonly bytes: Uint8Array | undefined;
}

export interface Journal {
  write(row: JournalRow): void;
  readonly isStopped: boolean;
  apply(command: JournalCommand): Promise<unknown>;
}

export type JournalCommand = CommandOf<ReturnType<typeof operationsOn>>;

/** Rows that may wait for the disk; more are dropped and told. */
const MAX_WAITING = 50_000;
const FLUSH_MS = 100;

export function openJournal(database: LabDatabase, onTrouble: (sentence: string) => void): Journal {
  const apply = applyTo(database, "journal", operationsOn(database));
  let waiting: JournalRow[] = [];
  let dropped = 0;
  let isStopped = false;

  // How peers were sent away is what is read first after a stop.
  database.beforeClose(() => {
    flush();
    isStopped = true;
  });

  function flush(): void {
    const rows = waiting;
    if (rows.length === 0) return;
    waiting = [];
    if (dropped > 0) onTrouble(`the journal is slower than the lab: ${dropped} entries were not written`);
    dropped = 0;
    apply({ op: "append", rows }).catch((error: unknown) => {
      isStopped = true;
      onTrouble(`the journal stops: ${messageOf(error)}; the lab goes on`);
    });
  }

  return {
    apply,
    get isStopped() {
      return isStopped;
    },
    write(row) {
      if (isStopped) return;
      if (waiting.length >= MAX_WAITING) {
        dropped += 1;
        return;
      }
      if (waiting.length === 0) setTimeout(flush, FLUSH_MS).unref();
      waiting.push(row);
    },
  };
}

function operationsOn({ sql }: LabDatabase) {
  const insert = sql.prepare(`
    INSERT INTO journal (at, connection, role, remote, kind, detail, bytes)
    VALUES (@at, @connection, @role, @remote, @kind, @detail, @bytes)`);
  return {
    append: ({ rows }: { readonly rows: readonly JournalRow[] }) => {
      for (const row of rows) insert.run({ ...row, detail: row.detail ?? null, bytes: row.bytes ?? null });
      return () => undefined;
    },
  };
}
