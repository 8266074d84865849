/** Datagrams to one place, and from it. */
import { createSocket, type Socket } from "node:dgram";
import type { Endpoint } from "./link.ts";
import { type DatagramWay, UdpLink } from "./udp-link.ts";

export interface UdpAddress {
  readonly address: string;
  readonly port: number;
  /** 4 or 6. */
  readonly family: number;
}

export class UdpClient {
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Rejects with the system's error. */
  static async open({ address, port, family }: UdpAddress): Promise<UdpClient> {
    const socket = createSocket(family === 6 ? "udp6" : "udp4");
    try {
      await new Promise<void>((ready, reject) => {
        socket.once("error", reject);
        // Failures to look a name up come to this callback alone.
        socket.connect(port, address, (error?: Error | null) => {
          socket.off("error", reject);
          if (error) reject(error);
          else ready();
        });
      });
    } catch (error) {
      socket.close();
      throw error;
    }
    return new UdpClient(socket);
  }

  get local(): Endpoint {
    const { address, port } = this.#socket.address();
    return { address, port };
  }

  get ends(): { readonly local: Endpoint; readonly remote: Endpoint } {
    const { address, port } = this.#socket.remoteAddress();
    return { local: this.local, remote: { address, port } };
  }

  onMessage(listener: (bytes: Buffer) => void): void {
    this.#socket.on("message", listener);
  }

  /** A connected socket hears of a closed port: the ICMP message becomes ECONNREFUSED. */
  onError(listener: (error: Error) => void): void {
    this.#socket.on("error", listener);
  }

  onClose(listener: () => void): void {
    this.#socket.once("close", listener);
  }

  /** Rejects with the system's error. */
  send(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.send(bytes, (error) => (error ? reject(error) : resolve()));
    });
  }

  close(): void {
    this.#socket.close();
  }

  /** The same as a link, whose end closes it. */
  link(remote: Endpoint): UdpLink {
    const way: DatagramWay = {
      send: (bytes, _to, onSent) => this.#socket.send(bytes, onSent),
      forget: () => this.close(),
    };
    const link = new UdpLink(way, this.local, remote);
    this.onMessage((bytes) => link.receive(bytes));
    this.onError((error) => link.fail(error));
    return link;
  }
}
