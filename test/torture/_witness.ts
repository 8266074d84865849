/** Well-behaved programs beside the ordeal: the same question again and again, to which there is one right answer. */
import { connect, type Socket } from "node:net";

const PATIENCE_MS = 30_000;

/** A calculator's client that knows what is right; it notes how long each answer took. */
export class Witness {
  readonly delays: number[] = [];
  /** Answers that were not, to the byte, what they should be. */
  readonly wrong: string[] = [];
  readonly #socket: Socket;
  #heard = "";
  #wake: () => void = () => undefined;

  static async at(port: number): Promise<Witness> {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true });
    await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    return new Witness(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    const noticed = (text: string) => {
      this.#heard += text;
      this.#wake();
    };
    socket.setEncoding("utf8").on("data", noticed);
    socket.on("error", (error) => this.wrong.push(error.message));
    socket.on("close", () => noticed(""));
    socket.write("witness\n");
  }

  /** One question, one answer. */
  async ask(number: number): Promise<void> {
    const expected = `${number + 0.5}\n`;
    const startedAt = performance.now();
    this.#socket.write(`${number} + 0.5\n`);
    while (this.#heard.length < expected.length && !this.#socket.closed) await this.#more(startedAt);
    this.delays.push(performance.now() - startedAt);
    if (this.#heard !== expected)
      this.wrong.push(`${JSON.stringify(this.#heard)} for ${JSON.stringify(expected)}`);
    this.#heard = "";
  }

  async #more(startedAt: number): Promise<void> {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(
      () => late.reject(new Error("no answer")),
      startedAt + PATIENCE_MS - performance.now(),
    );
    this.#wake = late.resolve;
    try {
      await late.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Until it is told to stop, with a pause between two questions. */
  async keepAsking(isGoingOn: () => boolean, pauseMs: number): Promise<void> {
    for (let number = 1; isGoingOn(); number += 1) {
      await this.ask(number);
      await new Promise((next) => setTimeout(next, pauseMs));
    }
  }

  get slowestMs(): number {
    return Math.max(0, ...this.delays);
  }

  end(): void {
    this.#socket.end("q\n");
  }
}
