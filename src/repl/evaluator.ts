/** One line, or one argv, → one run of a command. Whatever it throws becomes words and an exit status. */
import { nearest } from "../actors/instance-options.ts";
import { exitCodeOf, exitCodes, messageOf, NetlabError } from "../errors.ts";
import type { Lab } from "../lab.ts";
import type { Call, Command } from "./command.ts";
import { type CommandTable, commandTable, distinct } from "./command-folder.ts";
import { parseCall } from "./parse-command.ts";
import { styleOf } from "./style.ts";
import { splitWords } from "./words.ts";

/** Where a run's answer goes. */
export interface Outlet {
  out(text: string): void;
  err(text: string): void;
  data(document: unknown): void;
  ask(question: string): Promise<string>;
  readonly isBehind: boolean;
}

export interface RunRequest {
  readonly line?: string | undefined;
  readonly argv?: readonly string[] | undefined;
  readonly columns?: number | undefined;
  readonly colors?: boolean | undefined;
}

const USUAL_COLUMNS = 80;

/** Resolves to the exit status; never rejects. */
export async function evaluate(
  lab: Lab,
  request: RunRequest,
  outlet: Outlet,
  signal: AbortSignal,
): Promise<number> {
  try {
    const argv = request.argv ?? splitWords(request.line ?? "").map(({ text }) => text);
    const [name, ...rest] = argv;
    if (name === undefined || name.startsWith("#")) return exitCodes.done;
    const commands = await commandTable();
    const call = callOf(lab, findCommand(commands, name), rest, request, outlet, signal, commands);
    const exit = (await call.command.run(call.call)) ?? exitCodes.done;
    return exit === exitCodes.done && signal.aborted ? exitCodes.interrupted : exit;
  } catch (error) {
    if (!(error instanceof NetlabError))
      lab.log.logger.error({ err: error }, `a command crashed: ${messageOf(error)}`);
    outlet.err(messageOf(error));
    return exitCodeOf(error);
  }
}

function callOf(
  lab: Lab,
  command: Command,
  argv: readonly string[],
  request: RunRequest,
  outlet: Outlet,
  signal: AbortSignal,
  commands: CommandTable,
): { command: Command; call: Call } {
  const { args, rest, options, isJson } = parseCall(command, argv, lab);
  const call: Call = {
    lab,
    args,
    rest,
    options,
    isJson,
    columns: Math.max(40, request.columns ?? USUAL_COLUMNS),
    style: styleOf(request.colors === true),
    signal,
    commands,
    out: (text) => outlet.out(text),
    err: (text) => outlet.err(text),
    data: (document) => outlet.data(document),
    ask: (question) => outlet.ask(question),
    get isBehind() {
      return outlet.isBehind;
    },
  };
  return { command, call };
}

export function findCommand(commands: CommandTable, name: string): Command {
  const command = commands.get(name);
  if (command) return command;
  const near = nearest(
    name,
    distinct(commands).map((one) => one.name),
  );
  throw new NetlabError(
    "no-such-command",
    `no command ${JSON.stringify(name)}; ${near ? `did you mean ${near}?` : "help lists them"}`,
  );
}
