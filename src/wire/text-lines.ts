/**
 * Input of a line peer that no phase has read, as text: reads of ASCII, a character a byte, so that a line is found and cut out in
 * one piece of memory. A rest without its end waits for the next read. Everything that is not so simple is no text here: see `Framer`.
 */
import { isAscii } from "node:buffer";

/** A rest of this length is joined with whatever comes; a longer one only with as much again, so that a byte is copied a few times at most. */
const SHORT_REST = 1_024;

/** These bytes as text, where they are ASCII. */
export function asciiText(bytes: Buffer): string | undefined {
  return isAscii(bytes) ? bytes.toString() : undefined;
}

/** A line without a `\r` at its end, and without padding in front that an earlier buffer left. */
export function trimmedLine(text: string, from: number, to: number): string {
  const end = text.charCodeAt(to - 1) === RETURN && to > from ? to - 1 : to;
  let start = from;
  while (start < end && text.charCodeAt(start) === NUL) start += 1;
  return text.slice(start, end);
}

export class TextLines {
  #text = "";
  /** Index of the first unread character. */
  #at = 0;
  /** When the last read came. */
  #lastAt = 0;

  get length(): number {
    return this.#text.length - this.#at;
  }

  get lastAt(): number {
    return this.#lastAt;
  }

  /** Takes a read; answers whether it did. */
  add(text: string, now: number): boolean {
    const rest = this.length;
    if (rest > SHORT_REST && rest > text.length) return false;
    this.#text = rest === 0 ? text : this.#text.slice(this.#at) + text;
    this.#at = 0;
    this.#lastAt = now;
    return true;
  }

  /** Length of the first line, without its end; -1: there is no end. */
  get lineLength(): number {
    const end = this.#text.indexOf("\n", this.#at);
    return end < 0 ? -1 : end - this.#at;
  }

  /** Takes the first line and its end. */
  takeLine(length: number): string {
    const from = this.#at;
    const to = from + length;
    this.#at = to + 1;
    return trimmedLine(this.#text, from, to);
  }

  /** At most `limit` characters of what is unread, which stay. */
  peek(limit: number): string {
    return this.#text.slice(this.#at, this.#at + limit);
  }

  takeAll(): string {
    const rest = this.#text.slice(this.#at);
    this.#text = "";
    this.#at = 0;
    return rest;
  }
}

const RETURN = 0x0d;
const NUL = 0x00;
