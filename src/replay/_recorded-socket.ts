/** A connection's socket without a network: what comes is said by the story, what is sent goes nowhere. */
import { EventEmitter } from "node:events";
import type { Socket } from "node:net";

class RecordedSocket extends EventEmitter {
  readonly writableLength = 0;
  writableEnded = false;

  setNoDelay(): this {
    return this;
  }

  write(): boolean {
    return true;
  }

  /** What happens afterwards is in the story. */
  end(): this {
    this.writableEnded = true;
    return this;
  }

  pause(): this {
    return this;
  }

  resume(): this {
    return this;
  }

  isPaused(): boolean {
    return false;
  }

  destroy(): this {
    return this;
  }

  resetAndDestroy(): this {
    return this;
  }
}

/** What a connection uses of a socket, and no more. */
export function recordedSocket(): Socket {
  return new RecordedSocket() as unknown as Socket;
}
