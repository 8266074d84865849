/** What a conversation has begun and not brought to an end: who leaves there, leaves in the middle. */
import type { Evidence } from "./_evidence.ts";

export interface Debt {
  /** What had begun, e.g. `its name`. */
  readonly begun: string;
  /** What was still to come from the peer. */
  readonly due: string;
  /** What of a message had come. */
  readonly bytes?: Buffer;
}

/** By role and state: paid by the first message of that state. A second filename or expression is nobody's due. */
const BEGUN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  calculator: { computing: "its name" },
  "file-server": { awaitingFilename: "the token", awaitingAck: "the file" },
  "knock-knock": { awaitingName: "its knock", awaitingPunchLine: "the name" },
};

export function debtOf(evidence: Evidence): Debt | undefined {
  const { isServer, silence, unfinished, messages, roleName } = evidence;
  const due = silence.waitsFor;
  if (!isServer || due === undefined) return undefined;
  if (unfinished.length > 0) return { begun: "a message", due: "the rest of it", bytes: unfinished };
  const begun = BEGUN[roleName]?.[silence.state];
  if (begun === undefined || messages.some(({ state }) => state === silence.state)) return undefined;
  return { begun, due };
}
