/** A connection's link without a network: what comes is said by the story, what is sent goes nowhere. */
import type { Endpoint, Link, LinkHandlers } from "../link/link.ts";

export class RecordedLink implements Link {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly queuedBytes = 0;
  #handlers: LinkHandlers | undefined;

  constructor(local: Endpoint, remote: Endpoint) {
    this.local = local;
    this.remote = remote;
  }

  attach(handlers: LinkHandlers): void {
    this.#handlers = handlers;
  }

  write(_bytes: Buffer, onWritten?: (error: Error | undefined) => void): void {
    onWritten?.(undefined);
  }

  writeText(): void {}

  // Consequences of these are in the story, and come from there.
  end(): void {}
  reset(): void {}
  destroy(): void {}
  pause(): void {}
  resume(): void {}

  tap(): () => void {
    return () => undefined;
  }

  // -- from the story -----------------------------------------------------------------------------------------------

  receive(bytes: Buffer): void {
    this.#handlers?.onData(bytes);
  }

  peerEnds(): void {
    this.#handlers?.onEnd();
  }

  closes(error: Error | undefined): void {
    if (error) this.#handlers?.onError(error);
    this.#handlers?.onClose();
  }
}
