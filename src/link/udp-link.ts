/** A sender of datagrams as a link: what it sends comes in, what is written is a datagram to it. There is no end and no queue. */
import type { Line, LineMaker } from "./line.ts";
import { type Endpoint, type Link, type LinkHandlers, type LinkTap, LinkTaps } from "./link.ts";

/** Way of a link's datagrams to the system. */
export interface DatagramWay {
  send(bytes: Buffer, to: Endpoint, onSent: (error: Error | null) => void): void;
  /** The link is destroyed: a socket that was its own is to be closed. */
  forget?(): void;
}

export class UdpLink implements Link {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly queuedBytes = 0;
  readonly #way: DatagramWay;
  #handlers: LinkHandlers | undefined;
  #taps: LinkTaps | undefined;
  #line: Line | undefined;
  #isDestroyed = false;

  constructor(way: DatagramWay, local: Endpoint, remote: Endpoint) {
    this.#way = way;
    this.local = local;
    this.remote = remote;
  }

  attach(handlers: LinkHandlers): void {
    this.#handlers = handlers;
  }

  /** The endpoint has read a datagram of this sender. */
  receive(bytes: Buffer): void {
    if (this.#line) this.#line.onData(bytes);
    else this.#deliver(bytes);
  }

  #deliver(bytes: Buffer): void {
    this.#taps?.emit({ kind: "in", bytes });
    this.#handlers?.onData(bytes);
  }

  write(bytes: Buffer, onWritten?: (error: Error | undefined) => void): void {
    if (this.#isDestroyed) return onWritten?.(new Error("the sender is forgotten"));
    this.#taps?.emit({ kind: "out", bytes });
    if (this.#line) return this.#line.write(bytes, onWritten);
    this.#send(bytes, onWritten);
  }

  #send(bytes: Buffer, onWritten?: (error: Error | undefined) => void): void {
    this.#way.send(bytes, this.remote, onWritten ? (error) => onWritten(error ?? undefined) : this.#onSent);
  }

  /** The system tells what became of an earlier datagram. */
  fail(error: Error): void {
    if (!this.#isDestroyed) this.#handlers?.onError(error);
  }

  /** Send callback, the same for all its datagrams. */
  readonly #onSent = (error: Error | null) => {
    if (error) this.#handlers?.onError(error);
  };

  /** The sender is forgotten: a late answer goes nowhere. */
  destroy(): void {
    if (this.#isDestroyed) return;
    this.#isDestroyed = true;
    this.#line?.onClose();
    this.#taps?.emit({ kind: "closed" });
    this.#handlers?.onClose();
    this.#way.forget?.();
  }

  writeText(text: string): void {
    this.write(Buffer.from(text, "latin1"));
  }

  /** Datagrams know no FIN. */
  end(onFinished?: () => void): void {
    onFinished?.();
  }

  reset(): void {
    this.destroy();
  }

  /** Datagrams know no back-pressure. */
  pause(): void {}

  resume(): void {}

  putLine(make: LineMaker | undefined): void {
    const nothing = () => undefined;
    const wire = {
      queuedBytes: 0,
      write: (bytes: Buffer, onWritten?: (error: Error | undefined) => void) => this.#send(bytes, onWritten),
      end: nothing,
      reset: nothing,
      pause: nothing,
      resume: nothing,
    };
    this.#line = make?.(wire, { onData: (bytes) => this.#deliver(bytes), onEnd: nothing, onDrain: nothing });
  }

  tap(listener: LinkTap): () => void {
    this.#taps ??= new LinkTaps();
    this.#taps.add(listener);
    return () => {
      if (this.#taps && !this.#taps.remove(listener)) this.#taps = undefined;
    };
  }
}
