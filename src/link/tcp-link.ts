/**
 * A TCP connection as a link: the only place that touches a socket's reading and writing. The same few listeners serve every
 * socket: functions of its own for each of ten thousand connections would be memory for nothing.
 */
import { Socket } from "node:net";
import { plainAddress } from "../os/addresses.ts";
import type { Line, LineMaker, Listener, Wire } from "./line.ts";
import { type Endpoint, type Link, type LinkHandlers, type LinkTap, LinkTaps } from "./link.ts";

/** Less is not worth to be let go of by itself. */
const LARGE_READ = 4_096;
const link = Symbol("link");
type LinkedSocket = Socket & { [link]: TcpLink };

export class TcpLink implements Link {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly #socket: Socket;
  #handlers: LinkHandlers | undefined;
  #taps: LinkTaps | undefined;
  #line: Line | undefined;
  #error: Error | undefined;

  /** `local`: one object for all connections of a listener, where it is known without asking. */
  constructor(socket: Socket, local: Endpoint = localOf(socket)) {
    this.#socket = socket;
    this.local = local;
    this.remote = { address: plainAddress(socket.remoteAddress), port: socket.remotePort ?? 0 };
    socket.setNoDelay(true);
    (socket as LinkedSocket)[link] = this;
    socket.on("error", onError);
  }

  attach(handlers: LinkHandlers): void {
    this.#handlers = handlers;
    this.#socket.on("data", onData).on("end", onEnd).on("drain", onDrain).on("close", onClose);
    this.#socket.push = push;
    // Attached late, it may have gone meanwhile: nothing would tell that any more.
    if (this.#socket.closed) process.nextTick(() => this.onClose());
  }

  get queuedBytes(): number {
    return this.#socket.writableLength + (this.#line?.heldBytes ?? 0);
  }

  write(bytes: Buffer, onWritten?: (error: Error | undefined) => void): void {
    this.#taps?.emit({ kind: "out", bytes });
    if (this.#line) return this.#line.write(bytes, onWritten);
    if (onWritten) this.#writeAndHear(bytes, onWritten);
    else this.#socket.write(bytes);
  }

  /** Node hands a string to the system without a buffer of its own. */
  writeText(text: string): void {
    if (this.#taps || this.#line) return this.write(Buffer.from(text, "latin1"));
    this.#socket.write(text, "latin1");
  }

  writeOwn(bytes: Buffer): void {
    this.write(bytes);
    if (!this.#taps && !this.#line && this.#socket.writableLength === 0)
      (bytes.buffer as ArrayBuffer).transfer(0);
  }

  /** A write under way as the socket is destroyed is not always called back. */
  #writeAndHear(bytes: Buffer, onWritten: (error: Error | undefined) => void): void {
    const socket = this.#socket;
    const gone = () => onWritten(new Error("the connection is closed"));
    if (socket.destroyed) return gone();
    socket.once("close", gone);
    socket.write(bytes, (error) => {
      socket.off("close", gone);
      onWritten(error ?? undefined);
    });
  }

  end(onFinished?: () => void): void {
    if (!this.#socket.writableEnded) this.#taps?.emit({ kind: "fin" });
    if (this.#line) return this.#line.end(onFinished);
    this.#socket.end(onFinished);
  }

  reset(): void {
    this.#taps?.emit({ kind: "reset" });
    const { writableEnded, writableFinished, writableLength } = this.#socket;
    // libuv resets no socket whose FIN is under way: the handle would stay open, and spin for ever once the other end has gone.
    if (writableEnded && !writableFinished && writableLength === 0) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  pause(): void {
    if (this.#line) return this.#line.pause();
    this.#socket.pause();
  }

  resume(): void {
    if (this.#line) return this.#line.resume();
    this.#socket.resume();
  }

  tap(listener: LinkTap): () => void {
    this.#taps ??= new LinkTaps();
    this.#taps.add(listener);
    return () => {
      if (this.#taps && !this.#taps.remove(listener)) this.#taps = undefined;
    };
  }

  putLine(make: LineMaker | undefined): void {
    this.#line = make?.(this.#wire(), this.#listener());
    if (this.#line && this.#socket.isPaused()) this.#line.pause();
  }

  #wire(): Wire {
    const socket = this.#socket;
    return {
      get queuedBytes() {
        return socket.writableLength;
      },
      write: (bytes, onWritten) => {
        if (onWritten) this.#writeAndHear(bytes, onWritten);
        else socket.write(bytes);
      },
      end: (onFinished) => void socket.end(onFinished),
      reset: () => this.reset(),
      pause: () => void socket.pause(),
      resume: () => void socket.resume(),
    };
  }

  #listener(): Listener {
    return {
      onData: (bytes) => this.#deliver(bytes),
      onEnd: () => this.#deliverEnd(),
      onDrain: () => this.#handlers?.onDrain?.(),
    };
  }

  // -- from the socket ----------------------------------------------------------------------------------------------

  onData(bytes: Buffer): void {
    if (this.#line) this.#line.onData(bytes);
    else this.#deliver(bytes, this.#taps === undefined && isAlone(bytes));
  }

  /** A line or a tap may still have what it has seen. */
  #deliver(bytes: Buffer, isOwn = false): void {
    this.#taps?.emit({ kind: "in", bytes });
    this.#handlers?.onData(bytes, isOwn);
  }

  onEnd(): void {
    if (this.#line) this.#line.onEnd();
    else this.#deliverEnd();
  }

  #deliverEnd(): void {
    this.#taps?.emit({ kind: "ended" });
    this.#handlers?.onEnd();
  }

  onDrain(): void {
    if (this.#line) this.#line.onDrain();
    else this.#handlers?.onDrain?.();
  }

  onError(error: Error): void {
    this.#error ??= error;
    this.#handlers?.onError(error);
  }

  onClose(): void {
    this.#line?.onClose();
    this.#taps?.emit({ kind: "closed", ...(this.#error && { error: this.#error }) });
    this.#handlers?.onClose();
  }
}

/** A read that is worth the question, and has its memory for itself. */
const isAlone = (bytes: Buffer) => bytes.length >= LARGE_READ && bytes.buffer.byteLength === bytes.length;

function localOf(socket: Socket): Endpoint {
  return { address: plainAddress(socket.localAddress), port: socket.localPort ?? 0 };
}

function onData(this: LinkedSocket, chunk: Buffer): void {
  this[link].onData(chunk);
}

/**
 * Entry of what was read into the socket's stream. A stream that flows and holds nothing would only hand it on, by an event, and with a
 * callback of the next tick to ask whether there is more: a twelfth of what a short request costs. So it goes to the link at once. Everything
 * else is the stream's affair, and comes by its events; so would all of it, were Node to call this no more.
 */
function push(this: LinkedSocket, chunk: Buffer | null): boolean {
  if (chunk === null || this.readableFlowing !== true || this.readableLength > 0)
    return Socket.prototype.push.call(this, chunk);
  this[link].onData(chunk);
  return true;
}

function onEnd(this: LinkedSocket): void {
  this[link].onEnd();
}

function onDrain(this: LinkedSocket): void {
  this[link].onDrain();
}

function onError(this: LinkedSocket, error: Error): void {
  this[link].onError(error);
}

function onClose(this: LinkedSocket): void {
  this[link].onClose();
}
