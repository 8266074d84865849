/** Faults in an operator's code, in a sentence and with the one line that it is about. */
import { types } from "node:util";
import { messageOf, NetlabError } from "../../errors.ts";
import { printableLines } from "../../printable.ts";

/** Scripts are called `line 3`, so that a stack tells which. */
export const scriptName = (number: number) => `netlab-line-${number}`;
const PLACE = /netlab-line-(\d+):(\d+)/;
const MAX_LINE = 100;

export interface Source {
  readonly text: string;
  readonly lineOf: (line: number) => number;
}

/** Only within a turn: an error's parts may be getters. `current` is the number of the line that was typed last. */
export function codeError(
  error: unknown,
  current: number,
  sources: ReadonlyMap<number, Source>,
): NetlabError {
  if (error instanceof NetlabError) return error;
  if (!types.isNativeError(error))
    return failure(`thrown: ${typeof error === "string" ? error : describe(error)}`);
  const { name, message } = error;
  const text = message.includes("dynamic import") ? "a line imports nothing: lab is in scope" : message;
  return failure(`${name}: ${text}${placeOf(String(error.stack), current, sources)}`, error);
}

/** A single line was just typed and is on the screen: it is not shown again. */
function placeOf(stack: string, current: number, sources: ReadonlyMap<number, Source>): string {
  const [, script, line] = PLACE.exec(stack) ?? [];
  const source = sources.get(Number(script));
  if (!source) return "";
  const lines = source.text.split("\n");
  const number = source.lineOf(Number(line));
  if (Number(script) === current && lines.length === 1) return "";
  const shown = (lines[number - 1] ?? "").trim().slice(0, MAX_LINE);
  return `\n  ${Number(script) === current ? "" : "typed before, "}line ${number}: ${shown}`;
}

const describe = (error: unknown) =>
  typeof error === "object" && error !== null ? "an object" : String(error);

const failure = (text: string, cause?: unknown) =>
  new NetlabError("code-failed/thrown", { what: printableLines(text) }, { cause });

/** Code that is none: what is wrong, and where. */
export function syntaxError(source: string, message: string, line: number, column: number): NetlabError {
  const lines = source.split("\n");
  const shown = lines[line - 1] ?? "";
  const from = Math.max(0, column - 40);
  const where = lines.length > 1 ? `line ${line}: ` : "";
  const mark = `  ${shown.slice(from, from + 70)}\n  ${" ".repeat(Math.max(0, column - from))}^`;
  return new NetlabError("bad-code/syntax", {
    where,
    why: printableLines(messageOf(message)),
    mark: printableLines(mark),
  });
}
