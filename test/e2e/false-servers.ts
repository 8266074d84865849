/** Servers that do not keep to the protocol, each named for what it does. */
import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { createServer, type Server, type Socket } from "node:net";

type Conversation = (client: Socket) => void;

/** A file server's part, after the token: what it says to the filename. */
const afterToken =
  (answer: Conversation): Conversation =>
  (client) => {
    client.once("data", () => {
      client.write("valid");
      client.once("data", () => answer(client));
    });
  };

/** `found`, a size, and after the acknowledgement what `send` sends. */
const announcing = (sizeBytes: number, send: Conversation) =>
  afterToken((client) => {
    const size = Buffer.alloc(4);
    size.writeInt32LE(sizeBytes);
    client.write(Buffer.concat([Buffer.from("found"), size]));
    client.once("data", () => send(client));
  });

export const conversations = {
  hangsUp: (client) => client.end(),
  saysHello: (client) => client.once("data", () => client.write("hello")),
  isSilent: () => undefined,
  closesEarly: announcing(1_000_000, (client) => client.end(Buffer.alloc(1_000, "x"))),
  sendsMore: announcing(8, (client) => client.write(Buffer.alloc(1_000, "x"))),
  lies: announcing(-5, (client) => client.end()),
  stopsHalfWay: announcing(1_000_000, (client) => client.write(Buffer.alloc(1_000, "x"))),
} satisfies Record<string, Conversation>;

/** On a free port, with a registry that lists it as the server of `bin` files; or one that never answers. */
export class FalseServers {
  readonly #servers: Server[] = [];
  readonly #registries: UdpSocket[] = [];
  readonly #clients: Socket[] = [];

  async start(conversation: Conversation, listed?: (port: number) => string): Promise<number> {
    const server = createServer((client) => {
      this.#clients.push(client);
      client.on("error", () => undefined);
      conversation(client);
    });
    this.#servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    return this.#startRegistry((listed ?? ((own) => `127.0.0.1,${own},bin,secret`))(port));
  }

  startSilentRegistry(): Promise<number> {
    return this.#startRegistry(undefined);
  }

  #startRegistry(listing: string | undefined): Promise<number> {
    const registry = createSocket("udp4");
    this.#registries.push(registry);
    registry.on("message", (_question, { port, address }) => {
      if (listing === undefined) return;
      for (const answer of [listing, "end"]) registry.send(answer, port, address);
    });
    return new Promise((resolve) => {
      registry.bind(0, "127.0.0.1", () => resolve(registry.address().port));
    });
  }

  end(): void {
    for (const client of this.#clients) client.destroy();
    for (const server of this.#servers) server.close();
    for (const registry of this.#registries) registry.close();
  }
}
