/** Markdown prose as a terminal shows it: paragraphs wrapped to its width, headings and code in their colours. */
import stringWidth from "string-width";
import { printable } from "../printable.ts";
import type { Style } from "../repl/style.ts";

/** Wider lines are hard to read. */
const WIDEST = 92;
/** Beginnings of lines that are not joined to the one before them. */
const STARTS = /^(\s*)([-*+]|\d+[.)]|[>|]|#+)\s/;

export function proseText(lines: readonly string[], columns: number, style: Style): string {
  const paragraphs = joined(lines.map((line) => printable(line.replaceAll("\t", "    "), 10_000)));
  return paragraphs.map((text) => shown(text, Math.min(columns, WIDEST), style)).join("\n");
}

/** Each paragraph, list item, heading or table row on one line; empty lines stay, one at a time. */
function joined(lines: readonly string[]): string[] {
  const paragraphs: string[] = [];
  for (const line of lines) {
    const before = paragraphs.at(-1);
    const isNew =
      line.trim() === "" || !before || STARTS.test(`${line} `) || /^#/.test(before) || /^\s*\|/.test(line);
    if (!isNew) paragraphs[paragraphs.length - 1] = `${before} ${line.trim()}`;
    else if (line.trim() !== "" || before) paragraphs.push(line.trimEnd());
  }
  while (paragraphs.at(-1) === "") paragraphs.pop();
  return paragraphs;
}

function shown(text: string, columns: number, style: Style): string {
  const [, title] = /^#+\s+(.*)$/.exec(text) ?? [];
  if (title !== undefined) return style.bold(title);
  if (/^\s*\|/.test(text)) return text;
  const [lead = ""] = /^\s*([-*+]|\d+[.)]|>)\s+/.exec(text) ?? [];
  return wrapped(text.replace(/\[([^\]]+)\]\(([^)]+)\)/g, "$1 ($2)"), columns, " ".repeat(lead.length))
    .map((line) => inline(line, style))
    .join("\n");
}

function wrapped(text: string, columns: number, indent: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/(?<=\S) +/)) {
    if (line !== "" && stringWidth(`${line} ${word}`) > columns) {
      lines.push(line);
      line = indent + word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Signs stay where there are no colours to say it. */
const inline = (line: string, style: Style) =>
  line
    .replace(/`([^`]+)`/g, (typed: string, code: string) => painted(style.accent(code), code, typed))
    .replace(/\*\*([^*]+)\*\*/g, (typed: string, strong: string) =>
      painted(style.bold(strong), strong, typed),
    );

const painted = (text: string, plain: string, typed: string) => (text === plain ? typed : text);
