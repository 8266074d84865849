/**
 * A call of code that is not netlabd's own, in this thread, that comes back. `node:vm` has the limit: it holds for all that runs within the
 * script, functions that were made before it and endless regular expressions too, and cuts them off where the script was called; so in a
 * callback of a socket or timer nothing of Node's own is cut. It costs a thread each time, 0.11 to 0.13 ms of processor time as measured: that is for screens and options,
 * and not for the bytes of a peer. It holds no memory, and nothing that the code does later.
 */
import { virtualMachine } from "../node-modules.ts";

/** Several such calls may follow each other before a peer is answered. */
const CALL_MS = 100;
/** Calls again of what was cut for want of a processor. */
const MAX_STARVED = 3;

/** Name under which the script finds what it is to call. */
const TASK = Symbol.for("netlabd.task");
const global = globalThis as { [TASK]?: () => unknown };

let script: { runInThisContext(options: { timeout: number; displayErrors: boolean }): unknown } | undefined;

export class CallCut extends Error {}

/** Throws what `run` throws, or a `CallCut`. A `process.exit` in it throws too. On a busy machine it may be run again. */
export function guarded<Result>(run: () => Result): Result {
  const before = process.cpuUsage();
  for (let starved = 0; ; starved += 1)
    try {
      return callOnce(run);
    } catch (error) {
      const { user, system } = process.cpuUsage(before);
      const isStarved = user + system < (CALL_MS * 1_000) / 2 && starved < MAX_STARVED;
      if (!(error instanceof CallCut && isStarved)) throw error;
    }
}

function callOnce<Result>(run: () => Result): Result {
  const { Script } = virtualMachine();
  script ??= new Script('globalThis[Symbol.for("netlabd.task")]()', { filename: "guarded-call" });
  const { exit } = process;
  const before = global[TASK];
  process.exit = exiting;
  global[TASK] = run;
  try {
    return script.runInThisContext({ timeout: CALL_MS, displayErrors: false }) as Result;
  } catch (error) {
    throw codeOf(error) === "ERR_SCRIPT_EXECUTION_TIMEOUT" ? new CallCut("it does not come back") : error;
  } finally {
    process.exit = exit;
    global[TASK] = before as () => unknown;
  }
}

function exiting(): never {
  throw new Error("it calls process.exit");
}

const codeOf = (error: unknown) => (error as { code?: unknown } | null)?.code;
