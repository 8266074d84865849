/** Drives a framer the way a connection does - ask after each chunk, ask again after each wait - with a clock of its own. */
import {
  type Framed,
  Framer,
  type FramerLimits,
  type FramingOption,
  type Reading,
} from "../../src/wire/framer.ts";
import { asciiText } from "../../src/wire/text-lines.ts";

export const quietMs = 30;
export const tailMs = 2_000;
export const limits: FramerLimits = { quietMs, tailMs, maxMessageBytes: 65_536 };

/** How far apart chunks of one burst come here: well under the quiet time. */
export const quickMs = 10;
/** Long enough for any burst to be over, too short for a tail to count. */
export const slowMs = 100;

export const text: Reading = { reads: "text" };
export const raw: Reading = { reads: "raw" };

export interface HearingOptions {
  readonly framing?: FramingOption;
  readonly limits?: Partial<FramerLimits>;
  /** What the peer's machine reads; one reading for each message, the last one from then on. */
  readonly readings?: readonly Reading[];
  /** Each message is answered at once, as most roles do. */
  readonly replies?: boolean;
  /** Lines of ASCII come as text, as a connection hands them over; false: as bytes. */
  readonly asText?: boolean;
}

export class Hearing {
  readonly framer: Framer;
  readonly bytes: Buffer[] = [];
  readonly values: unknown[] = [];
  /** When each message was handed over. */
  readonly times: number[] = [];
  now = 0;
  isTooLong = false;
  readonly #readings: readonly Reading[];
  readonly #replies: boolean;
  readonly #asText: boolean;
  #wakeAt = Number.POSITIVE_INFINITY;
  #handed = 0;

  constructor(options: HearingOptions = {}) {
    this.framer = new Framer(options.framing, { ...limits, ...options.limits });
    this.#readings = options.readings ?? [text];
    this.#replies = options.replies ?? false;
    this.#asText = options.asText ?? true;
  }

  get messages(): string[] {
    return this.bytes.map((one) => one.toString("utf8"));
  }

  get framing(): string {
    return this.framer.framing;
  }

  /** Chunks that come one right after the other. */
  hear(...chunks: readonly (string | Buffer)[]): this {
    for (const chunk of chunks) {
      const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
      const text = this.#asText && this.framer.takesText ? asciiText(bytes) : undefined;
      this.framer.push(bytes, this.now, text);
      this.#ask();
    }
    return this;
  }

  /** Time goes by; the framer is asked again when it said it wants to be. */
  pass(ms: number): this {
    const until = this.now + ms;
    while (this.#wakeAt <= until) {
      this.now = this.#wakeAt;
      this.#ask();
    }
    this.now = until;
    return this;
  }

  /** The peer's FIN. */
  end(): this {
    this.framer.end();
    this.#ask();
    return this;
  }

  /** Sets the messages to none; what the framer has learned stays. */
  forget(): this {
    this.bytes.length = 0;
    this.values.length = 0;
    this.times.length = 0;
    return this;
  }

  #ask(): void {
    this.#wakeAt = Number.POSITIVE_INFINITY;
    while (!this.isTooLong && this.#hand(this.framer.next(this.#reading(), this.now)));
  }

  #reading(): Reading {
    return this.#readings[this.#handed] ?? this.#readings.at(-1) ?? text;
  }

  /** Whether it is worth asking again at once. */
  #hand(framed: Framed): boolean {
    if (framed.kind === "wait") this.#wakeAt = this.now + framed.ms;
    if (framed.kind === "tooLong") this.isTooLong = true;
    const bytes = bytesOf(framed);
    if (!bytes) return false;
    this.#handed += 1;
    this.bytes.push(bytes);
    this.values.push(framed.kind === "message" ? framed.value : undefined);
    this.times.push(this.now);
    if (this.#replies) this.framer.replied();
    return true;
  }
}

/** What a message is made of, whether it came as text or as bytes. */
export function bytesOf(framed: Framed): Buffer | undefined {
  if (framed.kind === "line") return Buffer.from(framed.text, "latin1");
  return framed.kind === "message" ? framed.bytes : undefined;
}

/** A C program's fixed buffer: text, NUL, and padding or what an earlier message left in it. */
export function fixedBuffer(size: number, content: string, stale = ""): Buffer {
  const buffer = Buffer.alloc(size);
  buffer.write(stale.repeat(Math.ceil(size / Math.max(1, stale.length))).slice(0, size), "latin1");
  buffer.write(`${content}\0`);
  return buffer;
}
