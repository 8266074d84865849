/** Calls as a batch has them: those that say lines of one member, one behind the other, are one entry. */
import type { HubCall } from "../actors/hub-call.ts";
import { type CallEntry, plainArguments } from "./hub-wire.ts";
import { asOne, isLine, splitLines } from "./joined-lines.ts";

export function entriesOf(calls: readonly HubCall[]): CallEntry[] {
  const entries: CallEntry[] = [];
  let at = 0;
  for (let call = calls[at]; call; call = calls[at]) {
    const { name, args } = call;
    const lines = linesFrom(calls, at);
    const isRun = lines.length > 1;
    if (isRun) entries.push([[name, args[0]], asOne(lines)]);
    else entries.push([name, ...plainArguments(args)]);
    at += isRun ? lines.length : 1;
  }
  return entries;
}

/** Lines of calls of one method with one first argument, from here on; none where this one says no line. */
function linesFrom(calls: readonly HubCall[], from: number): string[] {
  const first = calls[from];
  const lines: string[] = [];
  for (let at = from; at < calls.length; at += 1) {
    const { name, args } = calls[at] as HubCall;
    const [id, line] = args;
    if (args.length !== 2 || typeof id !== "string" || typeof line !== "string" || !isLine(line)) break;
    if (name !== first?.name || id !== first.args[0]) break;
    lines.push(line);
  }
  return lines;
}

/** Hands over the calls of these entries, in order. */
export function readEntries(
  entries: readonly CallEntry[],
  take: (name: string, args: readonly unknown[]) => void,
): void {
  for (const [said, ...args] of entries) {
    if (typeof said === "string") take(said, args);
    else for (const line of splitLines(args[0] as string)) take(said[0], [said[1], line]);
  }
}
