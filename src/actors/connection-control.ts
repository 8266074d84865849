/** What an operator may see of a live connection, and do to it. It is asked of the actors by id: nothing alive hangs on a story. */
import type { AnyMachineSnapshot } from "xstate";
import type { OperatorAction } from "../stories/entry.ts";
import type { LiveView } from "../stories/live-view.ts";

export interface ConnectionControl {
  readonly framing: string;
  /** Bytes that no state has read yet. */
  readonly unreadBytes: number;
  unread(limit: number): Buffer;
  /** Bytes that wait for a peer that does not read. */
  readonly queuedBytes: number;
  /** When bytes last moved, either way. */
  readonly lastMovedAt: number;
  kill(action?: OperatorAction): void;
  /** For connections, not for senders of datagrams. */
  inject?(bytes: Uint8Array): void;
  sendEvent?(event: { readonly type: string }): boolean;
  readonly acceptedEvents?: readonly string[];
  /** Its machine's; undefined before it starts. */
  readonly snapshot?: AnyMachineSnapshot | undefined;
  /** Shows the peer the door: its machine hears that it is gone, then our FIN and the drain. */
  kick?(): void;
  fin?(): void;
  reset?(): void;
}

/** Unread bytes that a view shows. */
const UNREAD_SHOWN = 4_096;

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
