/** Terminal for a program that is typed to: one that writes to a pipe keeps its words until it ends, and one that reads its keyboard shows no prompt. */
import { accessSync, constants } from "node:fs";
import { shellWord } from "../../shell-words.ts";

/** util-linux; other systems have a program of this name that takes other words. */
const SCRIPT = "/usr/bin/script";

export const hasTerminal = (): boolean => process.platform === "linux" && isProgram(SCRIPT);

/** The same command, on a terminal of its own that does not say back what is typed. Its input is ours; the end of it is Ctrl-D. */
export function onTerminal(argv: readonly string[]): string[] {
  return [
    SCRIPT,
    "--quiet",
    "--return",
    "--flush",
    "--echo",
    "never",
    "--command",
    argv.map(shellWord).join(" "),
    "/dev/null",
  ];
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
