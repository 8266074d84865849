/** A script on standard input: each line is a command, run in order, until one fails. */
import { createInterface } from "node:readline";
import { exitCodeOf, exitCodes, messageOf, NetlabError } from "../errors.ts";
import { ControlClient } from "./control-client.ts";
import { type PlainStreams, runPlainly } from "./one-shot.ts";
import { asLines, type InputStream, ignoreError, type OutputStream, write } from "./output-stream.ts";

export interface PipedOptions {
  readonly socketPath: string;
  readonly input: InputStream;
  readonly output: OutputStream;
  /** Messages, and the number of the line that failed. */
  readonly errors: OutputStream;
  readonly signals?: PlainStreams["signals"];
}

/** Never fails: what went wrong is said on `errors`, and is the exit status. */
export async function attachPiped(options: PipedOptions): Promise<number> {
  options.errors.on("error", ignoreError);
  let client: ControlClient | undefined;
  try {
    client = await ControlClient.connect(options.socketPath);
    return await runLines(client, options);
  } catch (error) {
    await complain(options, messageOf(error));
    return exitCodeOf(error);
  } finally {
    client?.close();
  }
}

async function runLines(client: ControlClient, options: PipedOptions): Promise<number> {
  const lines = createInterface({ input: options.input, crlfDelay: Number.POSITIVE_INFINITY });
  // A script that is written while it runs may pause for long; that must not hide that the daemon is gone.
  const stopReading = client.onClose(() => lines.close());
  let number = 0;
  try {
    for await (const text of lines) {
      number += 1;
      const line = text.trim();
      if (isIdle(line)) continue;
      if (isLeaving(line)) return exitCodes.done;
      const { exit, isOutputClosed } = await runLine(client, line, number, options);
      if (exit !== exitCodes.done || isOutputClosed) return exit;
    }
  } finally {
    stopReading();
    lines.close();
    // The loop may end before the input does; an input that nobody reads must not keep the process.
    options.input.pause();
  }
  if (!client.isOpen && !options.input.readableEnded) {
    throw new NetlabError("no-daemon", `the daemon at ${client.path} went away`);
  }
  return exitCodes.done;
}

async function runLine(client: ControlClient, line: string, number: number, options: PipedOptions) {
  const streams = { stdout: options.output, stderr: options.errors, signals: options.signals };
  try {
    const result = await runPlainly(client, { line }, wantsJson(line), streams);
    if (result.exit !== exitCodes.done) {
      await complain(options, `line ${number} ended with exit status ${result.exit}: ${line}`);
    }
    return result;
  } catch (error) {
    await complain(options, messageOf(error));
    await complain(options, `line ${number} was cut short: ${line}`);
    return { exit: exitCodeOf(error), isOutputClosed: false };
  }
}

async function complain(options: PipedOptions, text: string): Promise<void> {
  await write(options.errors, asLines(text)).catch(ignoreError);
}

/** Lines that ask for nothing. */
export function isIdle(line: string): boolean {
  return line === "" || line.startsWith("#");
}

/** The commands that end a session are the client's own: the daemon goes on. */
export function isLeaving(line: string): boolean {
  return line === "quit" || line === "exit";
}

/** Documents are printed to those who asked for them. */
export function wantsJson(line: string): boolean {
  return /(?:^|\s)--json(?:\s|$)/.test(line);
}
