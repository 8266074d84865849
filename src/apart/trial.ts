/** Trial of a role's module: what loops, exits, leaks or dies as it is read does so in a process that is there for that alone. */
import { crashOf } from "../errors.ts";
import type { Cause } from "../stories/causes.ts";
import { MEMORY_BYTES, WATCHDOG_MS } from "./apart-service.ts";
import { Keeper, RoleEnded } from "./keeper.ts";
import { errorOf, type PlainError } from "./rpc.ts";

const OVER = { code: "role-ended", args: { how: "the trial is over" } } as const satisfies Cause;

/** Rejects where it throws as it is read, soon after, or did not live to answer. */
export async function tryModule(file: string, writeFolder: string): Promise<void> {
  let crash: Error | undefined;
  const crashed = (error: PlainError) => {
    crash = errorOf(error);
  };
  const keeper = new Keeper({
    side: { crashed } as never,
    watchdogMs: WATCHDOG_MS,
    memoryBytes: MEMORY_BYTES,
    writeFolder,
    onPrinted: () => undefined,
    onEnded: () => undefined,
  });
  try {
    await keeper.whileReading(keeper.role.ask("examine", file));
  } catch (error) {
    throw error instanceof RoleEnded ? crashOf(error.why) : error;
  } finally {
    keeper.end(OVER);
  }
  if (crash) throw crash;
}
