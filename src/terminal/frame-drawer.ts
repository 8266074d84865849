/** Live tables: each frame is drawn over the one before it, cut to the screen, which may have been resized meanwhile. */
import stringWidth from "string-width";
import { asLines, type OutputStream } from "./output-stream.ts";

const USUAL_ROWS = 24;

export class FrameDrawer {
  readonly #screen: OutputStream;
  #before: readonly string[] = [];

  constructor(screen: OutputStream) {
    this.#screen = screen;
  }

  /** Text to print. Without a terminal, frames stand one below the other. */
  draw(text: string): string {
    const lines = asLines(text).slice(0, -1).split("\n");
    if (!this.#screen.isTTY) {
      const gap = this.#before.length > 0 ? "\n" : "";
      this.#before = lines;
      return `${gap}${lines.join("\n")}\n`;
    }
    const most = Math.max(2, (this.#screen.getWindowSize?.()[1] || USUAL_ROWS) - 1);
    const isTooLong = lines.length > most;
    const shown = isTooLong
      ? [...lines.slice(0, most - 1), `… ${lines.length - most + 1} lines more`]
      : lines;
    const up = this.#rowsNow();
    this.#before = shown;
    return `${up > 0 ? `\x1b[${up}A\r` : ""}\x1b[J${shown.join("\n")}\n`;
  }

  /** Something else was printed: the next frame stands below it. */
  forget(): void {
    this.#before = [];
  }

  /** Terminals wrap anew what they show: a narrower one has it in more rows. */
  #rowsNow(): number {
    const columns = this.#screen.columns || Number.POSITIVE_INFINITY;
    return this.#before.reduce((sum, line) => sum + Math.max(1, Math.ceil(stringWidth(line) / columns)), 0);
  }
}
