/** As much of a terminal as a line editor needs: it wraps late as the real ones do, scrolls, moves and erases. */
export class TinyTerminal {
  columns: number;
  readonly rows: number;
  /** What is on the screen, and what scrolled off its top. */
  #lines: string[][] = [[]];
  #row = 0;
  #column = 0;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
  }

  /** All rows ever shown, without the empty ones at the end. */
  get screen(): string[] {
    const lines = this.#lines.map((line) => line.join("").trimEnd());
    while (lines.at(-1) === "") lines.pop();
    return lines;
  }

  get cursor(): { row: number; column: number } {
    return { row: this.#row, column: this.#column };
  }

  write(text: string): void {
    const pattern = /\x1b\[([\d;]*)([A-Za-z])|\r|\n|\x07|[^\x1b\r\n\x07]/gsu;
    for (const [piece, numbers = "", command] of text.matchAll(pattern)) {
      if (command) this.#control(command, Number(numbers.split(";")[0] || "0"), numbers);
      else if (piece === "\r") this.#column = 0;
      // As the terminal driver does, which makes a line feed a new line.
      else if (piece === "\n") this.#moveTo(this.#row + 1, 0);
      else if (piece !== "\x07") this.#put(piece);
    }
  }

  /** Rows that cannot be reached any more: the cursor stays on the screen. */
  get #top(): number {
    return Math.max(0, this.#lines.length - this.rows);
  }

  #moveTo(row: number, column: number): void {
    this.#row = Math.max(this.#top, row);
    this.#column = Math.max(0, Math.min(column, this.columns - 1));
    while (this.#lines.length <= this.#row) this.#lines.push([]);
  }

  #put(character: string): void {
    // A row that is full wraps only when one more character comes.
    if (this.#column >= this.columns) this.#moveTo(this.#row + 1, 0);
    const line = this.#lines[this.#row] ?? [];
    while (line.length < this.#column) line.push(" ");
    line[this.#column] = character;
    this.#column += 1;
  }

  #control(command: string, count: number, numbers: string): void {
    const step = count || 1;
    if (command === "A") this.#moveTo(this.#row - step, this.#column);
    else if (command === "B") this.#moveTo(Math.min(this.#lines.length - 1, this.#row + step), this.#column);
    else if (command === "C") this.#moveTo(this.#row, this.#column + step);
    else if (command === "D") this.#moveTo(this.#row, this.#column - step);
    else if (command === "G") this.#moveTo(this.#row, step - 1);
    else if (command === "H") this.#moveTo(this.#top + step - 1, Number(numbers.split(";")[1] || "1") - 1);
    else if (command === "J") this.#erase(count);
    else if (command !== "m") throw new Error(`the model knows no CSI ${numbers}${command}`);
  }

  #erase(mode: number): void {
    if (mode === 0) {
      this.#lines.length = this.#row + 1;
      this.#lines[this.#row]?.splice(this.#column);
    } else {
      this.#lines = this.#lines.map(() => []);
    }
  }
}
