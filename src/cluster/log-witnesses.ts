/**
 * Entries that were read last, a while ago and just before: an engine that has lost its newest entries, and given their sequences to
 * others, is found out by those that it has no more.
 */
import type { BusLog } from "./bus.ts";
import { HEADER } from "./log-keys.ts";

/** Place in a log that was read. */
export interface Witness {
  readonly key: string;
  readonly sequence: number;
  /** Name of the write, where it is known. */
  readonly write?: string | undefined;
}

/** Checks, a second apart, over which a place is remembered: a change of leaders takes no longer. */
const KEPT_CHECKS = 15;

export class LogWitnesses {
  #kept: Witness[] = [];
  /** Asked for with the next check. */
  #doubted: Witness | undefined;

  add(witness: Witness | undefined): void {
    if (witness) this.#kept.push(witness);
    if (this.#kept.length > KEPT_CHECKS) this.#kept.shift();
  }

  /** The engine has lost something: whether this is left is asked next. The first of several was read before all of it. */
  doubt(witness: Witness | undefined): void {
    this.#doubted ??= witness;
  }

  /** Rejects where the engine does not answer. */
  async areIn(log: BusLog): Promise<boolean> {
    const first = this.#kept[0];
    const last = this.#kept.at(-1);
    const doubted = this.#doubted;
    const asked = [
      first,
      last === undefined || last.sequence === first?.sequence ? undefined : last,
      doubted,
    ];
    const answers = await Promise.all(asked.map((witness) => isIn(log, witness)));
    if (doubted === this.#doubted) this.#doubted = undefined;
    return answers.every(Boolean);
  }
}

/** A key that was written again later says nothing. */
export async function isIn(log: BusLog, witness: Witness | undefined): Promise<boolean> {
  if (!witness) return true;
  const newest = await log.newest(witness.key);
  if (!newest || newest.sequence < witness.sequence) return false;
  if (newest.sequence > witness.sequence || witness.write === undefined) return true;
  return newest.headers.get(HEADER.write) === witness.write;
}
