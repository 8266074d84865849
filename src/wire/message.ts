/**
 * Message from a peer. It is its own event, so a machine without a handler is sent the very object the framer
 * made. Text is decoded when it is asked for [FRAME-7]: invalid UTF-8 becomes U+FFFD and never throws.
 */
export class PeerMessage {
  readonly type = "peer.message";
  readonly bytes: Buffer;
  /** Value that a record phase's decoder made of the bytes. */
  readonly value: unknown;
  /** Speaker, if one machine hears many: the sender of a datagram. */
  readonly peer: unknown;
  #text: string | undefined;

  constructor(bytes: Buffer, value?: unknown, peer?: unknown) {
    this.bytes = bytes;
    this.value = value;
    this.peer = peer;
  }

  get text(): string {
    this.#text ??= this.bytes.toString("utf8");
    return this.#text;
  }
}
