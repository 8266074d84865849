/** The person or pipe in front of a stand-alone client: lines in, what the peer says out, above the line being typed. */
import { createInterface } from "node:readline";
import type { Screen } from "../machines/_world.ts";
import { printable } from "../printable.ts";
import { styleOf } from "../repl/style.ts";
import { hintText } from "../stories/cause-text.ts";
import { LineEditor } from "../terminal/line-editor.ts";

export interface User extends Screen {
  /** From here on lines are heard. */
  listen(onLine: (line: string) => void, onEnd: () => void): void;
  close(): Promise<void>;
}

const PROMPT = "> ";

/** Control characters of a peer never reach a terminal raw; its line breaks stay what they are. */
function readable(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => printable(line).replaceAll("\\\\", "\\"))
    .join("\n");
}

/** On a terminal with line editing; from a pipe line by line, with nothing printed but what the peer says. */
export function userOf(hasColors: boolean, onCtrlC: () => void): User {
  return process.stdin.isTTY && process.stdout.isTTY ? userAtTerminal(hasColors, onCtrlC) : userBehindPipe();
}

function userAtTerminal(hasColors: boolean, onCtrlC: () => void): User {
  const style = styleOf(hasColors);
  let hear: (line: string) => void = () => undefined;
  let end: () => void = () => undefined;
  const editor = new LineEditor({
    input: process.stdin,
    output: process.stdout,
    history: [],
    onLine: (line) => {
      hear(line);
      editor.show(PROMPT);
    },
    onCtrlC,
    onCtrlD: () => end(),
    onTab: () => undefined,
    onHangUp: onCtrlC,
  });
  return {
    show: (text) => void editor.print(readable(text)),
    hint: (hint) => void editor.print(style.odd(printable(hintText(hint)))),
    listen(onLine, onEnd) {
      hear = onLine;
      end = onEnd;
      editor.show(PROMPT);
    },
    close: () => editor.close(),
  };
}

function userBehindPipe(): User {
  const lines = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY });
  // Lines that are read before a client listens must not be lost.
  lines.pause();
  return {
    show: (text) => process.stdout.write(`${process.stdout.isTTY ? readable(text) : text}\n`),
    hint: (hint) => process.stderr.write(`${printable(hintText(hint))}\n`),
    listen(onLine, onEnd) {
      lines.on("line", onLine);
      lines.on("close", onEnd);
      lines.resume();
    },
    close: async () => {
      lines.close();
      process.stdin.pause();
    },
  };
}
