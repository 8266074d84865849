/** Listening for TCP connections, and making one: both hand out links. */
import { type AddressInfo, createServer, type Socket, connect as tcpConnect } from "node:net";
import { plainAddress } from "../os/addresses.ts";
import type { Endpoint } from "./link.ts";
import { TcpLink } from "./tcp-link.ts";

/** The kernel's queue of connections that are not accepted yet: a whole class at once. */
const BACKLOG = 1_024;
const WILDCARDS = ["0.0.0.0", "::"];

export interface TcpServer {
  readonly port: number;
  /** Accepts no more; `onClosed` of the request hears when the port is free. */
  close(): void;
}

export interface ListenRequest {
  readonly host: string;
  readonly port: number;
  readonly ipv6Only: boolean;
  readonly onLink: (link: TcpLink) => void;
  readonly onError: (error: Error) => void;
  readonly onClosed: () => void;
}

/** Rejects with the system's error. */
export function listenTcp(request: ListenRequest): Promise<TcpServer> {
  const { host, port, ipv6Only, onLink, onError, onClosed } = request;
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: false, noDelay: true });
    server.once("error", reject);
    server.listen({ host, port, ipv6Only, backlog: BACKLOG }, () => {
      server.off("error", reject);
      server.on("error", onError);
      server.once("close", onClosed);
      const { port } = server.address() as AddressInfo;
      // Shared object for all of them; only where it listens on every address, each is asked which it came by.
      const local: Endpoint | undefined = WILDCARDS.includes(host)
        ? undefined
        : { address: plainAddress(host), port };
      server.on("connection", (socket) => onLink(new TcpLink(socket, local)));
      resolve({ port, close: () => server.close() });
    });
  });
}

/** A connection of ours; reading begins when it is attached. Rejects with the system's error, or with the signal's reason. */
export function connectTcp(to: {
  readonly host: string;
  readonly port: number;
  readonly localPort?: number | undefined;
  readonly signal: AbortSignal;
}): Promise<TcpLink> {
  const { host, port, localPort, signal } = to;
  return new Promise((resolve, reject) => {
    const socket: Socket = tcpConnect({
      host,
      port,
      allowHalfOpen: true,
      ...(localPort === undefined ? {} : { localPort }),
    });
    const giveUp = () => {
      socket.destroy();
      reject(signal.reason);
    };
    signal.addEventListener("abort", giveUp);
    socket.once("error", (error) => {
      signal.removeEventListener("abort", giveUp);
      reject(error);
    });
    socket.once("connect", () => {
      signal.removeEventListener("abort", giveUp);
      socket.removeAllListeners("error");
      resolve(new TcpLink(socket));
    });
  });
}
