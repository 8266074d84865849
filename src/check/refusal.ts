/** Words of a program that it does not do this: known from its end, or from what it answers where another answer is due. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Program } from "./program.ts";
import type { Octets } from "./report.ts";

/** Exit status of a shell where there is no such command, and by agreement of a program that does not do what is asked. */
const NOT_DONE = 127;
const UNSUPPORTED = /^\s*unsupported\s*[.!]?\s*$/i;
const END_MS = 50;
const LOOK_MS = 5;

/** In a sentence; undefined: it fails like any other. */
export function refusalIn(
  { got }: { readonly got: Octets | null },
  exit: number | null | undefined,
): string | undefined {
  if (exit === NOT_DONE)
    return `the program ended with exit status ${NOT_DONE}: it says that it does not do this`;
  if (got && UNSUPPORTED.test(Buffer.from(got.hex, "hex").toString("latin1")))
    return `the program answers ${JSON.stringify(got.text)}: it says that it does not do this`;
  return undefined;
}

/** Exit status of a program that is ending. */
export async function exitSoon(program: Program | undefined): Promise<number | null | undefined> {
  const deadline = performance.now() + END_MS;
  while (program && program.exit === undefined && performance.now() < deadline) await sleep(LOOK_MS);
  return program?.exit?.code;
}
