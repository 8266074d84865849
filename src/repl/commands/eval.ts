import * as z from "zod";
import { NetlabError } from "../../errors.ts";
import { duration } from "../../machines/_options.ts";
import { defineCommand } from "../command.ts";
import { CONNECTION_SURFACE, INSTANCE_SURFACE, SURFACE } from "../evaluation/surface-table.ts";

const NOTE_COLUMNS = 76;

function wrapped(words: string): string[] {
  const lines = [""];
  for (const word of words.split(" ")) {
    const line = lines.at(-1) ?? "";
    if (line.length + word.length < NOTE_COLUMNS) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(` ${word}`);
  }
  return lines.map((line) => ` ${line}`);
}

export default defineCommand({
  name: "eval",
  group: "daemon",
  level: "own",
  summary: "evaluates TypeScript in the daemon; a line that starts with = or is not a command does the same",
  args: [
    {
      name: "code",
      summary: "the rest of the line, as it is typed; options come before it",
      isVariadic: true,
    },
  ],
  takesRestOfLine: true,
  options: z.object({
    timeout: duration().optional().describe("stop waiting for a value after this time (default: Ctrl-C)"),
  }),
  example: "eval lab.conns.filter((one) => one.verdict !== 'ok')",
  notes: [
    "In scope: lab, _ (the last value), console, timers, Buffer. What a line",
    "declares stays for the lines to come.",
    ...SURFACE.map(([usage, summary]) => `  ${usage.padEnd(30)} ${summary}`),
    "An instance has:",
    ...wrapped(INSTANCE_SURFACE),
    "A connection has:",
    ...wrapped(CONNECTION_SURFACE),
    "",
    "Code that keeps the lab waiting is stopped after half a second: a loop, also",
    "one of promises or in a timer. Nothing stops code that works for less at a",
    "time, again and again; Ctrl-C ends what it waits for, its timers too. It is no",
    "sandbox: who types here owns the daemon.",
    "",
    "A line goes on while a bracket is open. = before it makes anything code.",
    "A daemon that was started with --no-eval evaluates nothing.",
  ],
  async run({ rest, options, isJson, evaluate }) {
    const code = rest.join(" ");
    if (code.trim() === "") throw new NetlabError("usage/nothing-to-evaluate");
    return evaluate(code, { isJson, timeoutMs: options.timeout });
  },
});
