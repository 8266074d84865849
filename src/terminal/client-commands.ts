/** The commands that the client does by itself. Their definitions stand in the table like all others. */
import * as z from "zod";
import type { Command } from "../repl/command.ts";
import captureCommand from "../repl/commands/capture.ts";
import checkCommand from "../repl/commands/check.ts";
import expectCommand from "../repl/commands/expect.ts";
import playCommand from "../repl/commands/play.ts";
import watchCommand from "../repl/commands/watch.ts";
import { flagsOf } from "../repl/option-flags.ts";
import { type ParsedCall, parseShape } from "../repl/parse-command.ts";
import { joinText, splitAtText } from "../repl/rest-of-line.ts";
import { capture } from "./capture-writer.ts";
import type { Console } from "./console.ts";
import { expectation } from "./expect-check.ts";
import type { LineRunner } from "./line-runner.ts";
import { play } from "./sheet-player.ts";
import { watch } from "./watch-loop.ts";

export interface ClientCall extends ParsedCall {
  readonly runner: LineRunner;
  readonly console: Console;
}

interface ClientCommand {
  /** `line` is absent where a shell has split the words. Resolves to the exit status; rejects with a NetlabError. */
  run(
    runner: LineRunner,
    words: readonly string[],
    line: string | undefined,
    console: Console,
  ): Promise<number>;
}

function clientCommand(definition: Command, act: (call: ClientCall) => Promise<number>): ClientCommand {
  const schema = definition.options ?? z.object({});
  const wordsFor = (words: readonly string[], line: string | undefined) => {
    if (!definition.takesRestOfLine) return words;
    const flags = flagsOf(schema);
    return line === undefined ? joinText(definition, flags, words) : splitAtText(definition, flags, line);
  };
  return {
    run: async (runner, words, line, console) => {
      if (words[0] === "--help" || words[0] === "-h")
        return runner.runLine(`help ${definition.name}`, console);
      return act({ ...parseShape(definition, schema, wordsFor(words, line)), runner, console });
    },
  };
}

export const clientCommands: ReadonlyMap<string, ClientCommand> = new Map([
  [captureCommand.name, clientCommand(captureCommand, capture)],
  [
    checkCommand.name,
    clientCommand(checkCommand, async (call) => (await import("./role-check.ts")).check(call)),
  ],
  [watchCommand.name, clientCommand(watchCommand, watch)],
  [expectCommand.name, clientCommand(expectCommand, expectation)],
  [playCommand.name, clientCommand(playCommand, play)],
]);
