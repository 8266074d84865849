/**
 * An operator's hand in one TCP connection. In mid-file there is one rule: what is said, our FIN included, waits for the file's end; what
 * ends the connection is a reset, for the peer would take a FIN for the end of a whole file.
 */
import type { AnyMachineSnapshot } from "xstate";
import type { Link } from "../link/link.ts";
import type { RoleEvent } from "../machines/_role.ts";
import { eventsOf } from "../machines/_state-names.ts";
import type { OperatorAction } from "../stories/entry.ts";
import type { Closing } from "./closing.ts";
import type { Connection } from "./connection.ts";
import type { ConnectionControl } from "./connection-control.ts";
import type { Intake } from "./intake.ts";
import type { Outflow } from "./outflow.ts";

/** Parts of a connection that its operator moves. */
export interface Workings {
  readonly intake: Intake;
  readonly outflow: Outflow;
  readonly closing: Closing;
  readonly link: Link;
  readonly dispatch: (event: RoleEvent) => void;
}

export class OperatorHand implements ConnectionControl {
  readonly #connection: Connection;
  readonly #workings: Workings;

  constructor(connection: Connection, workings: Workings) {
    this.#connection = connection;
    this.#workings = workings;
  }

  get framing(): string {
    return this.#workings.intake.framer.framing;
  }

  get unreadBytes(): number {
    return this.#workings.intake.framer.unreadBytes;
  }

  unread(limit: number): Buffer {
    return this.#workings.intake.framer.peek(limit);
  }

  get queuedBytes(): number {
    return this.#workings.link.queuedBytes + this.#workings.outflow.waitingBytes;
  }

  get link(): Link {
    return this.#workings.link;
  }

  get lastMovedAt(): number {
    return this.#connection.lastMovedAt;
  }

  get snapshot(): AnyMachineSnapshot | undefined {
    return this.#connection.snapshot;
  }

  get acceptedEvents(): string[] {
    const { snapshot } = this;
    return snapshot ? eventsOf(snapshot) : [];
  }

  inject(bytes: Uint8Array): void {
    this.#connection.story.operate({ action: "send", size: bytes.length });
    this.#connection.sendBytes(bytes);
  }

  sendEvent(event: RoleEvent): boolean {
    const { snapshot } = this;
    if (snapshot?.status !== "active" || !snapshot.can(event)) return false;
    const { text } = event as { readonly text?: unknown };
    const said = typeof text === "string" ? { text } : {};
    this.#connection.story.operate({ action: "event", event: event.type, ...said });
    this.#workings.dispatch(event);
    return true;
  }

  /** Lets the machine say what it says to others when one leaves, then sends our FIN [FRAME-8]. */
  kick(): void {
    if (this.#workings.outflow.isFileUnderWay) return this.kill({ action: "kick" });
    this.#connection.story.operate({ action: "kick" });
    this.#workings.dispatch({ type: "peer.closed" });
    this.#connection.close();
  }

  fin(): boolean {
    const { outflow, closing } = this.#workings;
    const isAtOnce = !outflow.isFileUnderWay;
    const send = () => {
      if (closing.mayWrite) closing.sendFin();
    };
    this.#connection.story.operate({ action: "fin" });
    if (isAtOnce) send();
    else outflow.inTurn(send);
    return isAtOnce;
  }

  reset(): void {
    this.#connection.story.operate({ action: "rst" });
    this.#workings.closing.reset();
  }

  kill(action: OperatorAction = { action: "kill" }): void {
    this.#connection.story.operate(action);
    this.#workings.closing.tear();
  }
}
