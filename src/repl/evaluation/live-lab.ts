import type { AnyMachineSnapshot } from "xstate";
import type { Lab } from "../../lab/lab.ts";

/** The lab as code at a prompt sees it: besides documents, a look into a machine that runs. No other room has it. */
export interface LiveLab extends Lab {
  /** A connection's machine now; undefined: it has ended, or is a sender of datagrams. */
  snapshot(connection: string): AnyMachineSnapshot | undefined;
}
