/** Roles that an operator spawned, so that a restarted daemon brings them back on the ports they had. */
import { applyTo, type CommandOf } from "./commands.ts";
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

/** The way in for commands, beside what the lab asks for. */
export interface InstanceRows extends InstanceStore {
  apply(command: InstanceCommand): Promise<unknown>;
}

export type InstanceCommand = CommandOf<ReturnType<typeof operationsOn>>;

export function openInstances(database: LabDatabase): InstanceRows {
  const all = database.sql.prepare<[], Row>("SELECT * FROM instances ORDER BY rowid");
  const apply = applyTo(database, "instances", operationsOn(database));
  return {
    list: () => all.all().map(fromRow),
    save: (instance, at) => apply({ op: "save", instance, at }),
    want: (id, wanted) => apply({ op: "want", id, wanted }),
    keepPort: (id, port) => apply({ op: "keepPort", id, port }),
    remove: (id) => apply({ op: "remove", id }),
    apply,
  };
}

/** Rows are read where they are wanted: there is no view. */
const nothing = () => undefined;

function operationsOn({ sql }: LabDatabase) {
  const insert = sql.prepare(`
    INSERT OR REPLACE INTO instances (id, type, name, options, wanted, port, created_at)
    VALUES (@id, @type, @name, @options, @wanted, @port, @at)`);
  // Nothing is written where nothing changes: an operator's restart works on a full disk too.
  const want = sql.prepare("UPDATE instances SET wanted = @wanted WHERE id = @id AND wanted <> @wanted");
  const keepPort = sql.prepare("UPDATE instances SET port = @port WHERE id = @id AND port <> @port");
  const remove = sql.prepare("DELETE FROM instances WHERE id = ?");
  return {
    save: ({ instance, at }: { readonly instance: StoredInstance; readonly at: number }) => {
      const { name = null, options } = instance;
      insert.run({ ...instance, name, options: JSON.stringify(options), at });
      return nothing;
    },
    want: ({ id, wanted }: Pick<StoredInstance, "id" | "wanted">) => {
      want.run({ id, wanted });
      return nothing;
    },
    keepPort: ({ id, port }: Pick<StoredInstance, "id" | "port">) => {
      keepPort.run({ id, port });
      return nothing;
    },
    remove: ({ id }: Pick<StoredInstance, "id">) => {
      remove.run(id);
      return nothing;
    },
  };
}

const fromRow = ({ id, type, name, options, wanted, port }: Row): StoredInstance => ({
  id,
  type,
  name: name ?? undefined,
  options: JSON.parse(options) as Record<string, unknown>,
  wanted,
  port,
});
