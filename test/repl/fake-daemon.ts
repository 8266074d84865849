/** A daemon that says what the test told it to: one Unix socket in a folder of its own. */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export interface Message {
  readonly id: number;
  readonly op: string;
  readonly line?: string;
  readonly argv?: string[];
  readonly [key: string]: unknown;
}
export type Reply = (answer: object) => void;
type Script = (message: Message, reply: Reply, daemon: FakeDaemon) => void;

/** Every message that it does not answer itself goes to the script; `hello` is answered unless told otherwise. */
export class FakeDaemon {
  readonly received: Message[] = [];
  readonly sockets = new Set<Socket>();
  readonly path: string;
  readonly #server: Server;
  readonly #folder: string;

  static async start(script: Script = () => {}, hello: object | null = {}): Promise<FakeDaemon> {
    const folder = await mkdtemp(join(tmpdir(), "netlabd-test-"));
    const daemon = new FakeDaemon(folder, script, hello);
    await new Promise<void>((resolve) => daemon.#server.listen(daemon.path, resolve));
    return daemon;
  }

  private constructor(folder: string, script: Script, hello: object | null) {
    this.#folder = folder;
    this.path = join(folder, "s.sock");
    this.#server = createServer((socket) => {
      this.sockets.add(socket);
      socket.on("error", () => {}).on("close", () => this.sockets.delete(socket));
      const lines = createInterface({ input: socket }).on("error", () => {});
      lines.on("line", (line) => {
        const message = JSON.parse(line) as Message;
        this.received.push(message);
        const reply = (answer: object) =>
          void socket.write(`${JSON.stringify({ id: message.id, ...answer })}\n`);
        if (message.op === "hello" && hello) {
          reply({ data: { name: "netlabd", protocol: 1, welcome: "Welcome.", ...hello } });
          reply({ exit: 0 });
        } else {
          script(message, reply, this);
        }
      });
    });
  }

  /** The messages of one kind, in the order they came. */
  of(op: string): Message[] {
    return this.received.filter((message) => message.op === op);
  }

  push(message: object): void {
    this.raw(`${JSON.stringify(message)}\n`);
  }

  raw(bytes: string | Buffer): void {
    for (const socket of this.sockets) socket.write(bytes);
  }

  /** Goes away without a word. */
  drop(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.drop();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.#folder, { recursive: true, force: true });
  }
}
