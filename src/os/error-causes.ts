/** Errors of the system, and of ours, as causes of a story. */
import { messageOf, NetlabError } from "../errors.ts";
import { placeIn } from "../stack-place.ts";
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

/** A role threw: one of ours, or one of the user's own, and then where in it. */
export function crashCause(error: unknown): Cause {
  const place = error instanceof Error ? (placeIn(error.stack) ?? "") : "";
  return cause("crashed", { error: messageOf(error), place });
}
