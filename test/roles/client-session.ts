/** A client role as `netlabctl` runs it: lines in, what its user sees out. */
import type { ClientRun } from "../../src/actors/client-run.ts";
import type { Role } from "../../src/machines/_role.ts";
import { runClient } from "../../src/standalone/run-client.ts";

export interface ClientSession {
  readonly shown: string[];
  readonly hints: string[];
  /** The machine's output. */
  readonly result: Promise<unknown>;
  readonly run: ClientRun | undefined;
}

/** Says the lines, and has no more to say. A reply is whole after 50 ms of silence. */
export function runLines(
  role: Role,
  given: Readonly<Record<string, unknown>>,
  lines: readonly string[] = [],
): ClientSession {
  const shown: string[] = [];
  const hints: string[] = [];
  let open: ClientRun | undefined;
  const result = runClient(
    role,
    { host: "127.0.0.1", quiet: "50ms", ...given },
    {
      onEntry: () => undefined,
      signal: new AbortController().signal,
      screen: { show: (text) => void shown.push(text), hint: (text) => void hints.push(text) },
      onOpen: (run) => {
        open = run;
        for (const line of lines) run.say(line);
        run.endOfInput();
      },
    },
  );
  return {
    shown,
    hints,
    result,
    get run() {
      return open;
    },
  };
}
