/** Help for a command where no daemon answers: the commands and netlabd's own roles are known here, too. */
import { shippedRoles } from "../catalogue/shipped-roles.ts";
import { commandTable } from "../repl/command-folder.ts";
import { helpOf, schemaFor } from "../repl/parse-command.ts";

/** Undefined where these words ask for no help, or for that of no command. */
export async function loneHelp(argv: readonly string[], columns: number): Promise<string | undefined> {
  const end = argv.indexOf("--");
  const [first = "", ...rest] = end < 0 ? argv : argv.slice(0, end);
  const isAsked = rest.some((word) => word === "--help" || word === "-h");
  const [name, ...others] = first === "help" ? rest : isAsked ? [first, ...rest] : [];
  const command = name === undefined ? undefined : (await commandTable()).get(name);
  if (!command) return undefined;
  const schema = schemaFor(command, others, { roles: await shippedRoles() });
  return helpOf(command, schema, columns);
}
