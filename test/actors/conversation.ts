/** A peer that a test plays: says what it is told to, and remembers every read. */
import { connect, type Socket } from "node:net";

/** Long enough for a busy machine; only a test that fails waits for it. */
const PATIENCE_MS = 30_000;

export interface Read {
  readonly at: number;
  readonly bytes: Buffer;
}

export class Conversation {
  readonly socket: Socket;
  /** Its own port: by this the other side knows it, also when it is gone. */
  readonly port: number;
  readonly reads: Read[] = [];
  /** The system's code where the connection broke, e.g. ECONNRESET. */
  error: string | undefined;
  /** The other side has sent its FIN. */
  hasEnded = false;
  isOver = false;
  #chunks: Buffer[] = [];
  #unreadBytes = 0;
  #wake: () => void = () => undefined;

  /** Connects; `isDeaf` reads nothing until `listen()`. */
  static async open(port: number, { host = "127.0.0.1", isDeaf = false } = {}): Promise<Conversation> {
    const socket = connect({ host, port, allowHalfOpen: true, noDelay: true });
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve();
      });
    });
    return new Conversation(socket, isDeaf);
  }

  constructor(socket: Socket, isDeaf = false) {
    this.socket = socket;
    this.port = socket.localPort ?? 0;
    socket.on("error", (error: NodeJS.ErrnoException) => this.#noticed(() => (this.error = error.code)));
    socket.on("end", () => this.#noticed(() => (this.hasEnded = true)));
    socket.on("close", () => this.#noticed(() => (this.isOver = true)));
    if (!isDeaf) this.listen();
  }

  listen(): void {
    this.socket.on("data", (bytes: Buffer) =>
      this.#noticed(() => {
        this.reads.push({ at: performance.now(), bytes });
        this.#chunks.push(bytes);
        this.#unreadBytes += bytes.length;
      }),
    );
  }

  #noticed(change: () => void): void {
    change();
    this.#wake();
  }

  /** What was heard and no `hears` has asked for yet. */
  get unread(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] ?? Buffer.alloc(0);
  }

  #take(count: number): Buffer {
    const { unread } = this;
    this.#chunks = [unread.subarray(count)];
    this.#unreadBytes -= count;
    return unread.subarray(0, count);
  }

  say(text: string | Uint8Array): void {
    this.socket.write(text);
  }

  /** FIN: nothing more is said; what is said to us is still read. */
  end(text = ""): void {
    this.socket.end(text);
  }

  reset(): void {
    this.socket.resetAndDestroy();
  }

  /** The next bytes are exactly these. */
  async hears(expected: string | Uint8Array): Promise<void> {
    const wanted = Buffer.from(expected);
    await this.#until(`hear ${show(wanted)}`, () => this.#unreadBytes >= wanted.length);
    const heard = this.#take(wanted.length);
    if (!heard.equals(wanted)) throw new Error(`heard ${show(heard)} instead of ${show(wanted)}`);
  }

  /** The next so many bytes, whatever they are. */
  async hearsBytes(count: number): Promise<Buffer> {
    await this.#until(`hear ${count} bytes`, () => this.#unreadBytes >= count);
    return this.#take(count);
  }

  /** Takes so many bytes of what was heard. */
  skip(count: number): void {
    this.#take(count);
  }

  /** Everything up to the other side's FIN; a connection that breaks instead is an error. */
  async hearsTheEnd(): Promise<Buffer> {
    await this.#until("hear a FIN", () => this.hasEnded);
    return this.#take(this.#unreadBytes);
  }

  /** Until both directions are closed, by whatever means. */
  async over(): Promise<void> {
    await this.#until("be over", () => this.isOver);
  }

  async #until(what: string, isThere: () => boolean): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    while (!isThere()) {
      const left = deadline - performance.now();
      if (this.isOver || left <= 0) throw new Error(`expected to ${what}; ${this.#soFar()}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  #soFar(): string {
    const how = this.error ?? (this.hasEnded ? "FIN" : "open");
    return `unread is ${show(this.unread)}, the connection is ${this.isOver ? "over" : "there"} (${how})`;
  }
}

const show = (bytes: Buffer) =>
  bytes.length > 200 ? `${bytes.length} bytes` : JSON.stringify(bytes.toString("latin1"));
