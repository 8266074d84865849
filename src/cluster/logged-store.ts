/** Store whose rows are in the log of the cluster: what its entries say, and how they become rows. */
import type { Prepared } from "../stores/commands.ts";
import type { LogEntry } from "./bus.ts";

export interface LoggedStore {
  readonly name: string;
  /** Rows may be of one import: those that the log does not know come to the other nodes at once. */
  readonly isOfferedWhole: boolean;
  /** Key of a row in the log; the name is the row's in `log_unsent`. */
  keyOf(name: string): string;
  /** Names of all rows, as they are on disk. */
  names(): readonly string[];
  /** How a row stands here; `gone` is one whose lease is over, too. */
  standOf(name: string): RowStand;
  /** Data of an entry that says how the row stands now, or that it is gone. */
  entryOf(name: string, cause: "expired" | null): string;
  /** Undefined where this is no entry of this store. */
  read(text: string, ageMs: number): Told | undefined;
}

export type RowStand = "gone" | "leased" | "lasting";

/** Content of an entry. */
export interface Told {
  readonly name: string;
  /** `expired`: its lease is over, which each node that has it sees by itself: the entry takes the place of the row's in the log. */
  readonly kind: "row" | "removed" | "expired";
  /** Answers whether the row stands here as it says. */
  isHere(): boolean;
  /** The change of the store; called when the change is made, as others may be asked for in between. */
  prepare(): Prepared<unknown>;
}

/** Entry of a row on its way into its store. */
export interface Incoming {
  readonly entry: LogEntry;
  readonly store: LoggedStore;
  readonly told: Told;
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
