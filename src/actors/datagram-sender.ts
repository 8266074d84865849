/** A sender of datagrams as a role sees it: a peer that is remembered for a while, over a link of its own. */

import { messageOf } from "../errors.ts";
import type { Link, LinkHandlers } from "../link/link.ts";
import type { ByteSink, Clock, OpenFile, Peer } from "../machines/_world.ts";
import { type Cause, cause, refusalCause, remarkCause } from "../stories/causes.ts";
import type { OperatorAction } from "../stories/entry.ts";
import type { Story } from "../stories/story.ts";
import type { ConnectionControl } from "./connection-control.ts";
import { asBuffer } from "./delivery.ts";
import type { Telemetry } from "./telemetry.ts";

/** Common ground of all senders of one endpoint. */
export interface SenderHost {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Hears a datagram of this sender. */
  onDatagram(sender: DatagramSender, bytes: Buffer): void;
  /** Called when its link is closed: it is forgotten, and its story has ended. */
  onForgotten(sender: DatagramSender): void;
}

export class DatagramSender implements Peer, ConnectionControl, LinkHandlers {
  readonly story: Story;
  readonly framing = "datagram";
  readonly unreadBytes = 0;
  readonly queuedBytes = 0;
  lastMovedAt: number;
  readonly link: Link;
  readonly #host: SenderHost;

  constructor(link: Link, story: Story, host: SenderHost) {
    this.link = link;
    this.#host = host;
    this.story = story;
    this.lastMovedAt = host.clock.now();
    story.framing = "datagram";
    link.attach(this);
  }

  get id(): string {
    return this.story.subject.id;
  }

  get remote() {
    return this.story.subject.remote;
  }

  onData(bytes: Buffer): void {
    this.lastMovedAt = this.#host.clock.now();
    this.story.recordRead(bytes);
    this.#host.onDatagram(this, bytes);
  }

  onError(error: Error): void {
    this.remark(cause("datagram-not-sent", { error: messageOf(error) }));
  }

  /** Datagrams know no FIN. */
  onEnd(): void {}

  onClose(): void {
    this.#host.onForgotten(this);
  }

  send(text: string): void {
    this.sendBytes(Buffer.from(text));
  }

  sendBytes(bytes: Uint8Array): void {
    // A forgotten sender's story has ended, and the socket may be closed: a late answer goes nowhere.
    if (this.story.endedAt !== undefined) return;
    const datagram = asBuffer(bytes);
    this.story.recordWrite(datagram);
    this.link.write(datagram);
  }

  sendFile(_file: OpenFile): Promise<void> {
    return Promise.reject(new Error("files go over TCP"));
  }

  receiveInto(_sink: ByteSink, _sizeBytes: number): Promise<void> {
    return Promise.reject(new Error("files go over TCP"));
  }

  refuse(words: string, causeOrRule: Cause | string, why?: string): void {
    this.#refuse(words, refusalCause(causeOrRule, why));
    this.send(words);
  }

  refuseBytes(bytes: Uint8Array, causeOrRule: Cause | string, why?: string): void {
    this.#refuse("", refusalCause(causeOrRule, why));
    this.sendBytes(bytes);
  }

  #refuse(words: string, cause: Cause): void {
    this.story.refuse(cause, words);
    const remote = `${this.remote.address}:${this.remote.port}`;
    this.#host.telemetry({ type: "connection.refused", id: this.id, remote, cause });
  }

  remark(remark: string | Cause): void {
    const cause = remarkCause(remark);
    this.story.remark(cause);
    this.#host.telemetry({ type: "connection.remark", id: this.id, cause });
  }

  close(): void {
    this.link.destroy();
  }

  kill(action: OperatorAction = { action: "kill" }): void {
    this.story.operate(action);
    this.link.destroy();
  }

  unread(): Buffer {
    return Buffer.alloc(0);
  }
}
