/** Trial of a role's module: what loops, exits, leaks or dies as it is read does so in a process that is there for that alone. */
import { crashOf } from "../errors.ts";
import type { Cause } from "../stories/causes.ts";
import { MEMORY_BYTES, WATCHDOG_MS } from "./apart-service.ts";
import { Keeper, RoleEnded } from "./keeper.ts";

const OVER = { code: "role-ended", args: { how: "the trial is over" } } as const satisfies Cause;

/** Rejects where the process did not live to answer. A module that just throws tells that better where it is imported. */
export async function tryModule(file: string, writeFolder: string): Promise<void> {
  const keeper = new Keeper({
    side: { telemetry: undefined } as never,
    watchdogMs: WATCHDOG_MS,
    memoryBytes: MEMORY_BYTES,
    writeFolder,
    onPrinted: () => undefined,
    onEnded: () => undefined,
  });
  try {
    await keeper.role.ask("examine", file);
  } catch (error) {
    if (error instanceof RoleEnded) throw crashOf(error.why);
  } finally {
    keeper.end(OVER);
  }
}
