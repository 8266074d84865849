/**
 * A user's role as the daemon itself knows it. What its peers are told is decided in a process of its own; but its words for a screen are
 * asked for here. Each of these functions comes back within a limit; one that does not, or throws, is not called again, and something else
 * stands for what it would have said.
 */
import type { Role } from "../machines/_role.ts";
import { guarded } from "./guarded-call.ts";

/** Hears that a function of this name is given up, once for each. */
export type FaultListener = (role: string, name: string, error: unknown) => void;

export function guardedRole(role: Role, onFault: FaultListener): Role {
  const { name, summary, display, secrets, offers, tryIt } = role;
  const givenUp = new Set<string>();
  const hold =
    <Args extends readonly unknown[], Result>(
      what: string,
      call: (...args: Args) => Result,
      instead: (...args: Args) => Result,
    ) =>
    (...args: Args): Result => {
      if (givenUp.has(what)) return instead(...args);
      try {
        return guarded(() => call(...args));
      } catch (error) {
        givenUp.add(what);
        onFault(name, what, error);
        return instead(...args);
      }
    };
  return {
    ...role,
    ...(display && { display: hold("display", display, (text) => text) }),
    ...(secrets && {
      secrets: {
        find: hold("secrets.find", secrets.find, () => []),
        // All of it: a secret that cannot be found may be anywhere in it.
        hide: hold("secrets.hide", secrets.hide, (_, mask) => mask),
      },
    }),
    ...(offers && { offers: hold("offers", offers, () => summary) }),
    ...(tryIt && { tryIt: hold("tryIt", tryIt, () => "") }),
  };
}
