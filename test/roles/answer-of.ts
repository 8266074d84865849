/** A client role that asks and ends, as `netlabctl` runs it: what its user sees, and what it came to. */

import type { Role } from "../../src/machines/_role.ts";
import { runClient } from "../../src/standalone/run-client.ts";
import { hintText } from "../../src/stories/cause-text.ts";

export async function answerOf(role: Role, given: Readonly<Record<string, unknown>>) {
  const shown: string[] = [];
  const hints: string[] = [];
  const { output: result } = await runClient(
    role,
    { host: "127.0.0.1", ...given },
    {
      onEntry: () => undefined,
      signal: new AbortController().signal,
      screen: { show: (text) => void shown.push(text), hint: (hint) => void hints.push(hintText(hint)) },
    },
  );
  return { result, shown, hints };
}
