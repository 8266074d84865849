/** A role as it is checked: itself, its other side, and all its cases; of a role that a user brings, the families alone. */

import { tmpdir } from "node:os";
import path from "node:path";
import { noSuchRole } from "../catalogue/instance-options.ts";
import { isModuleName } from "../catalogue/module-name.ts";
import { shippedRoles } from "../catalogue/shipped-roles.ts";
import { clientOf } from "../machines/_counterparts.ts";
import type { Role } from "../machines/_role.ts";
import { type RoleChecks, type WholeCase, wholeCase } from "./case.ts";
import { checksOf } from "./case-folder.ts";
import { clientFamilies } from "./families/client-families.ts";
import { serverFamilies } from "./families/server-families.ts";

export interface Checkable {
  readonly role: Role;
  /** Client of a server, that the checker stands in for; undefined: there is none. */
  readonly counterpart: Role | undefined;
  readonly checks: RoleChecks | undefined;
  /** Both sides, in the order in which they run. */
  readonly cases: readonly WholeCase[];
}

/** Rejects with a NetlabError where there is no such server. `bundle`: text of a user's own role. */
export async function checkableOf(name: string, bundle?: string): Promise<Checkable> {
  const roles = await shippedRoles();
  const role = bundle === undefined ? roles.get(name) : await brought(bundle, name);
  if (role?.side !== "server") {
    const servers = [...roles.values()].filter(({ side }) => side === "server").map((one) => one.name);
    throw noSuchRole(name, servers);
  }
  const checks = bundle === undefined ? await checksOf(role.name) : undefined;
  const counterpart = clientOf(role.name, roles);
  return { role, checks, counterpart, cases: allCases(role, checks) };
}

/** Text of a user's own role, named as a file; undefined of a role of netlabd's. */
export const bundleOf = async (role: string): Promise<string | undefined> =>
  isModuleName(role)
    ? (await import("../catalogue/role-source.ts")).readRoleFile(path.resolve(role))
    : undefined;

async function brought(bundle: string, name: string): Promise<Role> {
  const { loadRoleSource } = await import("../catalogue/role-source.ts");
  return loadRoleSource(bundle, name, path.join(tmpdir(), `netlabd-check-${process.pid}`));
}

function allCases(role: Role, checks: RoleChecks | undefined): WholeCase[] {
  return [...(checks?.cases ?? []), ...serverFamilies(role, checks), ...clientFamilies(role, checks)].map(
    wholeCase,
  );
}
