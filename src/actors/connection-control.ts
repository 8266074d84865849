/**
 * Everything that an operator may see of a live connection, and do to it. Stories are facts; an operator's command asks the actors for
 * it, by the story's id.
 */
import type { AnyMachineSnapshot } from "xstate";
import type { Link } from "../link/link.ts";
import type { OperatorAction } from "../stories/entry.ts";
import type { LiveView } from "../stories/live-view.ts";

/** At once, or later where the connection is another process's. */
export type Done = void | Promise<void>;

export interface ConnectionControl {
  readonly framing: string;
  /** Bytes that no state has read yet. */
  readonly unreadBytes: number;
  unread(limit: number): Buffer;
  /** Bytes that wait for a peer that does not read. */
  readonly queuedBytes: number;
  /** When bytes last moved, either way. */
  readonly lastMovedAt: number;
  /** The way to the peer; another process has that of its connections. */
  readonly link?: Link;
  /** Ends it at once; `action` is how its story tells that. */
  kill(action?: OperatorAction): Done;

  // Of connections, not of senders of datagrams.

  /** Bytes into the conversation, past the machine; behind a file that is under way. */
  inject?(bytes: Uint8Array): Done;
  /** An event into the machine; answers whether its present state takes it. */
  sendEvent?(event: { readonly type: string }): boolean | Promise<boolean>;
  readonly acceptedEvents?: readonly string[];
  /** Snapshot of its machine; undefined before it starts. */
  readonly snapshot?: AnyMachineSnapshot | undefined;
  /** Shows the peer the door: its machine hears that it is gone, then our FIN and the drain. In mid-file, a reset. */
  kick?(): Done;
  /** Our side ends, the peer's goes on; answers whether it does at once, or behind a file that is under way. */
  fin?(): boolean | Promise<boolean>;
  reset?(): Done;
}

/** Unread bytes that a view shows. */
const UNREAD_SHOWN = 4_096;

/** Plain data of this moment, for those who read stories. */
export function viewOf(control: ConnectionControl, now: number): LiveView {
  const { framing, unreadBytes, queuedBytes, lastMovedAt } = control;
  return {
    framing,
    unreadBytes,
    unread: unreadBytes > 0 ? control.unread(UNREAD_SHOWN) : Buffer.alloc(0),
    queuedBytes,
    stillMs: Math.max(0, now - lastMovedAt),
  };
}
