/** Place in a line where the command begins that is being typed: behind `;`, `!`, and the time of `watch`. Pure. */
import type { CommandTable } from "./command-folder.ts";
import { wordsSoFar } from "./line-words.ts";

const WATCH = /^watch\s+(?:--n(?:\s+|=)\S+\s+)?[^\s-]\S*\s+/;

export function commandStart(line: string, commands: CommandTable): number {
  let start = 0;
  for (;;) {
    const text = line.slice(start);
    const [lead = ""] = /^\s*(?:!\s*)?/.exec(text) ?? [];
    const rest = text.slice(lead.length);
    const skipped = lead.length + (WATCH.exec(rest)?.[0].length ?? semicolonIn(rest, commands));
    if (skipped === 0 || (skipped === lead.length && lead.trim() === "")) return start;
    start += skipped;
  }
}

/** Place of the word that names a filter: the one right behind a `|`. */
export function filterStart(command: string, commands: CommandTable): number | undefined {
  const words = wordsSoFar(command);
  const [before, current] = words.slice(-2);
  if (!before || !current || command[before.start] !== "|" || isText(command, commands)) return undefined;
  return before.end - before.start === 1 ? current.start : undefined;
}

/** So many characters up to and with the first semicolon that ends a command; 0: there is none. */
function semicolonIn(rest: string, commands: CommandTable): number {
  if (isText(rest, commands)) return 0;
  let quote = "";
  for (let index = 0; index < rest.length; index += 1) {
    const character = rest[index] ?? "";
    if (character === "\\" && quote !== "'") index += 1;
    else if (character === quote) quote = "";
    else if (quote === "" && /["']/.test(character)) quote = character;
    else if (quote === "" && character === ";") return index + 1;
  }
  return 0;
}

/** Signs of such a command are its own: the rest of such a line is a text, or it is no command. */
function isText(rest: string, commands: CommandTable): boolean {
  const command = commands.get(/^[^\s;|>]*/.exec(rest.trimStart())?.[0] ?? "");
  return command === undefined || command.takesRestOfLine === true;
}
