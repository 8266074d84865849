/** Errors of the system, and of ours, as causes of a story. */
import { messageOf, NetlabError } from "../errors.ts";
import { type Cause, cause } from "../stories/causes.ts";
import { osCode } from "./os-errors.ts";

/** How a connection broke. */
export function breakCause(error: unknown): Cause {
  if (error instanceof NetlabError && error.fact) return error.fact;
  switch (osCode(error)) {
    case "ECONNRESET":
      return cause("peer-reset", {});
    case "EPIPE":
      return cause("peer-not-reading", {});
    default:
      return cause("connection-broken", { error: messageOf(error) });
  }
}

/** An expected failure's own cause; any other error by its sentence. */
export function causeOfError(error: unknown): Cause {
  return (error instanceof NetlabError && error.fact) || cause("failure", { text: messageOf(error) });
}

/** Something of ours threw. */
export function crashCause(error: unknown): Cause {
  return cause("crashed", { error: messageOf(error) });
}
