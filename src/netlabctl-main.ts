/** `netlabctl`: attach the REPL, run one command of a daemon, or be a lab client without one. */
import { Readable } from "node:stream";
import { Command } from "commander";
import { version } from "./config.ts";
import { exitCodeOf, exitCodes, messageOf, problemDocument, problemOf } from "./errors.ts";
import { harmless, harmlessJson } from "./printable.ts";
import { helpOf, parseShape } from "./repl/parse-command.ts";
import { UNCUT_COLUMNS } from "./repl/wrapped.ts";
import { defaultSocketPath } from "./socket-path.ts";
import type { StandaloneCommand } from "./standalone/standalone-command.ts";
import { historyPath } from "./state-folder.ts";
import { attachPiped } from "./terminal/attached-pipe.ts";
import { attach } from "./terminal/attached-terminal.ts";
import { readNamedFile } from "./terminal/client-file.ts";
import { runOnce } from "./terminal/one-shot.ts";
import { columnsOf } from "./terminal/output-stream.ts";

/** Names that mean something without a daemon; their code is loaded when one is wanted. A test holds the list true. */
export const STANDALONE = [
  "capture",
  ...["discover", "fetch", "register"],
  ...["echo", "relay", "reverse", "calc", "chat", "knock", "lookup", "clock", "ack"],
  ...["conns", "explain", "graph", "replay", "seq"],
  "check",
  "doctor",
  "grade",
  "dissector",
  "completion",
  "run",
  "restore",
];

interface Globals {
  readonly socket: string;
  readonly json: boolean;
  readonly wide: boolean;
  /** `-c`: lines to run. */
  readonly command?: string;
  /** `-f`: a file of them. */
  readonly file?: string;
  /** `--format`: their lines as tests. */
  readonly format?: string;
}

/** Resolves to the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  const program = netlabctlProgram();
  // commander asks for the help text at once, and its text needs the table.
  if (argv.some((word) => word === "--help" || word === "-h"))
    program.addHelpText("after", helpTail(await standaloneHelp()));
  program.parse([...argv], { from: "user" });
  const globals = program.opts<Globals>();
  const [name, ...rest] = program.args;
  if (globals.command !== undefined || globals.file !== undefined) {
    if (name !== undefined || globals.json || (globals.command !== undefined && globals.file !== undefined))
      return complain(
        "-c LINES and -f FILE cannot be combined: write --json after each command that is to answer in JSON",
      );
    return runScript(globals);
  }
  if (globals.format !== undefined)
    return complain("--format goes with -c LINES or -f FILE; of a command, write it after its name");
  if (name === undefined) return attachHere(globals);
  const own = STANDALONE.includes(name) ? (await standaloneTable()).get(name) : undefined;
  if (own && (own.onlyWith === undefined || rest.some((word) => word.split("=")[0] === own.onlyWith))) {
    return runStandalone(own, rest, globals);
  }
  if (name === "help" && rest.length === 0 && !globals.json)
    process.stdout.write(`${await standaloneHelp()}\n`);
  return runOnce({
    socketPath: globals.socket,
    argv: program.args,
    json: globals.json,
    isWide: globals.wide,
    ...streams(),
    stdin: process.stdin,
    withoutDaemon: async () =>
      (await import("./terminal/lone-help.ts")).loneHelp(program.args, columnsOf(process.stdout)),
  });
}

const standaloneTable = async () => (await import("./standalone/standalone-commands.ts")).standalone;

/** The client's own options as data, for parsing, for --help and for the manual page. */
export function netlabctlProgram(): Command {
  return new Command("netlabctl")
    .description("Attaches to a running netlabd, or runs one of its commands.")
    .version(version, "-V, --version")
    .option("--socket <path>", "the daemon's control socket", defaultSocketPath())
    .option("--json", "print JSON documents", false)
    .option("--wide", "do not cut lines to the terminal's width", false)
    .option("-c, --command <lines>", "run these lines, e.g. 'spawn echo; conns', until one fails")
    .option("-f, --file <script>", "run the lines of this file, until one fails; - is standard input")
    .option(
      "--format <formats>",
      "with -c or -f: write the lines as tests; junit or tap, each with =FILE or alone",
    )
    .argument("[command...]", "a command of the REPL; none attaches")
    .passThroughOptions()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "netlabctl: ")) })
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : exitCodes.usage));
}

const helpTail = (withoutDaemon: string) => `
${withoutDaemon}

Every command of the REPL works here too: netlabctl help lists them.
Exit status: 0 done, 1 check failed, 2 usage, 3 no daemon, 4 no such thing, 5 refused, 6 peer or protocol error,
124 time-out, 130 interrupted.`;

async function standaloneHelp(): Promise<string> {
  const commands = [...(await standaloneTable()).values()];
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`);
  return `Without a daemon:\n${lines.join("\n")}`;
}

const streams = () => ({ stdout: process.stdout, stderr: process.stderr });

async function attachHere({ socket: socketPath, wide: isWide }: Globals): Promise<number> {
  const { stdin: input, stdout: output, stderr } = process;
  try {
    if (!input.isTTY || !output.isTTY)
      return await attachPiped({ socketPath, input, output, errors: stderr, isWide });
    const leaving = await attach({ socketPath, input, output, historyPath: historyPath() });
    return leaving === "lost" ? exitCodes.noDaemon : exitCodes.done;
  } catch (error) {
    stderr.write(`${messageOf(error)}\n`);
    return exitCodeOf(error);
  }
}

/** Names where in it the first error was; its exit status is that command's. */
async function runScript({ socket: socketPath, command, file, wide, format }: Globals): Promise<number> {
  const { stdin, stdout: output, stderr: errors } = process;
  const isStdin = file === "-";
  try {
    const name = isStdin ? undefined : (file ?? "-c");
    const record = format === undefined ? undefined : await stepRecord(name ?? "stdin", format.split(","));
    const text = command ?? (isStdin || file === undefined ? undefined : await readScript(file));
    const input = text === undefined ? stdin : Readable.from([text]);
    return await attachPiped({
      socketPath,
      input,
      output,
      errors,
      name,
      isWide: wide,
      record,
    });
  } catch (error) {
    return complain(messageOf(error), exitCodeOf(error));
  }
}

/** The writers of formats are loaded where one is wanted. */
const stepRecord = async (name: string, words: readonly string[]) =>
  new (await import("./terminal/step-record.ts")).StepRecord(name, "script", words);

const readScript = (file: string) => readNamedFile(file, { argv: [file] });

function complain(text: string, exit: number = exitCodes.usage): number {
  process.stderr.write(`netlabctl: ${text}\n`);
  return exit;
}

async function runStandalone(
  command: StandaloneCommand,
  argv: readonly string[],
  globals: Globals,
): Promise<number> {
  const wantsJson = globals.json || argv.includes("--json");
  const err = (text: string, code?: string) =>
    void process.stderr.write(
      `${wantsJson ? harmlessJson(problemDocument(text, code)) : harmless(text, true)}\n`,
    );
  const columns = globals.wide ? UNCUT_COLUMNS : columnsOf(process.stdout);
  const interrupt = new AbortController();
  process.once("SIGINT", () => interrupt.abort());
  try {
    const schema = typeof command.options === "function" ? await command.options() : command.options;
    // Behind a script, --help is the script's.
    const words = command.passesWordsOn ? argv.slice(0, 1) : argv;
    if (words.includes("--help") || words.includes("-h")) {
      process.stdout.write(`${helpOf(command, schema, columns)}\n`);
      return exitCodes.done;
    }
    const { args, rest, options, isJson, isWide } = parseShape(
      command,
      schema,
      argv,
      !command.isValidatedByRole,
    );
    return await command.run({
      args,
      rest,
      options,
      isJson: isJson || globals.json,
      columns: isWide ? UNCUT_COLUMNS : columns,
      hasColors: process.stderr.isTTY === true && !process.env.NO_COLOR,
      socketPath: globals.socket,
      signal: interrupt.signal,
      out: (text) => process.stdout.write(`${harmless(text, true)}\n`),
      err: (text) => err(text),
      data: (document) => process.stdout.write(`${harmlessJson(document)}\n`),
    });
  } catch (error) {
    const { code, message } = problemOf(error);
    err(wantsJson ? message : `netlabctl: ${message}`, code ?? undefined);
    return exitCodeOf(error);
  }
}
