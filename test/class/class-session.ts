/** An operator of a class lab: lines, and what they answer. */

import { evaluate } from "../../src/repl/evaluator.ts";
import type { Level } from "../../src/repl/levels.ts";
import type { ClassDaemon } from "./class-daemon.ts";

export interface Answered {
  readonly exit: number;
  /** What was printed, on either side. */
  readonly text: string;
  readonly documents: readonly unknown[];
  /** Files that were written. */
  readonly files: Readonly<Record<string, string>>;
}

/** `answers`: to questions, in their order. `reads`: files of the operator's. `onData`: as a document is handed out. */
export async function run(
  { daemon }: ClassDaemon,
  line: string,
  options: {
    readonly level?: Level;
    readonly answers?: readonly string[];
    readonly reads?: Readonly<Record<string, string>>;
    readonly onData?: () => void;
  } = {},
): Promise<Answered> {
  const lines: string[] = [];
  const documents: unknown[] = [];
  const files: Record<string, string> = {};
  const answers = [...(options.answers ?? [])];
  const keep = (text: string) => void lines.push(text);
  const responder = {
    out: keep,
    err: keep,
    data: (document: unknown) => {
      documents.push(JSON.parse(JSON.stringify(document)));
      options.onData?.();
    },
    frame: keep,
    ask: async (question: string) => {
      keep(question);
      return answers.shift() ?? "";
    },
    readFile: async (file: string) => options.reads?.[file] ?? "",
    writeFile: async (file: string, text: string) => {
      files[file] = text;
    },
    isBehind: false,
  };
  const exit = await evaluate({
    lab: daemon.lab,
    request: { line, columns: 100 },
    responder,
    level: options.level ?? "own",
    signal: new AbortController().signal,
  });
  return { exit, text: lines.join("\n"), documents, files };
}
