/**
 * The contract of a diagnosis: one mistake that programs really make, how it shows in a connection's story, and what to
 * say about it. It is looked for when somebody asks, never while the peer is served.
 *
 * A diagnosis that is not sure keeps silent: a false alarm costs a student more than silence.
 */
import type { Evidence, Read } from "./_evidence.ts";

/** `note`: it was accepted, but the next server may not accept it. `violation`: here something went wrong. */
export type Level = "note" | "violation";

export interface Diagnosis {
  /** Stable: it is written into hand-ins and marking schemes, and never given to another mistake. */
  readonly id: `D${number}`;
  /** In kebab-case; the program in `test/peers` that makes just this mistake bears it. */
  readonly name: string;
  readonly title: string;
  readonly level: Level;
  /** It explains all that followed: what else seems odd is its consequence. */
  readonly explainsAll?: boolean;
  readonly find: (evidence: Evidence) => Finding | undefined;
}

/** One diagnosis in one story. Texts of peers stand in it through `quoted` only. */
export interface Finding {
  /** The wire rule that it is about, e.g. `CALC-2`. */
  readonly rule: string;
  /** As it came: we see reads, never the peer's send() calls. */
  readonly reads: readonly Read[];
  /** What came, where it was no bytes: a FIN, silence, a reset. */
  readonly came?: string;
  /** The state in which it came. */
  readonly state?: string | undefined;
  readonly expected: string;
  /** Worded as likely: we see one end of the wire. */
  readonly cause: string;
  /** What to try, a step an item. */
  readonly advice: readonly string[];
  /** Where the usual one, saying again what came, does not do. */
  readonly reproduce?: string;
}
