/** Record of what operators did: a row a command, added and never changed. */
import { applyTo, type CommandOf } from "./commands.ts";
import type { LabDatabase } from "./database.ts";

export interface AuditRow {
  /** When the command was over, in milliseconds since 1970. */
  readonly at: number;
  /** Name that the client gave: nothing proves it but the socket, which only some can reach. */
  readonly operator: string;
  readonly level: string;
  /** Of several daemons, the one that was asked. */
  readonly node: string | null;
  /** As it was typed; secrets are masked. */
  readonly line: string;
  readonly exit: number;
}

export interface Audit {
  add(row: AuditRow): Promise<void>;
  /** The newest of those since then, at most `limit`, in their order. */
  since(at: number, limit: number): readonly AuditRow[];
  apply(command: AuditCommand): Promise<unknown>;
}

export type AuditCommand = CommandOf<ReturnType<typeof operationsOn>>;

export function openAudit(database: LabDatabase): Audit {
  const apply = applyTo(database, "audit", operationsOn(database));
  return {
    add: (row) => apply({ op: "add", row }),
    since: (at, limit) =>
      database.sql
        .prepare<[number, number], AuditRow>(
          "SELECT at, operator, level, node, line, exit FROM audit WHERE at >= ? ORDER BY id DESC LIMIT ?",
        )
        .all(at, limit)
        .reverse(),
    apply,
  };
}

function operationsOn({ sql }: LabDatabase) {
  // Prepared when it is wanted: most daemons start and end without an operator.
  let insert: ReturnType<typeof sql.prepare> | undefined;
  return {
    add: ({ row }: { readonly row: AuditRow }) => {
      insert ??= sql.prepare(`
        INSERT INTO audit (at, operator, level, node, line, exit)
        VALUES (@at, @operator, @level, @node, @line, @exit)`);
      insert.run(row);
      return () => undefined;
    },
  };
}
