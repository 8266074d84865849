/**
 * Roles as an instance plays them. Nearly all are what the table has; a proxy takes its transport, its words and what is secret in them from
 * the role that its two sides speak.
 */
import { NetlabError } from "../errors.ts";
import type { Role } from "../machines/_role.ts";
import { flagOf, type InstanceOptions, nearest } from "./instance-options.ts";
import type { RoleTable } from "./role-folder.ts";

/** Proxies by the roles that they stand between: one role is one edition. */
const proxies = new WeakMap<Role, Role>();

/** Throws a NetlabError where the options name a role that cannot be played so. */
export function playedRole(role: Role, options: InstanceOptions, roles: RoleTable): Role {
  if (role.side !== "proxy") return role;
  const proxied = proxiedRole(role, String((options as { readonly as?: string }).as), roles);
  const known = proxies.get(proxied);
  if (known) return known;
  const { transport, display, secrets } = proxied;
  const proxy: Role = {
    ...role,
    transport,
    proxied,
    ...(display ? { display } : {}),
    ...(secrets ? { secrets } : {}),
  };
  proxies.set(proxied, proxy);
  return proxy;
}

function proxiedRole({ name: proxy }: Role, name: string, roles: RoleTable): Role {
  const found = roles.get(name);
  if (found?.side === "server") return found;
  const servers = [...roles.values()].filter(({ side }) => side === "server").map((one) => one.name);
  const near = nearest(found?.side === "client" ? name.replace(/-client$/, "") : name, servers);
  const hint = near ? `did you mean ${flagOf("as")} ${near}?` : `there are ${servers.join(", ")}`;
  const wrong = found ? `${name} is no server's role` : `there is no role ${JSON.stringify(name)}`;
  throw new NetlabError("bad-option/of-role", { role: proxy, why: `${flagOf("as")}: ${wrong}; ${hint}` });
}
