/** Relay between two programs that are both under test: it passes on what each says, and its ends, and records all of it. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import type { Frame } from "./pair.ts";

/** Bounds of what is kept of a conversation: more is passed on and not recorded. */
const MAX_FRAMES = 200;
const MAX_FRAME_BYTES = 2_048;

export class RecordingRelay {
  readonly frames: Frame[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  connections = 0;
  passedBytes = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Listens on a port of its own, and asks the server anew for each client. */
  static async open(serverPort: number): Promise<RecordingRelay> {
    const server = createServer({ allowHalfOpen: true });
    const relay = new RecordingRelay(server);
    server.on("connection", (client) => relay.#join(client, serverPort));
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", resolve);
    });
    return relay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
    this.#server.close();
  }

  #join(client: Socket, serverPort: number): void {
    this.connections += 1;
    const server = connect({ port: serverPort, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    client.setNoDelay(true);
    this.#pass(client, server, "client");
    this.#pass(server, client, "server");
  }

  #pass(from: Socket, to: Socket, speaker: Frame["speaker"]): void {
    this.#sockets.add(from);
    from.on("data", (bytes: Buffer) => {
      this.passedBytes += bytes.length;
      this.#record(speaker, bytes);
      if (!to.write(bytes)) from.pause();
    });
    to.on("drain", () => from.resume());
    from.on("end", () => to.end());
    from.on("error", () => to.resetAndDestroy());
    from.on("close", () => this.#sockets.delete(from));
  }

  /** Writes of one side that follow each other are one frame: how they were cut is the network's affair. */
  #record(speaker: Frame["speaker"], bytes: Buffer): void {
    const text = bytes.toString("latin1");
    const last = this.frames.at(-1);
    if (last?.speaker === speaker) {
      if (last.text.length < MAX_FRAME_BYTES)
        this.frames[this.frames.length - 1] = { speaker, text: (last.text + text).slice(0, MAX_FRAME_BYTES) };
    } else if (this.frames.length < MAX_FRAMES)
      this.frames.push({ speaker, text: text.slice(0, MAX_FRAME_BYTES) });
  }
}
