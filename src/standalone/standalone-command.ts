/** Commands of `netlabctl` that need no daemon: the same contract of arguments and options, another world to run in. */
import * as z from "zod";
import type { CommandShape } from "../repl/command.ts";

export interface StandaloneCall<Options> {
  readonly args: Readonly<Record<string, string | undefined>>;
  readonly rest: readonly string[];
  readonly options: Options;
  readonly isJson: boolean;
  readonly columns: number;
  readonly hasColors: boolean;
  /** The control socket of the daemon, where one is wanted. */
  readonly socketPath: string;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  out(text: string): void;
  err(text: string): void;
  data(document: unknown): void;
}

export interface StandaloneDefinition<Schema extends z.ZodObject = z.ZodObject> extends CommandShape {
  /** Known at once, or when the role that takes them is loaded. */
  readonly options: Schema | (() => Promise<z.ZodObject>);
  /** Options arrive as typed: they are a role's, and its schema validates them. */
  readonly isValidatedByRole?: boolean;
  /** A name that the daemon has too is meant here only where this option is given. */
  readonly onlyWith?: string;
  readonly run: (call: StandaloneCall<z.output<Schema>>) => Promise<number>;
}

// A command is typed by its own schema; the table holds all of them.
export type StandaloneCommand = Omit<StandaloneDefinition, "run"> & {
  readonly run: (call: StandaloneCall<Record<string, unknown>>) => Promise<number>;
};

export const EXPLAIN = z.boolean().optional().describe("tell each step in a line, on standard error");

export function defineStandalone<Schema extends z.ZodObject>(
  command: StandaloneDefinition<Schema>,
): StandaloneCommand {
  return command as unknown as StandaloneCommand;
}
