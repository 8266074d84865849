/** Debts of a conversation: begun and not brought to an end, so that leaving there is leaving in the middle. */
import type { Evidence } from "./_evidence.ts";

export interface Debt {
  /** Part that had begun, e.g. `its name`. */
  readonly begun: string;
  /** Part that was still to come from the peer. */
  readonly due: string;
  /** Bytes of a message that had come. */
  readonly bytes?: Buffer;
}

/** By rule: what has begun when its first message is due, and its second. A second filename or expression is not owed. */
const BEGUN: Readonly<Record<string, readonly string[]>> = {
  "CALC-1": ["its name"],
  "RELAY-2": ["its name"],
  "FILE-3": ["the token"],
  "FILE-0": ["the size"],
  "KNOCK-2": ["its knock", "the name"],
};

export function debtOf(evidence: Evidence): Debt | undefined {
  const { isServer, silence, unfinished, messages, role } = evidence;
  const due = silence.waitsFor;
  if (!isServer || due === undefined) return undefined;
  if (unfinished.length > 0) return { begun: "a message", due: "the rest of it", bytes: unfinished };
  const phase = role?.phases[silence.state];
  // A late acknowledgement is owed no more: its file has gone.
  if (phase === undefined || (phase.reads === "raw" && !phase.underWay)) return undefined;
  const begun = BEGUN[phase.rule]?.[messages.filter(({ rule }) => rule === phase.rule).length];
  return begun === undefined ? undefined : { begun, due };
}
