/** A registry of the checker's, on loopback: it hears file servers register, and answers who asks. */
import { listenUdp, type UdpServer } from "../link/udp-server.ts";
import {
  DISCOVER,
  discoveryAnswer,
  type Listing,
  parseBootstrapRequest,
  REGISTER,
} from "../wire/bootstrap.ts";

const HOST = "127.0.0.1";

export class TestRegistry {
  /** Registrations, as they came. */
  readonly heard: string[] = [];
  /** Questions for the list. */
  asked = 0;
  readonly #listings: Listing[];
  #server: UdpServer | undefined;

  constructor(listings: readonly Listing[] = []) {
    this.#listings = [...listings];
  }

  get isOpen(): boolean {
    return this.#server !== undefined;
  }

  /** Answers its host:port. */
  async open(port = 0): Promise<string> {
    this.#server = await listenUdp({
      host: HOST,
      port,
      ipv6Only: false,
      onDatagram: (bytes, address, port, links) =>
        this.#hear(bytes.toString(), (answer) => links.linkTo({ address, port }).write(answer)),
      onError: () => undefined,
      onClosed: () => undefined,
    });
    return `${HOST}:${this.#server.port}`;
  }

  #hear(datagram: string, answer: (bytes: Buffer) => void): void {
    if (datagram.startsWith(REGISTER)) this.heard.push(datagram);
    const parsed = parseBootstrapRequest(datagram);
    if (!parsed.ok) return;
    const { value } = parsed;
    if (value.type === "register") this.#listings.push(value.entry);
    if (value.type !== "discover" || !datagram.startsWith(DISCOVER)) return;
    this.asked += 1;
    for (const one of discoveryAnswer(this.#listings)) answer(Buffer.from(one));
  }

  close(): void {
    this.#server?.close();
  }
}
