/** Everything that went over the wire in a case, in order, of all its connections. */
import { octets } from "./octets.ts";
import type { TranscriptLine } from "./report.ts";

/** A flood is told by its beginning. */
const MAX_LINES = 200;

export class Transcript {
  readonly #start = performance.now();
  readonly #lines: TranscriptLine[] = [];

  get lines(): readonly TranscriptLine[] {
    return this.#lines;
  }

  bytes(connection: number, dir: "in" | "out", bytes: Uint8Array): void {
    this.#add({ connection, dir, ...octets(bytes), note: "" });
  }

  note(connection: number, note: string): void {
    this.#add({ connection, dir: "note", hex: "", text: "", note });
  }

  #add(line: Omit<TranscriptLine, "at">): void {
    if (this.#lines.length < MAX_LINES)
      this.#lines.push({ at: Math.round(performance.now() - this.#start), ...line });
  }
}
