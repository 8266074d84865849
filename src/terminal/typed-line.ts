/**
 * Signs that a person may type around commands, the way a shell takes them: `conns | grep c17`, `ls > roles.txt`, `spawn echo; conns`,
 * `! spawn nothing`, and a comment behind ` # `. Pure. Commands that take the rest of the line as it is (`say`, `send`), and
 * lines that begin with no command at all, are left alone: there these signs are the text's own.
 */
import { NetlabError } from "../errors.ts";
import { splitWords, type Word, wordsSoFar } from "../repl/line-words.ts";

export interface Traits {
  readonly takesRestOfLine: boolean;
}

export interface Statement {
  /** As the daemon is to read it. */
  readonly command: string;
  /** The words of each filter: `["grep", "-v", "x"]`. */
  readonly filters: readonly (readonly string[])[];
  readonly file: { readonly path: string; readonly isAppended: boolean } | undefined;
  /** `! …`: it is to fail. */
  readonly isToFail: boolean;
}

/** Whether a line may hold more than one plain command: only then the table of commands is needed. */
export const mayBePlumbed = (line: string) => /[|>;#]|^\s*!/.test(line);

/** Throws where a quote is not closed, and where a `|` or `>` has nothing to join. */
export function statementsOf(line: string, traitsOf: (name: string) => Traits | undefined): Statement[] {
  const statements: Statement[] = [];
  for (let rest: string | undefined = line; rest !== undefined; ) {
    const { text, isToFail } = negation(rest, traitsOf);
    const traits = traitsOf(firstWord(text));
    if (text === "" || text.startsWith("#")) return [...statements, ...emptyRest(text, rest)];
    if (!traits || traits.takesRestOfLine) return [...statements, { ...plain(text), isToFail }];
    const cut = cutAtSemicolon(text);
    if (cut.head.trim() !== "") statements.push({ ...plumbed(cut.head), isToFail });
    rest = cut.rest;
  }
  return statements;
}

const plain = (command: string): Statement => ({ command, filters: [], file: undefined, isToFail: false });

/** A lone `!`, or one before no command, is for the reader of such lines. */
const emptyRest = (text: string, rest: string) => (text === "" && rest.trim() === "!" ? [plain("!")] : []);

function negation(rest: string, traitsOf: (name: string) => Traits | undefined) {
  // Between two semicolons there may be nothing.
  const text = rest.replace(/^[\s;]+/, "").trim();
  const negated = /^!\s*(.*)$/s.exec(text)?.[1];
  return negated !== undefined && traitsOf(firstWord(negated))
    ? { text: negated, isToFail: true }
    : { text, isToFail: false };
}

const firstWord = (text: string) => /^[^\s;|>"']*/.exec(text.trim())?.[0] ?? "";

function cutAtSemicolon(text: string): { head: string; rest: string | undefined } {
  let quote = "";
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] ?? "";
    const isComment = character === "#" && quote === "" && /\s/.test(text[index - 1] ?? "");
    if (isComment) return { head: text.slice(0, index), rest: undefined };
    if (character === "\\" && quote !== "'") index += 1;
    else if (character === quote) quote = "";
    else if (quote === "" && (character === '"' || character === "'")) quote = character;
    else if (quote === "" && character === ";")
      return { head: text.slice(0, index), rest: text.slice(index + 1) };
  }
  return { head: text, rest: undefined };
}

/** A command with what stands behind it. */
function plumbed(text: string): Statement {
  // A sign that was quoted or escaped does not begin its word.
  const words = splitWords(text);
  const signs = words.filter(({ start }) => text[start] === "|" || text[start] === ">");
  const [first] = signs;
  if (!first) return plain(text.trim());
  const parts = signs.map((sign, index) => part(text, sign, signs[index + 1]));
  const file = parts.findIndex(({ sign }) => sign !== "|");
  if (file >= 0 && file < parts.length - 1)
    throw new NetlabError("usage/file-stands-last", { sign: parts[file]?.sign ?? "" });
  const filters = parts.filter(({ sign }) => sign === "|").map(({ words: inner }) => inner);
  return { command: text.slice(0, first.start).trim(), filters, file: fileOf(parts.at(-1)), isToFail: false };
}

interface Part {
  readonly sign: "|" | ">" | ">>";
  readonly words: readonly string[];
}

function part(text: string, { start }: Word, next: Word | undefined): Part {
  const sign = text[start] === "|" ? "|" : text[start + 1] === ">" ? ">>" : ">";
  const words = wordsSoFar(text.slice(start + sign.length, next?.start).trim()).map((word) => word.text);
  if (words.join("") === "")
    throw sign === "|"
      ? new NetlabError("usage/pipe-wants-filter")
      : new NetlabError("usage/sign-wants-file", { sign });
  return { sign, words };
}

function fileOf(last: Part | undefined): Statement["file"] {
  if (!last || last.sign === "|") return undefined;
  const [path = "", ...more] = last.words;
  if (more.length > 0)
    throw new NetlabError("usage/one-file", { sign: last.sign, words: last.words.join(" ") });
  return { path, isAppended: last.sign === ">>" };
}

/** Lines that ask for nothing. */
export function isIdle(line: string): boolean {
  return line === "" || line.startsWith("#");
}

/** The commands that end a session are the client's own: the daemon goes on. */
export function isLeaving(line: string): boolean {
  return line === "quit" || line === "exit";
}
