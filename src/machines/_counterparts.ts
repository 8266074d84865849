/** Which client asks which server: client roles are named after what they ask. */
import type { Role } from "./_role.ts";

const CLIENTS: Readonly<Record<string, string>> = { "file-server": "file-client" };

/** Server that this client asks; undefined: none that is known. */
export const serverOf = (client: string, roles: ReadonlyMap<string, Role>): Role | undefined =>
  [...roles.values()].find(({ name, side }) => side === "server" && clientOf(name, roles)?.name === client);

/** Undefined: a user's server may have none. */
export const clientOf = (server: string, roles: ReadonlyMap<string, Role>): Role | undefined =>
  roles.get(CLIENTS[server] ?? `${server}-client`);
