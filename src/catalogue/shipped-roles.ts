/**
 * Roles of netlabd itself. From source their folder is scanned; as built, all of them are one piece, for two dozen files that are
 * found, read and linked one by one are a sixth of a start: the build writes this module anew with an import of each (scripts/bundle.mjs).
 */
import { codeFile, codeSubfolder } from "../places.ts";
import { loadRole, type RoleTable, scanRoles } from "./role-folder.ts";

/** By name. */
export const shippedRoles = (): Promise<RoleTable> => scanRoles(codeSubfolder("machines"));

/** Role of this name, and none of the others where it can be had alone. */
export const shippedRole = (name: string) => loadRole(codeFile(`machines/${name}`));
