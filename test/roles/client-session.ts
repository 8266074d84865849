/** A client role as `netlabctl` runs it: lines in, what its user sees out. */

import type { ClientRun } from "../../src/actors/client-run.ts";
import { systemClock } from "../../src/actors/clock.ts";
import type { Role } from "../../src/machines/_role.ts";
import type { Clock } from "../../src/machines/_world.ts";
import type { Outcome } from "../../src/standalone/outcome.ts";
import { runClient } from "../../src/standalone/run-client.ts";
import { hintText } from "../../src/stories/cause-text.ts";
import type { Story } from "../../src/stories/story.ts";

export interface ClientSession {
  readonly shown: string[];
  readonly hints: string[];
  readonly story: Promise<Story | undefined>;
  readonly outcome: Promise<Outcome>;
  /** The machine's output. */
  readonly result: Promise<unknown>;
  say(line: string): void;
  endInput(): void;
}

/** Says the lines and then has no more to say; without them, the test speaks. A reply is whole after 50 ms of silence. */
export function runLines(
  role: Role,
  given: Readonly<Record<string, unknown>>,
  lines?: readonly string[],
  clock: Clock = systemClock,
): ClientSession {
  const shown: string[] = [];
  const hints: string[] = [];
  const { promise: opened, resolve: open } = Promise.withResolvers<ClientRun>();
  const result = runClient(
    role,
    { host: "127.0.0.1", quiet: "50ms", ...given },
    {
      clock,
      onEntry: () => undefined,
      signal: new AbortController().signal,
      screen: { show: (text) => void shown.push(text), hint: (hint) => void hints.push(hintText(hint)) },
      onOpen: open,
    },
  );
  const say = (line: string) => void opened.then((run) => run.say(line));
  const endInput = () => void opened.then((run) => run.endOfInput());
  for (const line of lines ?? []) say(line);
  if (lines) endInput();
  const story = opened.then((run) => run.story);
  return { shown, hints, story, outcome: result, result: result.then(({ output }) => output), say, endInput };
}
