/**
 * Commands whose last argument is the rest of the line as it was typed, e.g. `say`: blanks, quotes and backslashes are
 * the text's own. Options stand before it; `--` ends them, for a text that looks like one.
 */
import type { Command } from "./command.ts";
import { wordsSoFar } from "./line-words.ts";
import type { Flag } from "./option-flags.ts";

const JSON_FLAG = "--json";
const WIDE_FLAG = "--wide";

/** The words after the command's name, with the text as one word behind `--`. */
export function splitAtText(command: Command, flags: readonly Flag[], line: string): string[] {
  const words = wordsSoFar(line)
    .filter(({ start }) => start < line.length)
    .slice(1);
  const { head, next } = headOf(
    command,
    flags,
    words.map(({ text }) => text),
  );
  const start = words[next]?.start;
  return start === undefined ? head : [...head, "--", line.slice(start)];
}

/**
 * The same for words that a shell has split. `netlabctl --json` puts its option behind the words where there is no `--`,
 * so there it is no part of the text.
 */
export function joinText(command: Command, flags: readonly Flag[], argv: readonly string[]): string[] {
  const { head, next } = headOf(command, flags, argv);
  const isJson = argv.at(-1) === JSON_FLAG && !argv.slice(0, -1).includes("--");
  const text = argv.slice(next, isJson ? Math.max(next, argv.length - 1) : undefined);
  const options = isJson && !head.includes(JSON_FLAG) ? [JSON_FLAG, ...head] : head;
  return text.length === 0 ? options : [...options, "--", text.join(" ")];
}

/** Options and arguments before the text, and the index of its first word. */
function headOf(
  { args = [] }: Command,
  flags: readonly Flag[],
  words: readonly string[],
): { head: string[]; next: number } {
  const takesValue = new Map(flags.map(({ long, kind }) => [long, kind !== "boolean"]));
  takesValue.set(JSON_FLAG, false);
  takesValue.set(WIDE_FLAG, false);
  const head: string[] = [];
  let missing = args.length - 1;
  let mayBeOption = true;
  for (let next = 0; next < words.length; next += 1) {
    const word = words[next] ?? "";
    const [option = ""] = word.split("=");
    if (mayBeOption && word === "--") mayBeOption = false;
    else if (mayBeOption && takesValue.has(option)) {
      const isValueNext = takesValue.get(option) === true && option === word && next + 1 < words.length;
      head.push(...words.slice(next, next + (isValueNext ? 2 : 1)));
      if (isValueNext) next += 1;
    } else if (missing > 0) {
      // A word that looks like an option and is none is for the parser to refuse.
      head.push(word);
      missing -= 1;
    } else return { head, next };
  }
  return { head, next: words.length };
}
