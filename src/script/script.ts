/**
 * A script in this process.
 *
 * Its life: 1. the hooks that find and read its modules are set → 2. it is imported, with `process.argv` and `$NETLABD_SOCKET` as
 * it would have had them → 3. what it leaves under way goes on, and the process ends with it → 4. an error that was not
 * caught is told with its place in the script, and ends it with 1.
 */
import * as nodeModule from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { exitCodes, messageOf } from "../errors.ts";
import { codeFile } from "../places.ts";
import { harmless } from "../printable.ts";
import { placeIn } from "../stack-place.ts";
import { load, resolve } from "./script-hooks.ts";

export interface ScriptCall {
  /** Arguments behind its name. */
  readonly words: readonly string[];
  readonly socketPath: string;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Resolves when it was read to its end, to the exit status that it has set by then. */
export async function runScript(file: string, { words, socketPath, signal }: ScriptCall): Promise<number> {
  const script = path.resolve(file);
  process.argv = [process.execPath, script, ...words];
  process.env.NETLABD_SOCKET = path.resolve(socketPath);
  process.setSourceMapsEnabled(true);
  setHooks();
  signal.addEventListener("abort", leaveUnlessHeard, { once: true });
  process.on("uncaughtException", (error) => process.exit(complain(error)));
  for (const stream of [process.stdout, process.stderr]) stream.on("error", dropTheRest);
  const stuck = () => process.exit(complain(new Error(`${file} waits for something that never comes`)));
  process.on("beforeExit", stuck);
  try {
    await import(pathToFileURL(script).href);
    return Number(process.exitCode ?? exitCodes.done);
  } catch (error) {
    // A script that has failed is not waited for: what it left under way ends with it.
    process.exit(complain(error));
  } finally {
    process.off("beforeExit", stuck);
  }
}

function setHooks(): void {
  if (nodeModule.registerHooks)
    nodeModule.registerHooks({ load, resolve } as nodeModule.RegisterHooksOptions);
  else nodeModule.register(pathToFileURL(codeFile("script/script-hooks")).href);
}

/** A script that listens for Ctrl-C itself has its own way to end. */
function leaveUnlessHeard(): void {
  if (process.listenerCount("SIGINT") === 0) process.exit(exitCodes.interrupted);
}

/** Time to tidy up of a script whose output has no reader any more. */
const TIDY_MS = 5_000;

/**
 * The reader of what the script prints has gone (`| head`): the rest is dropped, and the script goes on to its end, so that its roles are
 * removed as it means to. An endless one is ended.
 */
function dropTheRest(error: Error): void {
  if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
  setTimeout(() => process.exit(exitCodes.done), TIDY_MS).unref();
}

/** Answers with the exit status. */
function complain(error: unknown): number {
  const place = error instanceof Error ? placeIn(error.stack) : undefined;
  process.stderr.write(`${place === undefined ? "" : `${place}: `}${harmless(messageOf(error))}\n`);
  return exitCodes.checkFailed;
}
