/**
 * Whether a server answers the plain dialogue of its role, which the families are made of. One that does not fails the cases of the rules
 * that it breaks, and no family: what a line in two reads is answered with cannot be told where a whole one is answered wrongly.
 */
import type { Role } from "../machines/_role.ts";
import { type RoleChecks, type ServerCase, trial, type WholeCase } from "./case.ts";
import { dialoguesOf, Talk } from "./families/talk.ts";
import type { Outcome } from "./server-try.ts";

type Try = (one: WholeCase & ServerCase) => Promise<Outcome>;

/** With the values of another seed it may be answered rightly; after so many that were not, it is not asked again. */
const ENOUGH = 2;

export class PlainTalk {
  readonly #troubles: string[] = [];

  /** Account of what went wrong; undefined: nothing did. `tryCase` has the seed of the family that failed, and so its values. */
  async trouble(role: Role, checks: RoleChecks | undefined, tryCase: Try): Promise<string | undefined> {
    if (this.#troubles.length >= ENOUGH) return this.#troubles[0];
    const { status, message } = await tryCase(plainTalk(role, checks));
    if (status !== "failed") return undefined;
    this.#troubles.push(message);
    return message;
  }
}

const plainTalk = (role: Role, checks: RoleChecks | undefined) =>
  trial({
    id: "ROBUST.plain-talk",
    side: "server",
    grade: "INFO",
    limitMs: 8_000,
    title: "answers the plain dialogue",
    run: (t) => new Talk(t, dialoguesOf(role, checks)).whole(),
  });
