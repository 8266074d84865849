/** A user's script, run in this very process: its arguments, its exit status and its Ctrl-C are those of a program. */
import { existsSync } from "node:fs";
import * as z from "zod";
import { NetlabError } from "../errors.ts";
import { defineStandalone } from "./standalone-command.ts";

export default defineStandalone({
  name: "run",
  summary: "runs a TypeScript script against the live lab, in any folder",
  args: [
    { name: "file", summary: "a .ts file; netlabd/client, which it imports, is this netlabctl's" },
    { name: "words", summary: "the script's own, options too", isOptional: true, isVariadic: true },
  ],
  passesWordsOn: true,
  options: z.object({}),
  notes: [
    'The script is an ES module, with await where it likes: import { attach } from "netlabd/client".',
    "Its exit status is passed on; an error that it does not catch ends it with 1.",
  ],
  example: "run ./fifty-students.ts --port 4389",
  run: async ({ args, rest, socketPath, signal }) => {
    const { file = "" } = args;
    if (!/\.(m?[jt]s|tsx)$/.test(file)) throw new NetlabError("usage/run-no-script", { file });
    if (!existsSync(file)) throw new NetlabError("file-not-read/no-script", { file });
    const { runScript } = await import("../script/script.ts");
    return runScript(file, { words: rest, socketPath, signal });
  },
});
