/** Roles that an operator spawned, so that a restarted daemon brings them back on the ports they had. */
import type { LabDatabase } from "./database.ts";

export interface StoredInstance {
  readonly id: string;
  readonly type: string;
  readonly name: string | undefined;
  /** As they were given, before validation. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly wanted: "running" | "stopped";
  /** The port it had; 0 before it ever listened. */
  readonly port: number;
}

interface Row {
  readonly id: string;
  readonly type: string;
  readonly name: string | null;
  readonly options: string;
  readonly wanted: "running" | "stopped";
  readonly port: number;
}

export interface InstanceStore {
  /** In the order in which they were spawned. */
  list(): StoredInstance[];
  /** Each resolves once committed, and rejects where it could not be stored. */
  save(instance: StoredInstance, now: number): Promise<void>;
  want(id: string, wanted: "running" | "stopped"): Promise<void>;
  keepPort(id: string, port: number): Promise<void>;
  remove(id: string): Promise<void>;
}

export function openInstances(database: LabDatabase): InstanceStore {
  const { sql } = database;
  const insert = sql.prepare(`
    INSERT OR REPLACE INTO instances (id, type, name, options, wanted, port, created_at)
    VALUES (@id, @type, @name, @options, @wanted, @port, @createdAt)`);
  // Nothing is written where nothing changes: an operator's restart works on a full disk too.
  const want = sql.prepare("UPDATE instances SET wanted = @wanted WHERE id = @id AND wanted <> @wanted");
  const keepPort = sql.prepare("UPDATE instances SET port = @port WHERE id = @id AND port <> @port");
  const remove = sql.prepare("DELETE FROM instances WHERE id = ?");
  const all = sql.prepare<[], Row>("SELECT * FROM instances ORDER BY rowid");
  const run = (apply: () => unknown) => database.changed(apply, () => undefined);

  return {
    list: () =>
      all.all().map((row) => ({
        id: row.id,
        type: row.type,
        name: row.name ?? undefined,
        options: JSON.parse(row.options) as Record<string, unknown>,
        wanted: row.wanted,
        port: row.port,
      })),
    save: ({ id, type, name, options, wanted, port }, createdAt) =>
      run(() =>
        insert.run({
          id,
          type,
          name: name ?? null,
          options: JSON.stringify(options),
          wanted,
          port,
          createdAt,
        }),
      ),
    want: (id, wanted) => run(() => want.run({ wanted, id })),
    keepPort: (id, port) => run(() => keepPort.run({ port, id })),
    remove: (id) => run(() => remove.run(id)),
  };
}
