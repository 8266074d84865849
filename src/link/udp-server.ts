/** Listening for datagrams: a socket, and a link for each of its senders. */
import { createSocket, type Socket } from "node:dgram";
import { plainAddress } from "../os/addresses.ts";
import { osCode } from "../os/os-errors.ts";
import type { Endpoint } from "./link.ts";
import { type DatagramWay, UdpLink } from "./udp-link.ts";

/** A class that starts at once fits into the kernel's queue. */
const RECEIVE_BUFFER = 4 * 1_048_576;

/** Links of a listening socket's senders. */
export interface UdpLinks {
  linkTo(remote: Endpoint): UdpLink;
}

export interface UdpServer {
  readonly port: number;
  close(): void;
}

export interface UdpRequest {
  readonly host: string;
  readonly port: number;
  readonly ipv6Only: boolean;
  /** `links` has the sender's link, where it is not known yet. */
  readonly onDatagram: (bytes: Buffer, address: string, port: number, links: UdpLinks) => void;
  readonly onError: (error: Error) => void;
  readonly onClosed: () => void;
}

/** Rejects with the system's error. */
export function listenUdp(request: UdpRequest): Promise<UdpServer> {
  const { host, port, ipv6Only, onDatagram, onError, onClosed } = request;
  return new Promise((resolve, reject) => {
    const socket = createSocket(host.includes(":") ? { type: "udp6", ipv6Only } : { type: "udp4" });
    const fail = (error: Error) => {
      // A socket is not closed by its own failure, and would be left over at every try.
      socket.close();
      reject(error);
    };
    socket.once("error", fail);
    socket.bind({ address: host, port, exclusive: true }, () => {
      socket.off("error", fail);
      socket.on("error", onError);
      socket.once("close", onClosed);
      const local = { address: host, port: socket.address().port };
      // The socket is shared by all senders, and not closed with one of them.
      const way: DatagramWay = {
        send: (bytes, { address, port }, onSent) => socket.send(bytes, port, address, onSent),
      };
      const links: UdpLinks = { linkTo: (remote) => new UdpLink(way, local, remote) };
      socket.on("message", (bytes, { address, port }) =>
        onDatagram(bytes, plainAddress(address), port, links),
      );
      growReceiveBuffer(socket);
      resolve({ port: local.port, close: () => socket.close() });
    });
  });
}

/** Some kernels refuse a large buffer; then their own is what there is. */
function growReceiveBuffer(socket: Socket): void {
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER);
  } catch (error) {
    if (osCode(error) !== "ERR_SOCKET_BUFFER_SIZE") throw error;
  }
}
