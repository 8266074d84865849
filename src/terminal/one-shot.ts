/** A command, run as a program runs: data on standard output, messages on standard error, an exit status. */
import type { EventEmitter } from "node:events";
import { createInterface } from "node:readline";
import { ControlClient } from "../control/control-client.ts";
import { exitCodeOf, exitCodes, messageOf, NetlabError, problemOf } from "../errors.ts";
import { harmlessJson } from "../printable.ts";
import type { Console } from "./console.ts";
import { FrameDrawer } from "./frame-drawer.ts";
import { LineRunner } from "./line-runner.ts";
import {
  asLines,
  type InputStream,
  ignoreError,
  type OutputStream,
  wantsColors,
  write,
} from "./output-stream.ts";

export interface PlainStreams {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Stream that answers the daemon's questions, when it is a terminal; otherwise every answer is empty. */
  readonly stdin?: InputStream | undefined;
  /** Source of SIGINT; the process, save in tests. */
  readonly signals?: EventEmitter | undefined;
  /** `--wide`: nothing is cut to the terminal's width. */
  readonly isWide?: boolean | undefined;
}

export interface OneShotOptions extends PlainStreams {
  readonly socketPath: string;
  readonly argv: readonly string[];
  /** Ask for documents; each is printed as one line of JSON. */
  readonly json: boolean;
  /** Answer that needs no daemon, for where none runs. */
  readonly withoutDaemon?: () => Promise<string | undefined>;
}

export interface PlainResult {
  readonly exit: number;
  /** Whether the reader of our output has gone (`| head`): the rest would have none. */
  readonly isOutputClosed: boolean;
}

/** Never fails: what went wrong is said on standard error, and is the exit status. */
export async function runOnce(options: OneShotOptions): Promise<number> {
  const { socketPath, argv, json, stderr } = options;
  stderr.on("error", ignoreError);
  const words = json ? withJsonOption(argv) : argv;
  const printsData = json || argv.includes("--json");
  let client: ControlClient | undefined;
  try {
    client = await ControlClient.connect(socketPath);
    const runner = new LineRunner(client);
    return (await runPlainly(client, options, (console) => runner.runArgv(words, printsData, console))).exit;
  } catch (error) {
    const answer = isNoDaemon(error) && !printsData ? await options.withoutDaemon?.() : undefined;
    if (answer !== undefined) {
      await write(options.stdout, asLines(answer)).catch(ignoreError);
      return exitCodes.done;
    }
    const text = printsData ? harmlessJson(problemOf(error)) : messageOf(error);
    await write(stderr, asLines(text)).catch(ignoreError);
    return exitCodeOf(error);
  } finally {
    client?.close();
  }
}

const isNoDaemon = (error: unknown) => error instanceof NetlabError && error.code === "no-daemon";

/** Words behind `--` are no options any more, so `--json` goes before it. */
function withJsonOption(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf("--");
  const options = end < 0 ? argv : argv.slice(0, end);
  return options.includes("--json") ? argv : [...options, "--json", ...argv.slice(options.length)];
}

/**
 * Runs something on plain streams. SIGINT once ends its command in the daemon and waits for it; twice leaves it. Fails
 * with a NetlabError when the daemon goes away, and as the output fails.
 */
export async function runPlainly(
  client: ControlClient,
  streams: PlainStreams,
  job: (console: Console) => Promise<number>,
): Promise<PlainResult> {
  const { stdout, signals = process } = streams;
  // A failed write is reported to its writer; as an event alone it would end the process.
  if (!stdout.listeners("error").includes(ignoreError)) stdout.on("error", ignoreError);
  const ctrlC = new AbortController();
  const left = Promise.withResolvers<void>();
  const interrupt = () => {
    if (ctrlC.signal.aborted) left.resolve();
    ctrlC.abort();
  };
  const questions = new AbortController();
  const console = plainConsole(streams, ctrlC.signal, left.promise, questions.signal);
  signals.on("SIGINT", interrupt);
  try {
    return { exit: await job(console), isOutputClosed: false };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EPIPE")
      return { exit: exitCodes.done, isOutputClosed: true };
    if (ctrlC.signal.aborted && !client.isOpen) return { exit: exitCodes.interrupted, isOutputClosed: false };
    throw error instanceof NetlabError ? error : cannotPrint(error);
  } finally {
    signals.off("SIGINT", interrupt);
    questions.abort();
  }
}

function plainConsole(
  streams: PlainStreams,
  signal: AbortSignal,
  givenUp: Promise<void>,
  leaving: AbortSignal,
): Console {
  const { stdout, stderr, stdin } = streams;
  const frames = new FrameDrawer(stdout);
  return {
    screen: stdout,
    hasColors: wantsColors(stdout),
    isWide: streams.isWide,
    isAttended: stdin?.isTTY === true && stdout.isTTY === true,
    signal,
    givenUp,
    out: (text) => {
      frames.forget();
      return write(stdout, asLines(text));
    },
    // Messages that cannot be read are no reason to stop the command.
    err: (text) => {
      frames.forget();
      return write(stderr, asLines(text)).catch(ignoreError);
    },
    frame: (text) => write(stdout, frames.draw(text)),
    ask: (question) => askPerson(question, streams, AbortSignal.any([signal, leaving])),
  };
}

/** The terminal stays in its own line mode here: it echoes, edits, and turns Ctrl-C into SIGINT. */
async function askPerson(question: string, streams: PlainStreams, signal: AbortSignal): Promise<string> {
  const { stdin, stderr } = streams;
  if (!stdin?.isTTY || signal.aborted) return "";
  const lines = createInterface({ input: stdin, output: stderr, terminal: false });
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const giveUp = () => lines.close();
  signal.addEventListener("abort", giveUp);
  lines.once("close", () => resolve(undefined));
  lines.question(question, resolve);
  try {
    const answer = await promise;
    // Without a Return key that ended the row, what comes next would stand behind the question.
    if (answer === undefined) await write(stderr, "\n").catch(ignoreError);
    return answer ?? "";
  } finally {
    signal.removeEventListener("abort", giveUp);
    lines.close();
  }
}

function cannotPrint(cause: unknown): NetlabError {
  return new NetlabError("file-not-written/output", { why: messageOf(cause) }, { cause });
}
