/**
 * The ordeal contract: one file in this folder = one ordeal, found by scanning. It does something to the real daemon that
 * peers, disks and kernels do to daemons, and ends in figures. `npm run torture` runs it long, `npm test` short.
 */
import type { Scene } from "../e2e/scene.ts";
import type { Random } from "./_random.ts";

/** One line of the table in `docs/reliability.md`. */
export interface Finding {
  /** What was promised, in words: "a kill -9 loses nothing that was visible". */
  readonly promised: string;
  /** What was done to it, with its size: "200 kills under registration". */
  readonly done: string;
  /** What was measured: "0 lost of 41,230, restart at most 410 ms". */
  readonly figure: string;
  readonly held: boolean;
}

export type Size = "short" | "long";

/** What an ordeal works with; all of it ends with the ordeal. */
export interface Trial {
  readonly size: Size;
  /** All chance comes from here: the printed seed repeats it. */
  readonly random: Random;
  /** A folder of its own, and every program that it starts there. */
  readonly scene: Scene;
  /** One of two, by size: `sized(2_000, 1_000_000)`. */
  sized<Value>(short: Value, long: Value): Value;
  /** For long runs of another length, where an ordeal has use for it: 0.25 is a quarter. */
  readonly scale: number;
  /** A word on the way, for whoever watches a long run. */
  note(text: string): void;
}

export interface Ordeal {
  /** As it is typed, and the file's name: `npm run torture -- nonsense`. */
  readonly name: string;
  readonly summary: string;
  /** Longer than this is a failure; without it four minutes long, one short. */
  readonly limitMs?: Readonly<Record<Size, number>>;
  readonly run: (trial: Trial) => Promise<readonly Finding[]>;
}

/** Types an ordeal and hands it on. */
export const defineOrdeal = (ordeal: Ordeal): Ordeal => ordeal;
