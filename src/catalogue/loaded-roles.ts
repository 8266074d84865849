/** Roles that are not netlabd's own: their code is a user's, and each instance of them plays in a process of its own. */
import type { Role } from "../machines/_role.ts";

/** The module of each, where it was read from one; it says all that the role is. */
const bundles = new WeakMap<Role, string>();

/** `bundle`: the text of its module, for the processes that are to play it. */
export function markLoaded(role: Role, bundle = ""): void {
  bundles.set(role, bundle);
}

export const isLoaded = (role: Role): boolean => bundles.has(role);

/** Undefined for netlabd's own. */
export const bundleOf = (role: Role): string | undefined => bundles.get(role);
