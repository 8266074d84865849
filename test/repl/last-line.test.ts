/** How long ago something moved: in seconds, and in a word where it was less than a tenth of one. */
import { expect, it } from "vitest";
import { lastLine } from "../../src/repl/last-line.ts";

type Told = Parameters<typeof lastLine>[0];

const told = (ms: number, endedAt?: number) =>
  ({
    story: {
      subject: { role: "calculator", edition: 0, transport: "tcp" },
      endedAt,
      entries: [],
      secrets: [],
    },
    silence: { ms, isOver: endedAt !== undefined, whose: "nobody" },
  }) as unknown as Told;

it.each([
  [told(20), "Last: your program connected just now; either side may speak."],
  [told(3_210), "Last: your program connected 3.2 s ago; either side may speak."],
  [told(20, 1), "Last: your program connected just before the end; either side could speak."],
  [told(61_000, 1), "Last: your program connected 61 s before the end; either side could speak."],
])("%#: %s", (given, line) => {
  expect(lastLine(given)).toBe(line);
});
