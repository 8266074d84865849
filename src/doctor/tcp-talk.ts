/** A connection of the doctor's, step by step: it says little, and leaves by a FIN, which the gentlest server survives. */
import { connect, type Socket } from "node:net";
import { osCode } from "../os/os-errors.ts";

export type Outcome = "connected" | "timed-out" | { readonly code: string };
export type Ending = "fin" | "reset";

/** Words of one write may come in several reads. */
const REST_MS = 60;
const MAX_BYTES = 65_536;

export class TcpTalk {
  readonly #socket: Socket;
  readonly #connected: Promise<Outcome>;
  #chunks: Buffer[] = [];
  #size = 0;
  #ending: Ending | undefined;
  #onNews: () => void = () => undefined;

  constructor(address: string, port: number, limitMs: number) {
    const socket = connect({ host: address, port, allowHalfOpen: true });
    this.#socket = socket;
    this.#connected = new Promise((resolve) => {
      const timer = setTimeout(() => resolve("timed-out"), limitMs);
      socket.once("connect", () => resolve("connected"));
      socket.once("error", (error) => resolve({ code: osCode(error) ?? "UNKNOWN" }));
      socket.once("close", () => clearTimeout(timer));
      socket.once("connect", () => clearTimeout(timer));
    });
    socket.on("data", (chunk) => this.#take(chunk));
    socket.on("end", () => this.#endBy("fin"));
    socket.on("error", () => this.#endBy("reset"));
  }

  get connected(): Promise<Outcome> {
    return this.#connected;
  }

  get localPort(): number {
    return this.#socket.localPort ?? 0;
  }

  /** Undefined: it is open. */
  get ending(): Ending | undefined {
    return this.#ending;
  }

  /** Bytes that have come until some have and no more follows, the other side has ended, or the time is over. */
  async hear(limitMs: number): Promise<Buffer> {
    await this.#untilNews(limitMs);
    if (this.#size > 0 && this.#ending === undefined) await this.#untilEnd(REST_MS);
    const heard = Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#size = 0;
    return heard;
  }

  say(bytes: Buffer): void {
    if (this.#ending === undefined) this.#socket.write(bytes);
  }

  /** FIN; whatever still comes is read and dropped, so that no reset follows. */
  leave(): void {
    this.#onNews = () => undefined;
    this.#socket.end();
    const timer = setTimeout(() => this.#socket.destroy(), 200);
    this.#socket.once("close", () => clearTimeout(timer));
  }

  giveUp(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    if (this.#size < MAX_BYTES) this.#chunks.push(chunk);
    this.#size += chunk.length;
    this.#onNews();
  }

  #endBy(ending: Ending): void {
    this.#ending ??= ending;
    this.#onNews();
  }

  #untilNews(limitMs: number): Promise<void> {
    return this.#until(limitMs, () => this.#size > 0 || this.#ending !== undefined);
  }

  #untilEnd(limitMs: number): Promise<void> {
    return this.#until(limitMs, () => this.#ending !== undefined);
  }

  #until(limitMs: number, isReached: () => boolean): Promise<void> {
    if (isReached()) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#onNews = () => undefined;
        resolve();
      };
      const timer = setTimeout(done, limitMs);
      this.#onNews = () => {
        if (isReached()) done();
      };
    });
  }
}
