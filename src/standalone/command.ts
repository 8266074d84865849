/** Commands of `netlabctl` that need no daemon: the same contract of arguments and options, another world to run in. */
import type { z } from "zod";
import type { CommandShape } from "../repl/command.ts";

export interface StandaloneCall<Options> {
  readonly args: Readonly<Record<string, string | undefined>>;
  readonly rest: readonly string[];
  readonly options: Options;
  readonly isJson: boolean;
  readonly columns: number;
  readonly hasColors: boolean;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  out(text: string): void;
  err(text: string): void;
  data(document: unknown): void;
}

export interface StandaloneDefinition<Schema extends z.ZodObject = z.ZodObject> extends CommandShape {
  readonly options: Schema;
  /** Options arrive as typed: they are a role's, and its schema validates them. */
  readonly isValidatedByRole?: boolean;
  /** A name that the daemon has too is meant here only where this option is given. */
  readonly onlyWith?: string;
  readonly run: (call: StandaloneCall<z.output<Schema>>) => Promise<number>;
}

export type StandaloneCommand = StandaloneDefinition;

export function defineStandalone<Schema extends z.ZodObject>(
  command: StandaloneDefinition<Schema>,
): StandaloneCommand {
  return command as unknown as StandaloneCommand;
}
