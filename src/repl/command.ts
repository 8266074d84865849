/**
 * The command contract: one file in `commands/` = one command, and a command is data. One parser, one help, one
 * completion and one-shot `netlabctl` all read the same table.
 */
import type * as z from "zod";
import { NetlabError } from "../errors.ts";
import type { Lab } from "../lab/lab.ts";
import type { Level } from "./levels.ts";
import type { Style } from "./style.ts";

/** Kinds of words that Tab offers for an argument. */
export type Completes =
  | "role"
  | "instance"
  | "connection"
  /** A connection, live or ended. */
  | "story"
  | "selector"
  | "chart"
  /** A state of what the first argument selects, or a verdict. */
  | "state"
  | "command"
  /** Name of a node: the command runs there. */
  | "node"
  /** A student or a group with a registry of its own. */
  | "registry"
  | "none";

export interface Argument {
  readonly name: string;
  readonly summary: string;
  readonly isOptional?: boolean;
  /** Takes the rest of the words; only the last one may. */
  readonly isVariadic?: boolean;
  /** Hidden in the audit. */
  readonly isSecret?: boolean;
  readonly completes?: Completes;
  /** The words that it may be, for completion. */
  readonly choices?: readonly string[];
}

/** As it is; or, where it is a role's, as a module with all that it imports. Who knows no modules answers with the text. */
export type ReadAs = "text" | "role";

export type Group = "roles" | "connections" | "class" | "registry" | "scripts" | "daemon";

/** Facts of a command that need no run of it. */
export interface CommandShape {
  readonly name: string;
  readonly summary: string;
  readonly args?: readonly Argument[];
  readonly example: string;
  /** Words behind the first argument are another program's, options among them too. */
  readonly passesWordsOn?: boolean;
  /** Lines that help tells besides. */
  readonly notes?: readonly string[];
}

export interface CommandDefinition<Schema extends z.ZodObject = z.ZodObject> extends CommandShape {
  readonly aliases?: readonly string[];
  readonly group: Group;
  /** Level that an operator needs for it; an option that needs more says so itself (`levels.ts`). */
  readonly level: Level;
  /** The audit has it though an observer may do it. */
  readonly isAudited?: boolean;
  /** The line that the audit has of these words in place of theirs, e.g. where a name is not to stay; undefined: as they were typed. */
  readonly auditedAs?: (words: readonly string[]) => string | undefined;
  readonly options?: Schema;
  /** The last argument is the rest of the line as it was typed, so options stand before it. */
  readonly takesRestOfLine?: boolean;
  /** Asked of each node where the lab has several, and the answers are put together: it lists what all have. */
  readonly acrossNodes?: boolean;
  /** Selectors may be of several nodes: the command asks each of them itself. */
  readonly joinsNodes?: boolean;
  /** The client does it, the daemon only describes it, e.g. `watch`. */
  readonly isClients?: boolean;
  /** Options that depend on the first argument: `spawn chat` takes what chat takes. */
  readonly optionsOf?: (first: string | undefined, lab: Pick<Lab, "roles">) => z.ZodObject | undefined;
  /** Refuses a first argument on which the options depend, before they are looked at. Throws a NetlabError. */
  readonly checkFirst?: (first: string, lab: Lab) => void;
  /** Returns an exit status other than 0, or throws a NetlabError. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a command that is done need not say so.
  readonly run: (call: Call<z.output<Schema>>) => Promise<number | void> | number | void;
}

export type Command = CommandDefinition;

export interface CodeOptions {
  readonly isJson?: boolean | undefined;
  /** Undefined: as long as it takes. */
  readonly timeoutMs?: number | undefined;
}

/** A call of a command: what was typed, and where its answer goes. */
export interface Call<Options = Record<string, unknown>> {
  readonly lab: Lab;
  /** Level of the operator. A part of a command that needs more than the command itself looks at it. */
  readonly level: Level;
  /** Another node asks, this one alone. */
  readonly isFromNode: boolean;
  /** By argument name. */
  readonly args: Readonly<Record<string, string | undefined>>;
  /** The words of the variadic argument. */
  readonly rest: readonly string[];
  readonly options: Options;
  /** `--json` was given: answer with `data` alone. */
  readonly isJson: boolean;
  /** Width of the reader's terminal, as it is now. */
  readonly columns: number;
  /** Height of the reader's screen; undefined where it is none, and frames stand one below the other. */
  readonly rows: number | undefined;
  readonly style: Style;
  /** Aborted by Ctrl-C, and when the reader leaves. */
  readonly signal: AbortSignal;
  readonly commands: ReadonlyMap<string, Command>;
  out(text: string): void;
  err(text: string): void;
  /** Shows rows under a head; `firstToGive` is the column that is cut before any other. */
  table(head: readonly string[], rows: readonly (readonly string[])[], firstToGive?: string): void;
  /** A document of the design, for `--json`. */
  data(document: unknown): void;
  /** Shown in place of the frame before it, where the reader has a screen; elsewhere one after another. */
  frame(text: string): void;
  /** Asks the operator; "" where none can answer. */
  ask(question: string): Promise<string>;
  /**
   * The text of a file that the command names, opened on the operator's side; as a role, bundled there with what it imports.
   * Rejects with a NetlabError that says why not.
   */
  readFile(path: string, as?: ReadAs): Promise<string>;
  /** Writes a file that the command names, on the operator's side; what was in it is gone. Rejects as `readFile`. */
  writeFile(path: string, text: string): Promise<void>;
  /** Runs code in the asker's own realm, and shows its value; resolves to the exit status. Rejects with a NetlabError. */
  evaluate(code: string, options: CodeOptions): Promise<number>;
  /** Bytes that wait for a reader that is slow: above a limit, live output leaves lines out and says so. */
  readonly isBehind: boolean;
}

/** Defines a command that the client does by itself: in the table for help, completion and the reference; see `client-commands.ts`. */
export function defineClientCommand<Schema extends z.ZodObject>(
  command: Omit<CommandDefinition<Schema>, "run" | "isClients">,
): Command {
  return defineCommand({
    ...command,
    isClients: true,
    run: () => {
      throw new NetlabError("usage/done-by-client", { command: command.name });
    },
  });
}

export function defineCommand<Schema extends z.ZodObject>(command: CommandDefinition<Schema>): Command {
  return command as unknown as Command;
}
