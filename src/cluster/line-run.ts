/**
 * Lines of a hub to one audience, one behind the other, as an item of a batch: remembered once for all nodes that hear them, and written
 * once, all at a time. It is over as soon as it is written, or one of the nodes hears something else.
 */
import { BATCH_BYTES } from "./hub-wire.ts";
import { joinLines } from "./joined-lines.ts";

/** A run that is longer is over. */
const LONG = BATCH_BYTES / 2;
/** Around each text, and the comma. */
const QUOTES = 3;

export class LineRun {
  isOver = false;
  #length = 0;
  readonly #audience: number;
  readonly #texts: string[] = [];
  #items: readonly string[] | undefined;

  constructor(audience: number) {
    this.#audience = audience;
  }

  say(text: string): void {
    this.#texts.push(text);
    this.#length += text.length + QUOTES;
    if (this.#length >= LONG) this.isOver = true;
  }

  /** Several, where one would be longer than a batch. */
  get items(): readonly string[] {
    this.isOver = true;
    this.#items ??= itemsOf(this.#audience, this.#texts);
    return this.#items;
  }
}

function itemsOf(audience: number, texts: readonly string[]): string[] {
  const item = itemOf(audience, texts);
  if (item.length <= BATCH_BYTES || texts.length === 1) return [item];
  const half = texts.length >> 1;
  return [...itemsOf(audience, texts.slice(0, half)), ...itemsOf(audience, texts.slice(half))];
}

function itemOf(audience: number, texts: readonly string[]): string {
  const lines = texts.length > 1 ? joinLines(texts) : undefined;
  return lines === undefined
    ? `["d",${audience},${JSON.stringify(texts).slice(1)}`
    : `["j",${audience},${JSON.stringify(lines)}]`;
}
