/** A client by hand: says what it is told to, and hears what comes until there is nothing more for a while. */
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

const PATIENCE_MS = 30_000;
const QUIET_MS = 40;

export class Talker {
  readonly socket: Socket;
  readonly port: number;
  heard = "";
  hasEnded = false;
  #wake: () => void = () => undefined;

  static async at(port: number): Promise<Talker> {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true, allowHalfOpen: true });
    await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    return new Talker(socket);
  }

  private constructor(socket: Socket) {
    this.socket = socket;
    this.port = socket.localPort ?? 0;
    const noticed = (change: () => void) => () => {
      change();
      this.#wake();
    };
    const ended = noticed(() => {
      this.hasEnded = true;
    });
    socket.on("data", (bytes) => noticed(() => (this.heard += bytes.toString("latin1")))());
    socket.on("end", ended).on("close", ended);
    socket.on("error", ended);
  }

  say(bytes: string | Uint8Array): void {
    if (this.socket.writable && bytes.length > 0) this.socket.write(bytes);
  }

  /** Until the peer has said this, or has nothing more to say. */
  async hears(words: string): Promise<boolean> {
    const until = performance.now() + PATIENCE_MS;
    while (!this.heard.includes(words) && !this.hasEnded && performance.now() < until)
      await this.#next(PATIENCE_MS);
    return this.heard.includes(words);
  }

  /** Until so many bytes have come in all, or nothing more will. */
  async hearsSoMuch(count: number): Promise<void> {
    const until = performance.now() + PATIENCE_MS;
    while (this.heard.length < count && !this.hasEnded && performance.now() < until)
      await this.#next(PATIENCE_MS);
  }

  async isQuiet(quietMs = QUIET_MS): Promise<void> {
    let before = -1;
    while (before !== this.heard.length && !this.hasEnded) {
      before = this.heard.length;
      await this.#next(quietMs);
    }
  }

  async ends(): Promise<boolean> {
    const until = performance.now() + PATIENCE_MS;
    while (!this.hasEnded && performance.now() < until) await this.#next(PATIENCE_MS);
    return this.hasEnded;
  }

  #next(limitMs: number): Promise<void> {
    return Promise.race([
      new Promise<void>((wake) => (this.#wake = wake)),
      delay(limitMs, undefined, { ref: false }),
    ]);
  }

  end(): void {
    this.socket.destroy();
  }
}
