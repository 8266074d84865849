/** Words of the echo server: its commands, its answers, and which programs it may run [ECHO-1]. Pure. */

export const GREETING = "Enter your command please";
export const PROBLEM = "Problem in opening file";
export const COMMAND_NOT_FOUND = "Command not found";
export const CLOSING = "Closing...";
/** [ECHO-2] The reply that is empty: lab clients block for ever on nothing. */
export const EMPTY = "\n";
export const CLOSE = "close";
const COMMAND = /^(download|run)\s+(\S.*)$/s;
const RUN_OFF = "run is off: this server was started without --allow-run [ECHO-1]";
/**
 * A slash or `..` where a path begins: at the start of an argument, behind `=`, `:` and the like, and behind the letters
 * of a short option.
 */
const LEADS_OUT = /(^|[^\p{L}\p{N}_.+%~/-]|^-[^-/][^/]*)\/|(^|[^\p{L}\p{N}_.+%~-]|^-[^-/][^/]*)\.\.(\/|$)/u;

export type EchoCommand =
  | { readonly word: "download"; readonly name: string }
  | { readonly word: "run"; readonly argv: readonly string[] };

export function isClose(text: string): boolean {
  return text.trimEnd() === CLOSE;
}

/** An answer that stands in place of a file. */
export const isNoFile = (text: string) => text === PROBLEM || text === COMMAND_NOT_FOUND;

/** `download a b.txt` is one name with a space in it; a word without its argument is no command. */
export function parseCommand(text: string): EchoCommand | undefined {
  const [, word, rest = ""] = COMMAND.exec(text.trimEnd()) ?? [];
  if (word === "download") return { word, name: rest };
  return word === "run" ? { word, argv: rest.split(/\s+/) } : undefined;
}

/** Programs that a refusal names, as `whyNotRun` words it: none where running is off; undefined: it is no such refusal. */
export function allowedIn(answer: string): string[] | undefined {
  if (answer === RUN_OFF) return [];
  return /^\S+ is not allowed: this server runs (.+) \[ECHO-1\]$/.exec(answer)?.[1]?.split(", ");
}

/** Why a peer may not run this; undefined: it may. */
export function whyNotRun(
  [program = "", ...args]: readonly string[],
  allowed: readonly string[],
): string | undefined {
  if (allowed.length === 0) return RUN_OFF;
  if (!allowed.includes(program))
    return `${program} is not allowed: this server runs ${allowed.join(", ")} [ECHO-1]`;
  const outside = args.find((argument) => LEADS_OUT.test(argument));
  if (outside === undefined) return undefined;
  return `${outside} is not allowed: absolute paths and .. lead out of the root [ECHO-1]`;
}
