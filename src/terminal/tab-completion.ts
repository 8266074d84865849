/** Tab: the daemon knows what may stand at the cursor; here its candidates become text in the line, or a list. */
import stringWidth from "string-width";
import type { ControlClient } from "../control/control-client.ts";
import type { LineEditor } from "./line-editor.ts";

interface Candidate {
  readonly value: string;
  readonly summary?: string | undefined;
  /** Whether it is a part of a word: no blank belongs behind it. */
  readonly isOpen?: boolean | undefined;
}

interface Answer {
  /** Place in the line where the candidates' text begins. */
  readonly from: number;
  readonly candidates: readonly Candidate[];
}

/** A list that fills the screen is no help: type another letter. */
const LISTED_LIMIT = 40;
const GAP = "  ";

const clientCommands: readonly Candidate[] = [
  { value: "clear", summary: "empties the screen" },
  { value: "quit", summary: "leaves; the daemon goes on" },
];

export class TabCompletion {
  readonly #client: ControlClient;
  readonly #editor: LineEditor;
  /** Line after the last Tab; Tab on the same line, with nothing to add, lists the candidates. */
  #lastState: string | undefined;

  constructor(client: ControlClient, editor: LineEditor) {
    this.#client = client;
    this.#editor = editor;
  }

  async tab(columns: number | undefined): Promise<void> {
    const editor = this.#editor;
    const { line, cursor } = editor;
    const isAgain = this.#lastState === stateOf(editor);
    this.#lastState = stateOf(editor);
    const answer = await this.#ask(line, cursor).catch(() => undefined);
    // Keys are taken meanwhile: an answer to a line that is no longer there is no answer.
    if (!answer || !editor.isShown || editor.line !== line || editor.cursor !== cursor) return;
    const { from } = answer;
    const isFirstWord = line.slice(0, from).trim() === "";
    const candidates = isFirstWord ? withOwn(answer.candidates, line.slice(from, cursor)) : answer.candidates;
    const insertion = insertionFor(candidates, line.slice(from, cursor), line.slice(cursor));
    if (insertion !== undefined) {
      editor.replace(from, insertion);
      this.#lastState = stateOf(editor);
    } else if (isAgain && candidates.length > 0) {
      await editor.print(listOf(candidates, columns));
    }
  }

  async #ask(line: string, cursor: number): Promise<Answer | undefined> {
    let answer: Answer | undefined;
    const data = (document: unknown) => {
      if (isAnswer(document)) answer = document;
    };
    await this.#client.request("complete", { line, cursor }, { data });
    return answer;
  }
}

/** The commands that the client keeps to itself are offered beside the daemon's. */
function withOwn(candidates: readonly Candidate[], typed: string): readonly Candidate[] {
  const known = new Set(candidates.map(({ value }) => value));
  return [
    ...candidates,
    ...clientCommands.filter(({ value }) => value.startsWith(typed) && !known.has(value)),
  ];
}

/** The text that takes the place of what was typed, or undefined when there is nothing to add. */
export function insertionFor(
  candidates: readonly Candidate[],
  typed: string,
  behind: string,
): string | undefined {
  const prefix = commonPrefix(candidates.map((candidate) => candidate.value));
  const isSure = candidates.length === 1;
  // A word that is complete wants its space, save where more of it must follow.
  const needsSpace = isSure && !candidates[0]?.isOpen && !/[\s=/:]$/.test(prefix) && !/^\s/.test(behind);
  const text = needsSpace ? `${prefix} ` : prefix;
  const isLonger = text.length > typed.length && text.startsWith(typed);
  // Candidates that are not spelt as they were typed (another case, say) replace it only when there is no doubt.
  return isLonger || (isSure && text !== typed) ? text : undefined;
}

function commonPrefix(values: readonly string[]): string {
  let prefix = values[0] ?? "";
  for (const value of values) {
    while (!value.startsWith(prefix)) prefix = prefix.slice(0, -1);
  }
  return prefix;
}

/** Two columns: what can be typed, and what it is. Without summaries, as many columns as fit. */
export function listOf(candidates: readonly Candidate[], columns = 80): string {
  const listed = candidates.slice(0, LISTED_LIMIT);
  const width = Math.max(...listed.map(({ value }) => stringWidth(value)));
  const rows = listed.some(({ summary }) => summary)
    ? listed.map(({ value, summary = "" }) =>
        cut(`${padded(value, width)}${GAP}${summary}`.trimEnd(), columns),
      )
    : grid(listed, width, columns);
  const more = candidates.length - listed.length;
  return [...rows, ...(more > 0 ? [`and ${more} more`] : [])].join("\n");
}

function grid(candidates: readonly Candidate[], width: number, columns: number): string[] {
  const perRow = Math.max(1, Math.floor((columns + GAP.length) / (width + GAP.length)));
  const rows: string[] = [];
  for (let start = 0; start < candidates.length; start += perRow) {
    const cells = candidates.slice(start, start + perRow).map(({ value }) => padded(value, width));
    rows.push(cells.join(GAP).trimEnd());
  }
  return rows;
}

function padded(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - stringWidth(text)));
}

function cut(text: string, columns: number): string {
  if (stringWidth(text) <= columns) return text;
  let kept = "";
  for (const character of text) {
    if (stringWidth(kept + character) >= columns) break;
    kept += character;
  }
  return `${kept}…`;
}

function stateOf({ line, cursor }: LineEditor): string {
  return `${cursor} ${line}`;
}

function isAnswer(document: unknown): document is Answer {
  const { from, candidates } = (document ?? {}) as Partial<Answer>;
  return (
    typeof from === "number" &&
    Array.isArray(candidates) &&
    candidates.every((candidate) => typeof candidate?.value === "string")
  );
}
