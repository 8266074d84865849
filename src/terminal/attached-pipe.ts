/** A script, on standard input or from a file: each line is run in order, until one fails. */
import { createInterface } from "node:readline";
import { ControlClient } from "../control/control-client.ts";
import { exitCodeOf, exitCodes, messageOf, NetlabError } from "../errors.ts";
import type { Console } from "./console.ts";
import { LineRunner } from "./line-runner.ts";
import { type PlainStreams, runPlainly } from "./one-shot.ts";
import { asLines, type InputStream, ignoreError, type OutputStream, write } from "./output-stream.ts";
import type { StepRecord } from "./step-record.ts";
import { isIdle } from "./typed-line.ts";

export interface PipedOptions {
  readonly socketPath: string;
  readonly input: InputStream;
  /** How the script is called where a line of it fails: `lab.nlab`; standard input has no name. */
  readonly name?: string | undefined;
  readonly output: OutputStream;
  /** Messages, and the number of the line that failed. */
  readonly errors: OutputStream;
  readonly signals?: PlainStreams["signals"];
  readonly isWide?: boolean | undefined;
  /** Tells each line as a test; where it has standard output to itself, lines print nothing there. */
  readonly record?: StepRecord | undefined;
}

/** Never fails: what went wrong is said on `errors`, and is the exit status. */
export async function attachPiped(options: PipedOptions): Promise<number> {
  options.errors.on("error", ignoreError);
  let client: ControlClient | undefined;
  try {
    client = await ControlClient.connect(options.socketPath);
    return options.record
      ? await runRecorded(client, options, options.record)
      : await runLines(client, options);
  } catch (error) {
    await complain(options, messageOf(error));
    return exitCodeOf(error);
  } finally {
    client?.close();
  }
}

async function runRecorded(
  client: ControlClient,
  options: PipedOptions,
  record: StepRecord,
): Promise<number> {
  await record.begin();
  let isWhole = false;
  try {
    const exit = await runLines(client, options);
    isWhole = client.isOpen && exit !== exitCodes.interrupted;
    return exit;
  } finally {
    for (const text of await record.end(isWhole))
      await write(options.output, asLines(text)).catch(ignoreError);
  }
}

async function runLines(client: ControlClient, options: PipedOptions): Promise<number> {
  const lines = createInterface({ input: options.input, crlfDelay: Number.POSITIVE_INFINITY });
  // A script that is written while it runs may pause for long; that must not hide that the daemon is gone.
  const stopReading = client.onClose(() => lines.close());
  const runner = new LineRunner(client);
  let number = 0;
  try {
    for await (const text of lines) {
      number += 1;
      const line = runner.isUnfinished ? text : text.trim();
      if (isIdle(line) && !runner.isUnfinished) continue;
      const { exit, isOutputClosed } = await runLine(runner, line, number, options);
      if (exit !== exitCodes.done || isOutputClosed || runner.isLeaving) return exit;
    }
  } finally {
    stopReading();
    lines.close();
    // The loop may end before the input does; an input that is not read must not keep the process.
    options.input.pause();
  }
  if (runner.isUnfinished) {
    await complain(
      options,
      `line ${number} is unfinished: a bracket or a quote is not closed, or an operator has nothing after it`,
    );
    return exitCodes.usage;
  }
  if (!client.isOpen && !options.input.readableEnded) {
    throw new NetlabError("no-daemon/went-away", { path: client.path });
  }
  return exitCodes.done;
}

async function runLine(runner: LineRunner, line: string, number: number, options: PipedOptions) {
  const where = options.name === undefined ? `line ${number}` : `${options.name}:${number}:`;
  const { output: stdout, errors: stderr, signals, isWide, record } = options;
  const streams = { stdout, stderr, signals, isWide };
  const said: string[] = [];
  const began = performance.now();
  const tell = (exit: number, message?: string) => {
    const step = { line: number, title: line, exit, ms: performance.now() - began, output: said.join("\n") };
    record?.ran({ ...step, message: message ?? `ended with exit status ${exit}` });
  };
  try {
    const result = await runPlainly(runner.client, streams, (console) =>
      runner.runLine(line, record ? listening(console, said, record) : console),
    );
    tell(result.exit);
    if (result.exit !== exitCodes.done) {
      await complain(options, `${where} ended with exit status ${result.exit}: ${line}`);
    }
    return result;
  } catch (error) {
    await complain(options, messageOf(error));
    const exit = exitCodeOf(error);
    tell(exit, messageOf(error));
    const how = runner.client.isOpen ? `ended with exit status ${exit}` : "was cut short";
    await complain(options, `${where} ${how}: ${line}`);
    return { exit, isOutputClosed: false };
  }
}

/** Console that keeps what a line says, for its test. */
function listening(console: Console, said: string[], { ownsOutput }: StepRecord): Console {
  const keep = (show: (text: string) => void | Promise<void>, isShown: boolean) => (text: string) => {
    said.push(text);
    return isShown ? show(text) : undefined;
  };
  const { out, err, frame } = console;
  return { ...console, out: keep(out, !ownsOutput), err: keep(err, true), frame: keep(frame, !ownsOutput) };
}

async function complain(options: PipedOptions, text: string): Promise<void> {
  await write(options.errors, asLines(text)).catch(ignoreError);
}
