/** Calls of a bus to those who hear it: a fault of one is told, and harms no other. */
import type { BusTrouble } from "./bus.ts";

export type Guard = (of: string, act: () => void) => void;

export const guardThat =
  (onTrouble: (trouble: BusTrouble) => void): Guard =>
  (of, act) => {
    try {
      act();
    } catch (error) {
      onTrouble({ kind: "listener", of, error });
    }
  };
