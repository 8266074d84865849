/** Ctrl-R: lines of the history that hold what is typed, the newest first. Pure; the editor shows it. */
export class HistorySearch {
  /** Line as it stood when the search began. */
  readonly typedBefore: string;
  readonly #newestFirst: readonly string[];
  #query = "";
  #at = 0;

  constructor(newestFirst: readonly string[], typedBefore: string) {
    this.#newestFirst = newestFirst;
    this.typedBefore = typedBefore;
  }

  /** The line that is found; undefined: none, or nothing is looked for yet. */
  get match(): string | undefined {
    return this.#query === "" ? undefined : this.#newestFirst[this.#at];
  }

  /** Stands in place of the prompt. */
  get prompt(): string {
    const isLost = this.#query !== "" && this.match === undefined;
    return `(${isLost ? "not in the history" : "search"}: ${this.#query}) `;
  }

  type(text: string): void {
    this.#query += text;
    this.#at = this.#find(this.match === undefined ? 0 : this.#at);
  }

  eraseLast(): void {
    this.#query = [...this.#query].slice(0, -1).join("");
    this.#at = this.#find(0);
  }

  /** The next older one; where there is none, it stays. */
  older(): void {
    const next = this.#find(this.#at + 1);
    if (next < this.#newestFirst.length) this.#at = next;
  }

  #find(from: number): number {
    const found = this.#newestFirst.findIndex((line, index) => index >= from && line.includes(this.#query));
    return found < 0 ? this.#newestFirst.length : found;
  }
}
