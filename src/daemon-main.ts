/** The daemon as a process: signals, its own REPL on a terminal, the way out. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { systemClock } from "./actors/clock.ts";
import { commonConfig, schemaFile } from "./config.ts";
import { Daemon } from "./daemon.ts";
import { exitCodeOf, exitCodes, messageOf, NetlabError } from "./errors.ts";
import { HeapThrift } from "./heap-thrift.ts";
import { instanceDocument } from "./lab/documents.ts";
import { harmlessJson } from "./printable.ts";
import { historyPath } from "./state-folder.ts";

const SIGNAL_EXIT = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
const LAST_WORDS_MS = 500;
/** After the start. */
const PREPARE_MS = 500;
type Signal = keyof typeof SIGNAL_EXIT;

export async function main(argv: readonly string[]): Promise<void> {
  const config = commonConfig(argv) ?? (await import("./netlabd-program.ts")).parseCommandLine(argv);
  if (config.checkMigration !== undefined) process.exit(await checkMigration(config.checkMigration));
  if (config.detach) {
    const { detach } = await import("./detach.ts");
    process.exit(await detach(config, argv));
  }
  outliveReaders();
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const hasRepl = config.repl ?? isTerminal;
  let daemon: Daemon;
  try {
    daemon = await Daemon.start(config, { isLogShown: !hasRepl });
  } catch (error) {
    const stack = error instanceof NetlabError ? "" : `\n${error instanceof Error ? error.stack : ""}`;
    process.stderr.write(`netlabd: ${messageOf(error)}${stack}\n`);
    process.exit(exitCodeOf(error));
  }
  let session: Promise<void> | undefined;
  const stop = stopper(daemon, () => session);
  onSignals(daemon, stop, isTerminal || process.stdin.isTTY === true || process.stderr.isTTY === true);
  daemon.lab.onShutdown(() => void stop(exitCodes.done));
  if (config.readyJson) printReady(daemon);
  new HeapThrift({ clock: systemClock }).watch(daemon.recorder);
  // Before the first question, as a rule, and no longer in the way of a start.
  setTimeout(() => void daemon.prepare(), PREPARE_MS).unref();
  if (hasRepl) session = ownRepl(daemon);
  await session;
}

/** Answers the exit status. The file is only read. */
async function checkMigration(file: string): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), "netlabd-migration-"));
  try {
    const { tryMigration } = await import("./stores/migrating.ts");
    const { from, to } = tryMigration(path.resolve(file), schemaFile, folder);
    process.stdout.write(
      from === to
        ? `${file} has schema version ${to} already\n`
        : `${file} can be brought from schema version ${from} to ${to}; a start does so, and keeps a copy\n`,
    );
    return exitCodes.done;
  } catch (error) {
    process.stderr.write(`netlabd: ${messageOf(error)}\n`);
    return exitCodeOf(error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * A reader of what we print may go before us - a closed terminal, a `head` in a pipe - and a write to it is an error that
 * would end the lab in the middle of its peers. The signal that comes with it says what to do; a log without a reader is
 * still remembered for `logs`.
 */
function outliveReaders(): void {
  for (const stream of [process.stdin, process.stdout, process.stderr]) stream.on("error", () => undefined);
}

/** Drains once; a second request while it drains is heard by `onSignals`. */
function stopper(
  daemon: Daemon,
  ownSession: () => Promise<void> | undefined,
): (exitCode: number) => Promise<void> {
  let isStopping = false;
  return async (exitCode) => {
    if (isStopping) return;
    isStopping = true;
    try {
      await daemon.close();
      // The REPL says why it ends, and gives the terminal back as it was.
      await Promise.race([ownSession(), delay(LAST_WORDS_MS)]);
      process.exit(exitCode);
    } catch (error) {
      process.stderr.write(`netlabd: ${messageOf(error)}\n`);
      process.exit(exitCodes.checkFailed);
    }
  };
}

/** `hasTerminal`: one of our streams is a terminal, and a SIGHUP says that it is gone; otherwise it is an operator's word. */
function onSignals(daemon: Daemon, stop: (exitCode: number) => Promise<void>, hasTerminal: boolean): void {
  let isFirst = true;
  const end = (signal: Signal) => {
    // The second one means now: what is under way is cut off.
    if (!isFirst) process.exit(SIGNAL_EXIT[signal]);
    isFirst = false;
    daemon.log.logger.info(`${signal}: stopping; send it again to stop at once`);
    void stop(exitCodes.done);
  };
  process.on("SIGINT", () => end("SIGINT"));
  process.on("SIGTERM", () => end("SIGTERM"));
  process.on("SIGHUP", () => (hasTerminal ? end("SIGHUP") : void reload(daemon)));
}

async function reload(daemon: Daemon): Promise<void> {
  try {
    await daemon.lab.reload();
    daemon.log.logger.info(`SIGHUP: the lab ${daemon.lab.name} is read again`);
  } catch (error) {
    daemon.log.logger.error(`SIGHUP: the lab stays as it is: ${messageOf(error)}`);
  }
}

function printReady({ lab: { pid, socketPath, instances }, metricsAddress }: Daemon): void {
  const ready = {
    event: "ready",
    pid,
    socket: socketPath,
    ...(metricsAddress === undefined ? {} : { metrics: metricsAddress }),
    instances: instances.map((one) => instanceDocument(one)),
  };
  process.stdout.write(`${harmlessJson(ready)}\n`);
}

/**
 * The REPL goes through the control socket like everybody's; leaving it shows the log. Its code is loaded when it is
 * wanted: a daemon in the background is ready without it.
 */
async function ownRepl(daemon: Daemon): Promise<void> {
  const { attach } = await import("./terminal/attached-terminal.ts");
  const { welcomeText } = await import("./repl/welcome.ts");
  const { stdin: input, stdout: output } = process;
  const hasColors = output.isTTY && !process.env.NO_COLOR;
  output.write(`${welcomeText(daemon.lab, { columns: output.columns ?? 80, hasColors })}\n\n`);
  // Warnings from before there was a prompt had no reader.
  const warnings = daemon.log.lines().filter(({ level }) => level === "warn");
  if (warnings.length > 0) output.write(`${warnings.map(({ text }) => text).join("\n")}\n\n`);
  const outcome = await attach({
    socketPath: daemon.lab.socketPath,
    input,
    output,
    welcome: false,
    historyPath: historyPath(),
    onDoubleCtrlC: () => daemon.lab.shutdown("Ctrl-C twice"),
  });
  if (outcome !== "left") return;
  process.stderr.write("The lab goes on; this is its log. Ctrl-C stops it, netlabctl attaches again.\n");
  for (const { text } of daemon.log.lines().slice(-10)) process.stderr.write(`${text}\n`);
  daemon.log.show(true);
}
