/** A line, or an argv, → one run of a command. Anything that it throws becomes words and an exit status. */
import { nearest } from "../catalogue/instance-options.ts";
import { type ErrorCode, exitCodeOf, exitCodes, messageOf, NetlabError } from "../errors.ts";
import type { TableCells } from "../lab/cluster-view.ts";
import { withNode } from "../lab/documents.ts";
import type { Lab } from "../lab/lab.ts";
import { harmless } from "../printable.ts";
import { auditedLine, isAudited, maskedText } from "./audited-line.ts";
import type { Call, CodeOptions, Command, ReadAs } from "./command.ts";
import { type CommandTable, commandTable, distinct } from "./command-folder.ts";
import type { Evaluation } from "./evaluation/evaluation.ts";
import { type Level, reaches, refuseBeyond, refuseOptionsBeyond } from "./levels.ts";
import { splitWords, wordsSoFar } from "./line-words.ts";
import { flagsOf } from "./option-flags.ts";
import { parseCall, schemaFor } from "./parse-command.ts";
import { joinText, splitAtText } from "./rest-of-line.ts";
import { styleOf } from "./style.ts";
import { table } from "./text-table.ts";
import { UNCUT_COLUMNS } from "./wrapped.ts";

/** Takes a run's answer, and asks the operator. */
export interface Responder {
  out(text: string): void;
  /** `code`: the row of the error table that this sentence is of. */
  err(text: string, code?: ErrorCode): void;
  data(document: unknown): void;
  /** Present where tables are put together with others, and drawn then. */
  table?(table: TableCells): void;
  /** Absent where nothing can be drawn over. */
  frame?(text: string): void;
  ask(question: string): Promise<string>;
  /** Absent where the operator sends no files: a plain connection. */
  readFile?(path: string, as?: ReadAs): Promise<string>;
  writeFile?(path: string, text: string): Promise<void>;
  readonly isBehind: boolean;
  /** Realm of this operator's code; absent where none is evaluated. */
  readonly evaluation?: (() => Promise<Evaluation>) | undefined;
  /** Tells that the code is unfinished; absent where the operator has no more lines. */
  more?(): void;
}

export interface RunRequest {
  readonly line?: string | undefined;
  readonly argv?: readonly string[] | undefined;
  /** Options as values, by key, beside those among the words: a program need not write them as a person types them. */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  readonly colors?: boolean | undefined;
  /** More lines may follow: unfinished code is no mistake. */
  readonly mayContinue?: boolean | undefined;
  /** Name of the person, as the client's machine knows it. */
  readonly user?: string | undefined;
}

/** A line or argv of an operator, and the taker of the answer. */
export interface Run {
  readonly lab: Lab;
  readonly level: Level;
  readonly request: RunRequest;
  readonly responder: Responder;
  /** Aborted by Ctrl-C, and when the operator leaves. */
  readonly signal: AbortSignal;
  /** Told before it runs of a line that belongs into the audit. */
  readonly onAudited?: (line: string) => void;
  /** Another node asks, this one alone. */
  readonly isFromNode?: boolean;
}

/** Resolves to the exit status; never rejects. */
export async function evaluate(run: Run): Promise<number> {
  const { lab, level, request, responder, signal } = run;
  try {
    const name = nameIn(request);
    if (name === undefined || name.startsWith("#")) return exitCodes.done;
    const commands = await commandTable();
    const code = codeIn(request, commands, name);
    await lab.fresh?.(code !== undefined || name === "eval");
    if (code !== undefined && (mayEvaluate(run) || code.isMarked))
      run.onAudited?.(maskedText(request.line ?? "", lab));
    if (code !== undefined && (mayEvaluate(run) || code.isMarked))
      return await evaluateCode(code.text, {}, { ...run, ...(code.isMarked ? {} : { commands }) });
    const command = findCommand(commands, name);
    const words = wordsFor(command, request, lab);
    const help = helpWords(command, words);
    const asked = help ? { command: findCommand(commands, "help"), words: help } : { command, words };
    const told = { ...asked, options: request.options };
    if (run.onAudited && isAudited(told, lab)) run.onAudited(auditedLine(told, lab));
    refuseBeyond(level, asked.command);
    const exit = await runWhere({ ...run, ...asked, commands });
    return exit === exitCodes.done && signal.aborted ? exitCodes.interrupted : exit;
  } catch (error) {
    if (!(error instanceof NetlabError)) lab.reportFault(error, `a command crashed: ${messageOf(error)}`);
    responder.err(harmless(messageOf(error)), error instanceof NetlabError ? error.code : undefined);
    return exitCodeOf(error);
  }
}

/** The code for several nodes is loaded where there are several. */
async function runWhere(run: CommandRun): Promise<number> {
  const { cluster } = run.lab;
  if (!cluster || run.isFromNode) return runHere(run);
  const { runAcross } = await import("./across-nodes.ts");
  return runAcross(run, cluster, runHere);
}

const runHere = async (run: CommandRun): Promise<number> =>
  (await run.command.run(callOf(run))) ?? exitCodes.done;

/** `= …` is code whatever it begins with; without the mark, a line is whose first word is no command. */
function codeIn({ line }: RunRequest, commands: CommandTable, name: string) {
  if (line === undefined) return undefined;
  const marked = /^\s*=(?!=)/.exec(line);
  if (marked) return { text: line.slice(marked[0].length), isMarked: true };
  return commands.has(name) ? undefined : { text: line, isMarked: false };
}

/** Code is for who owns the daemon alone: a line of anybody else is a command, or a slip of the pen. */
const mayEvaluate = ({ level, responder }: Run) =>
  reaches(level, "own") && responder.evaluation !== undefined;

interface CodeRun extends Run {
  /** Commands that the code could have been meant to be. */
  readonly commands?: CommandTable;
}

async function evaluateCode(
  code: string,
  { isJson = false, timeoutMs }: CodeOptions,
  { commands, level, request, responder, signal }: CodeRun,
): Promise<number> {
  if (!reaches(level, "own")) throw new NetlabError("needs-level/code", { needed: "own", level });
  if (!responder.evaluation) throw new NetlabError("eval-off");
  const evaluation = await responder.evaluation();
  const outcome = await evaluation.evaluate(code, {
    columns: columnsOf(request),
    hasColors: request.colors === true,
    signal,
    timeoutMs,
    isJson,
    commands: commands && [...commands.keys()],
    out: (text) => responder.out(harmless(text, request.colors)),
    err: (text) => responder.err(harmless(text, request.colors)),
    data: (document) => responder.data(document),
  });
  if (outcome === "done") return exitCodes.done;
  if (!request.mayContinue || !responder.more) throw new NetlabError("bad-code/unfinished");
  responder.more();
  return exitCodes.done;
}

const columnsOf = ({ columns = UNCUT_COLUMNS }: RunRequest) => Math.max(40, columns);

function nameIn({ argv, line = "" }: RunRequest): string | undefined {
  return argv ? argv[0] : wordsSoFar(line).find(({ start }) => start < line.length)?.text;
}

/** Words behind the command's name. */
function wordsFor(command: Command, { argv, line = "" }: RunRequest, lab: Lab): readonly string[] {
  if (!command.takesRestOfLine)
    return (
      argv?.slice(1) ??
      splitWords(line)
        .slice(1)
        .map(({ text }) => text)
    );
  const flags = flagsOf(schemaFor(command, [], lab));
  return argv ? joinText(command, flags, argv.slice(1)) : splitAtText(command, flags, line);
}

/** `tap --help` is `help tap`, `spawn echo --help` is `help spawn echo`; in a text to be sent it is a word like others. */
function helpWords({ name, takesRestOfLine, optionsOf }: Command, words: readonly string[]) {
  const at = words.findIndex((word) => word === "--help" || word === "-h");
  if (at < 0 || (takesRestOfLine && at > 0)) return undefined;
  const [role] = optionsOf ? words.filter((word) => !word.startsWith("-")) : [];
  return role === undefined ? [name] : [name, role];
}

export interface CommandRun extends Run {
  readonly command: Command;
  /** Words behind its name. */
  readonly words: readonly string[];
  readonly commands: CommandTable;
}

function callOf({ command, words, commands, ...run }: CommandRun): Call {
  const { lab, level, request, responder, signal } = run;
  const { args, rest, options, isJson, isWide } = parseCall(command, words, lab, request.options);
  refuseOptionsBeyond(level, command.name, schemaFor(command, words, lab), options);
  const columns = () => (isWide ? UNCUT_COLUMNS : columnsOf(request));
  const out = (text: string) => responder.out(harmless(text, request.colors));
  return {
    lab,
    level,
    isFromNode: run.isFromNode === true,
    args,
    rest,
    options,
    isJson,
    get columns() {
      return columns();
    },
    get rows() {
      return responder.frame && request.rows;
    },
    style: styleOf(request.colors === true),
    signal,
    commands,
    out,
    err: (text) => responder.err(harmless(text, request.colors)),
    data: (document) => responder.data(lab.cluster ? withNode(document, lab.cluster.own) : document),
    table: (head, rows, firstToGive = "") =>
      responder.table
        ? responder.table({ head, rows, firstToGive })
        : out(table(head, rows, columns(), firstToGive)),
    ask: (question) => responder.ask(harmless(question, request.colors)),
    frame: (text) => {
      const safe = harmless(text, request.colors);
      if (responder.frame) responder.frame(safe);
      else responder.out(safe);
    },
    evaluate: (code, options) => evaluateCode(code, options, run),
    readFile: (path, as) => responder.readFile?.(path, as) ?? Promise.reject(sendsNoFiles(path)),
    writeFile: (path, text) => responder.writeFile?.(path, text) ?? Promise.reject(writesNoFiles(path)),
    get isBehind() {
      return responder.isBehind;
    },
  };
}

function writesNoFiles(path: string): NetlabError {
  return new NetlabError("file-not-written/plain", { file: path });
}

function sendsNoFiles(path: string): NetlabError {
  return new NetlabError("file-not-read/plain", { file: path });
}

export function findCommand(commands: CommandTable, name: string): Command {
  const command = commands.get(name);
  if (command) return command;
  const near = nearest(
    name,
    distinct(commands).map((one) => one.name),
  );
  throw new NetlabError("no-such-command/none", {
    name,
    hint: near ? `did you mean ${near}?` : "help lists them",
  });
}
