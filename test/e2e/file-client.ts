/** A file client without a line of netlabd's own, that reads as slowly as a test wants it to. */
import { connect, type Socket } from "node:net";

const SIZE_BYTES = 4;

export class SlowFileClient {
  readonly #socket: Socket;
  #chunks: Buffer[] = [];
  #receivedBytes = 0;
  #wake: () => void = () => undefined;
  #hasEnded = false;

  constructor(port: number) {
    this.#socket = connect(port, "127.0.0.1");
    this.#socket.on("data", (chunk) => {
      this.#chunks.push(chunk);
      this.#receivedBytes += chunk.length;
      this.#wake();
    });
    for (const ending of ["end", "close", "error"]) {
      this.#socket.on(ending, () => {
        this.#hasEnded = true;
        this.#wake();
      });
    }
  }

  /** Up to the announced size; then it acknowledges, and reads nothing more for now. */
  async ask(token: string, filename: string): Promise<number> {
    this.#socket.write(token);
    await this.#read("valid".length);
    this.#socket.write(filename);
    await this.#read("found".length);
    const size = await this.#read(SIZE_BYTES);
    this.#socket.pause().write("Got\0");
    return size.readInt32LE();
  }

  /** What is left, to the server's end or to so many bytes. */
  async readOn(sizeBytes: number): Promise<Buffer> {
    this.#socket.resume();
    return this.#read(sizeBytes);
  }

  /** Resolves when the server has closed. */
  async ended(): Promise<void> {
    this.#socket.resume();
    while (!this.#hasEnded) await this.#more();
  }

  async #read(sizeBytes: number): Promise<Buffer> {
    while (this.#receivedBytes < sizeBytes && !this.#hasEnded) await this.#more();
    const all = Buffer.concat(this.#chunks);
    const bytes = all.subarray(0, sizeBytes);
    this.#chunks = [all.subarray(sizeBytes)];
    this.#receivedBytes -= bytes.length;
    return bytes;
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}
