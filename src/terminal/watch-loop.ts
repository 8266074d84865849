/** `watch 1s conns`: the same line again and again, each time from where it is now, drawn over the time before. */
import { setTimeout as delay } from "node:timers/promises";
import { exitCodes, NetlabError } from "../errors.ts";
import { duration } from "../machines/_options.ts";
import type { ClientCall } from "./client-commands.ts";
import type { Console } from "./console.ts";

const SHORTEST_MS = 100;

export async function watch({ runner, console, args, rest, options }: ClientCall): Promise<number> {
  const every = duration().safeParse(args.every);
  if (!every.success) throw new NetlabError("usage/watch-time", { every: args.every ?? "" });
  const everyMs = Math.max(SHORTEST_MS, every.data);
  const line = rest.join(" ");
  const { n: most = Number.POSITIVE_INFINITY } = options as { n?: number };
  for (let count = 0; count < most; count += 1) {
    if (count > 0) await delay(everyMs, undefined, { signal: console.signal }).catch(() => undefined);
    if (console.signal.aborted) return exitCodes.interrupted;
    const texts: string[] = [];
    const exit = await runner.runLine(line, collecting(console, texts));
    if (console.signal.aborted) return exitCodes.interrupted;
    const head = `every ${everyMs / 1_000} s: ${line}   ${new Date().toLocaleTimeString("en-GB")}`;
    await console.frame([head, "", ...texts].join("\n"));
    // A filter that finds nothing is an answer like others; a command that cannot run will not do so next time.
    if (exit !== exitCodes.done && exit !== exitCodes.checkFailed) return exit;
  }
  return exitCodes.done;
}

function collecting(console: Console, texts: string[]): Console {
  const collect = (text: string) => void texts.push(text);
  return { ...console, isAttended: false, out: collect, err: collect, frame: collect, ask: () => "" };
}
