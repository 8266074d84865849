/** Values of a case by chance that is none: the same seed, case and attempt always draw the same. */
import { createHash } from "node:crypto";

const CONSONANTS = "bdfgklmnprstvz";
const VOWELS = "aeiou";

export class Chance {
  /** Origin of the values, as it is told: `1/CALC-0.name-unanswered/1`. */
  readonly seed: string;
  #count = 0;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(seed: string) {
    this.seed = seed;
  }

  /** Both ends may come. */
  int(min: number, max: number): number {
    return min + (this.#next() % (max - min + 1));
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.int(0, items.length - 1)] as Item;
  }

  /** A word that can be spoken, of small letters: a name, or something to say. */
  word(length = 6): string {
    return Array.from({ length }, (_, at) => this.pick([...(at % 2 === 0 ? CONSONANTS : VOWELS)])).join("");
  }

  bytes(count: number): Buffer {
    return Buffer.from(Array.from({ length: count }, () => this.int(0, 255)));
  }

  #next(): number {
    if (this.#bytes.length < 4) {
      this.#bytes = createHash("sha256").update(`${this.seed}#${this.#count}`).digest();
      this.#count += 1;
    }
    const value = this.#bytes.readUInt32BE(0);
    this.#bytes = this.#bytes.subarray(4);
    return value;
  }
}

/** The drawing of values alone, as a case has it. */
export type Draws = Pick<Chance, "seed" | "int" | "pick" | "word" | "bytes">;
