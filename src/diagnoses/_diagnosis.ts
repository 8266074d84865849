/**
 * The contract of a diagnosis: one mistake that programs really make, how it shows in a connection's story, and what to
 * say about it. It is looked for when it is asked for, never while the peer is served.
 *
 * A diagnosis that is not sure keeps silent: a false alarm costs a student more than silence.
 */
import type { Evidence, Read } from "./_evidence.ts";
import type { Rank } from "./_precedence.ts";

/** `note`: it was accepted, but the next server may not accept it. `violation`: here something went wrong. */
export type Level = "note" | "violation";

export type DiagnosisId = `D${number}`;

export interface Diagnosis {
  /** Stable: it is written into hand-ins and marking schemes, and never given to another mistake. */
  readonly id: DiagnosisId;
  /** In kebab-case; the program in `test/peers` that makes just this mistake bears it. */
  readonly name: string;
  readonly title: string;
  /** Level of a finding that tells none of its own. */
  readonly level: Level;
  /** A finding may tell a level of its own: `docs/diagnoses.md` then says "note or violation". */
  readonly hasOwnLevel?: boolean;
  /** How near it is to the root of what went wrong. */
  readonly rank: Rank;
  /** Mistakes whose signs are only consequences of this one: they are not told beside it. `all`: all of the same rank and later. */
  readonly excludes?: readonly DiagnosisId[] | "all";
  /** A violation of an earlier rank has caused it: then it is not told. */
  readonly isConsequence?: boolean;
  readonly find: (evidence: Evidence) => Finding | undefined;
}

/** A diagnosis in a story. Texts of peers stand in it through `quoted` only. */
export interface Finding {
  /** The wire rule that it is about, e.g. `CALC-2`. */
  readonly rule: string;
  /** Level of this very finding, where the same mistake may be survived or cost something. */
  readonly level?: Level;
  /** As it came: we see reads, never the peer's send() calls. */
  readonly reads: readonly Read[];
  /** Event that came, where it was no bytes: a FIN, silence, a reset. */
  readonly came?: string;
  /** The state in which it came. */
  readonly state?: string | undefined;
  readonly expected: string;
  /** Worded as likely: we see one end of the wire. At most three sentences. */
  readonly cause: string;
  /** Steps to change it, one an item; the first card shows the first two. */
  readonly advice: readonly string[];
  /** A way of its own, where the usual one, saying again what came, does not do. */
  readonly reproduce?: string;
}
