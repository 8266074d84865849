import { stripVTControlCharacters } from "node:util";
import * as z from "zod";
import type { LogLine } from "../../log.ts";
import { defineCommand } from "../command.ts";

const LEVELS = ["trace", "debug", "info", "warn", "error"] as const;

export default defineCommand({
  name: "logs",
  group: "daemon",
  level: "observe",
  summary: "shows the last lines of the log",
  options: z.object({
    n: z.number().int().min(1).max(1_000).default(20).describe("show this many lines"),
    level: z.enum(LEVELS).default("info").describe("the lowest level that is shown"),
    follow: z.boolean().default(false).describe("go on with new lines until Ctrl-C"),
  }),
  example: "logs --level warn --follow",
  async run({ lab, options, out, data, isJson, signal, style }) {
    const least = LEVELS.indexOf(options.level);
    const isWanted = ({ level }: LogLine) => level === "fatal" || LEVELS.indexOf(level) >= least;
    const show = ({ at, level, message, text }: LogLine) =>
      isJson
        ? data({ at: new Date(at).toISOString(), level, message })
        : out(style.hasColors ? text : stripVTControlCharacters(text));
    for (const line of lab.logLines().filter(isWanted).slice(-options.n)) show(line);
    if (!options.follow || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const unfollow = lab.subscribe("log", (line) => isWanted(line) && show(line));
      signal.addEventListener(
        "abort",
        () => {
          unfollow();
          resolve();
        },
        { once: true },
      );
    });
  },
});
