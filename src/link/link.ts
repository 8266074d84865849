/**
 * The way to one peer, whatever carries it. A connection speaks to this interface and to nothing below it, so a replay, a fault
 * or a capture can stand in its place: by implementing it, by wrapping it, or by listening to it.
 */
import { getDefaultHighWaterMark } from "node:stream";
import type { LineMaker } from "./line.ts";

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Queue that is long enough: from there on `onDrain` tells when all of it has gone. */
export const FULL_BYTES = getDefaultHighWaterMark(false);

/** Events of a link, in the order in which they happened. */
export interface LinkHandlers {
  /** `isOwn`: the only view of this memory, which its user may let go of once it has read the chunk. */
  onData(chunk: Buffer, isOwn?: boolean): void;
  /** The peer's FIN. */
  onEnd(): void;
  /** End of a queue that had been `FULL_BYTES` or more, for those who wait with more. */
  onDrain?(): void;
  /** The first error is the cause; the close follows. */
  onError(error: Error): void;
  onClose(): void;
}

export interface Link {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Bytes that were written and that the system has not taken yet. */
  readonly queuedBytes: number;
  /** Events go to these handlers from now on; reading begins. */
  attach(handlers: LinkHandlers): void;
  /** `onWritten` hears when the system has taken these bytes, or why it never will. */
  write(bytes: Buffer, onWritten?: (error: Error | undefined) => void): void;
  /** The same of text that is ASCII. */
  writeText(text: string): void;
  /** The same of bytes that are a memory's only view: what the system takes at once leaves no memory behind, and no bytes. */
  writeOwn?(bytes: Buffer): void;
  /** Our FIN, behind what was written. `onFinished` hears when it is on its way. */
  end(onFinished?: () => void): void;
  /** RST: what is queued is lost, and the peer hears that it is. */
  reset(): void;
  destroy(): void;
  pause(): void;
  resume(): void;
  /** Listens to every byte both ways, until the answer is called. */
  tap(listener: LinkTap): () => void;
  /** A line between the wire and this link's user, from now on; without one again: `undefined`. Absent where there is no wire. */
  putLine?(make: LineMaker | undefined): void;
}

/** All that goes over a link. Bytes are those of the read, or of the write as it was handed to the system. */
export type LinkEvent =
  | { readonly kind: "in" | "out"; readonly bytes: Buffer }
  /** The peer's FIN. */
  | { readonly kind: "ended" }
  /** Our FIN. */
  | { readonly kind: "fin" }
  /** Our RST. */
  | { readonly kind: "reset" }
  | { readonly kind: "closed"; readonly error?: Error };

/** Must be quick, and must not write to the bytes. */
export type LinkTap = (event: LinkEvent) => void;

/** Listeners of one link. None until the first comes, and none again when the last has left. */
export class LinkTaps {
  readonly #listeners = new Set<LinkTap>();

  add(listener: LinkTap): void {
    this.#listeners.add(listener);
  }

  /** Whether others are left. */
  remove(listener: LinkTap): boolean {
    this.#listeners.delete(listener);
    return this.#listeners.size > 0;
  }

  emit(event: LinkEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
