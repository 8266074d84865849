import { styleText } from "node:util";
import type { LineEditor } from "./line-editor.ts";

const styles: Record<Style, Parameters<typeof styleText>[0]> = {
  prompt: ["bold", "cyan"],
  error: "red",
  warn: "yellow",
  info: "dim",
};

type Style = "prompt" | "error" | "warn" | "info";

/** How the terminal's own sentences look, with colours or without. */
export class Notices {
  readonly hasColors: boolean;
  #nodes = 1;
  /** Before a line that goes on with the code above it. */
  readonly continuation: string;
  readonly #editor: LineEditor;

  constructor(editor: LineEditor, hasColors: boolean) {
    this.#editor = editor;
    this.hasColors = hasColors;
    this.continuation = this.#styled("info", "   ...> ");
  }

  /** Says how many nodes the lab has, where it has several. */
  get prompt(): string {
    return this.#styled("prompt", this.#nodes > 1 ? `netlab(${this.#nodes} nodes)> ` : "netlab> ");
  }

  /** True where that makes the prompt another. */
  setNodes(count: number): boolean {
    const isOther = count !== this.#nodes;
    this.#nodes = count;
    return isOther;
  }

  /** Above the line being typed. Text that the daemon coloured keeps its colours. */
  say(style: Style, text: string): Promise<void> {
    return this.#editor.print(text.includes("\x1b[") ? text : this.#styled(style, text));
  }

  #styled(style: Style, text: string): string {
    // A style that spans the last newline would colour the row below on some terminals; print adds the newline again.
    return this.hasColors
      ? styleText(styles[style], text.replace(/\n$/, ""), { validateStream: false })
      : text;
  }
}
