/** Words → a call of a command: commander parses, the command's schema validates, and both say what is near. */
import { Command as Parser } from "commander";
import * as z from "zod";
import { explainIssues, flagOf } from "../catalogue/instance-options.ts";
import { NetlabError } from "../errors.ts";
import type { Lab } from "../lab/lab.ts";
import type { Command, CommandShape } from "./command.ts";
import { commanderOption, type Flag, flagsOf, typedValues } from "./option-flags.ts";
import { PROSE_COLUMNS } from "./wrapped.ts";

export interface ParsedCall {
  readonly args: Record<string, string | undefined>;
  readonly rest: readonly string[];
  readonly options: Record<string, unknown>;
  readonly isJson: boolean;
  /** `--wide`: nothing is cut to the terminal's width. */
  readonly isWide: boolean;
}

/** Throws a NetlabError `usage` that says what is wrong, with the usage line. */
export function parseCall(
  command: Command,
  argv: readonly string[],
  lab: Lab,
  given: Readonly<Record<string, unknown>> = {},
): ParsedCall {
  const [first] = argv;
  if (first !== undefined && !first.startsWith("-")) command.checkFirst?.(first, lab);
  // Options that depend on the first argument are validated where they are used: by the role's own schema.
  return parseShape(command, schemaFor(command, argv, lab), argv, command.optionsOf === undefined, given);
}

/** The same for a command without a daemon. */
export function parseShape(
  command: CommandShape,
  schema: z.ZodObject,
  argv: readonly string[],
  isValidated = true,
  given: Readonly<Record<string, unknown>> = {},
): ParsedCall {
  const flags = flagsOf(schema);
  const parser = parserOf(command, flags);
  try {
    parser.parse([...argv], { from: "user" });
  } catch (error) {
    const text = error instanceof Error ? error.message.replace(/^error: /, "") : String(error);
    throw new NetlabError("usage/how", {
      command: command.name,
      why: text,
      usage: usageOf(command, flags.length > 0),
    });
  }
  const typed = parser.opts();
  const values = { ...typedValues(flags, typed), ...given };
  const options = isValidated ? validated(command, schema, values) : values;
  return {
    ...argsOf(command, parser.processedArgs),
    options,
    isJson: typed.json === true,
    isWide: typed.wide === true,
  };
}

/** The help text of a command, from the same parser. */
export function helpOf(command: CommandShape, schema: z.ZodObject, columns: number): string {
  const parser = parserOf(command, flagsOf(schema));
  // Commander wraps no column under 40, and leaves it to the terminal to break words.
  parser.configureHelp({ helpWidth: Math.min(columns, PROSE_COLUMNS), minWidthToWrap: 16 });
  const example = `\n\nExample:\n  ${command.example}`;
  const notes = command.notes ? `\n\n${command.notes.join("\n")}` : "";
  return parser.helpInformation().trimEnd() + example + notes;
}

/** `spawn <role> [name] [options]` */
export function usageOf(command: CommandShape, hasOptions = false): string {
  const args = (command.args ?? []).map(({ name, isOptional, isVariadic }) => {
    const word = isVariadic ? `${name}…` : name;
    return isOptional ? `[${word}]` : `<${word}>`;
  });
  return [command.name, ...args, hasOptions ? "[options]" : ""].filter(Boolean).join(" ");
}

/** Options that a command takes after these words. */
export function schemaFor(command: Command, argv: readonly string[], lab: Pick<Lab, "roles">): z.ZodObject {
  const first = argv.find((word) => !word.startsWith("-"));
  return command.optionsOf?.(first, lab) ?? command.options ?? z.object({});
}

function parserOf(command: CommandShape, flags: readonly Flag[]): Parser {
  const parser = new Parser(command.name)
    .description(command.summary)
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    .helpOption(false)
    .allowExcessArguments(false)
    .showSuggestionAfterError()
    .passThroughOptions(command.passesWordsOn === true);
  for (const { name, summary, isOptional, isVariadic } of command.args ?? []) {
    const word = isVariadic ? `${name}...` : name;
    parser.argument(isOptional ? `[${word}]` : `<${word}>`, summary);
  }
  for (const flag of flags) parser.addOption(commanderOption(flag));
  return parser
    .option("--json", "answer with JSON documents")
    .option("--wide", "do not cut lines to the terminal's width");
}

function argsOf(command: CommandShape, values: readonly unknown[]): Pick<ParsedCall, "args" | "rest"> {
  const args: Record<string, string | undefined> = {};
  let rest: string[] = [];
  for (const [index, { name, isVariadic }] of (command.args ?? []).entries()) {
    const value = values[index];
    if (isVariadic) rest = (value as string[] | undefined) ?? [];
    else args[name] = value as string | undefined;
  }
  return { args, rest };
}

function validated(
  command: CommandShape,
  schema: z.ZodObject,
  values: Record<string, unknown>,
): Record<string, unknown> {
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  throw new NetlabError("usage/of-command", {
    command: command.name,
    why: explainIssues(parsed.error, Object.keys(schema.shape), flagOf),
  });
}
