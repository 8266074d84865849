/**
 * What happens at a socket goes to its owner by the same four functions for every socket. Functions of its own for each of ten thousand
 * connections would be memory for nothing.
 */
import type { Socket } from "node:net";

export interface SocketOwner {
  came(chunk: Buffer): void;
  /** The peer's FIN. */
  peerEnded(): void;
  /** The first error is the cause; the close follows. */
  broke(error: Error): void;
  closed(): void;
}

const owner = Symbol("owner");
type OwnedSocket = Socket & { [owner]: SocketOwner };

export function own(socket: Socket, by: SocketOwner): void {
  (socket as OwnedSocket)[owner] = by;
  socket.on("data", onData).on("end", onEnd).on("error", onError).on("close", onClose);
}

function onData(this: OwnedSocket, chunk: Buffer): void {
  this[owner].came(chunk);
}

function onEnd(this: OwnedSocket): void {
  this[owner].peerEnded();
}

function onError(this: OwnedSocket, error: Error): void {
  this[owner].broke(error);
}

function onClose(this: OwnedSocket): void {
  this[owner].closed();
}
