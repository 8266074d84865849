/**
 * Message from a peer. It is its own event, so a machine without a handler is sent the very object the framer
 * made. It is made of bytes, or of text that is ASCII; the other is made when it is asked for [FRAME-7]: invalid UTF-8 becomes
 * U+FFFD and never throws.
 */
export class PeerMessage {
  readonly type = "peer.message";
  /** Value that a record phase's decoder made of the bytes. */
  readonly value: unknown;
  /** Speaker, if one machine hears many: the sender of a datagram. */
  readonly peer: unknown;
  #bytes: Buffer | undefined;
  #text: string | undefined;

  constructor(said: Buffer | string, value?: unknown, peer?: unknown) {
    if (typeof said === "string") this.#text = said;
    else this.#bytes = said;
    this.value = value;
    this.peer = peer;
  }

  get bytes(): Buffer {
    this.#bytes ??= Buffer.from(this.#text ?? "");
    return this.#bytes;
  }

  get text(): string {
    this.#text ??= this.bytes.toString("utf8");
    return this.#text;
  }

  get sizeBytes(): number {
    return this.#bytes ? this.#bytes.length : (this.#text ?? "").length;
  }
}
