/** Output of a program up to a limit: its beginning and its end, and how much is left out between them. */
import { StringDecoder } from "node:string_decoder";

export class OutputKeep {
  readonly #limit: number;
  readonly #decoder = new StringDecoder("utf8");
  #head = "";
  #tail = "";
  #dropped = 0;

  /** In characters; of text that people read, about as many bytes. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Answers the text of these bytes; a character that is not whole yet comes with the next ones. */
  add(bytes: Buffer): string {
    const text = this.#decoder.write(bytes);
    const half = this.#limit / 2;
    const room = this.#tail === "" ? Math.max(0, half - this.#head.length) : 0;
    this.#head += text.slice(0, room);
    this.#tail += text.slice(room);
    // Cut only when it is twice as long, so that a flood costs no copy a piece.
    if (this.#tail.length > 2 * half) this.#cut();
    return text;
  }

  #cut(): void {
    const over = this.#tail.length - Math.ceil(this.#limit / 2);
    if (over <= 0) return;
    this.#dropped += over;
    this.#tail = this.#tail.slice(over);
  }

  get text(): string {
    this.#cut();
    const gap = this.#dropped > 0 ? `\n[… ${this.#dropped} characters left out …]\n` : "";
    return `${this.#head}${gap}${this.#tail}`;
  }
}
