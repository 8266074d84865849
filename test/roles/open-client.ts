/** A client role as `netlabctl` runs it, whose user is the test: it types when it wants, and sees what comes. */
import { expect, onTestFinished } from "vitest";
import type { ClientRun } from "../../src/actors/client-run.ts";
import type { Role } from "../../src/machines/_role.ts";
import { runClient } from "../../src/standalone/run-client.ts";
import { eventually } from "../actors/harness.ts";

export function openClient(role: Role, given: Readonly<Record<string, unknown>>) {
  const shown: string[] = [];
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  let run: ClientRun | undefined;
  const result = runClient(
    role,
    { host: "127.0.0.1", quiet: "20ms", ...given },
    {
      onEntry: () => undefined,
      signal: stop.signal,
      screen: { show: (text) => void shown.push(text), hint: () => undefined },
      onOpen: (open) => {
        run = open;
      },
    },
  );
  return {
    shown,
    result: result.then(({ output }) => output),
    type: (line: string) => run?.say(line),
    endInput: () => run?.endOfInput(),
    /** What comes when is the network's affair; that it comes is not. */
    sees: (text: string) => eventually(() => expect(shown.join("\n")).toContain(text)),
  };
}
