import { type Command, defineCommand, type Group } from "../command.ts";
import { distinct } from "../command-folder.ts";
import { findCommand } from "../evaluator.ts";
import { reaches } from "../levels.ts";
import { helpOf, schemaFor, usageOf } from "../parse-command.ts";
import { wrapped } from "../wrapped.ts";

/** In the order in which they are listed. */
export const GROUPS: Record<Group, string> = {
  roles: "Roles",
  connections: "Connections",
  class: "Class",
  registry: "Registry",
  scripts: "Scripts and sheets",
  daemon: "Daemon",
};

const HINT =
  "help <command> explains one. A selector is a role, an id, a name, c17, @last, state=…, addr=… or label=….";
/** Column of the summaries; a longer usage has a line of its own. */
const MARGIN = 26;

function listed(command: Command, columns: number): string[] {
  const usage = `  ${usageOf(command)}`;
  const [first = "", ...more] = wrapped(command.summary, columns - MARGIN);
  const indented = (text: string) => " ".repeat(MARGIN) + text;
  return usage.length < MARGIN
    ? [usage.padEnd(MARGIN) + first, ...more.map(indented)]
    : [usage, ...[first, ...more].map(indented)];
}

export default defineCommand({
  name: "help",
  aliases: ["?"],
  group: "daemon",
  level: "observe",
  summary: "lists the commands, or explains one",
  args: [
    { name: "command", summary: "the command to explain", isOptional: true, completes: "command" },
    {
      name: "role",
      summary: "with help spawn: the role whose options to show",
      isOptional: true,
      completes: "role",
    },
  ],
  example: "help spawn file-server",
  run({ lab, level, args, out, data, isJson, commands, columns, style }) {
    if (args.command !== undefined) {
      const command = findCommand(commands, args.command);
      if (isJson) return data(describe(command));
      const text = helpOf(command, schemaFor(command, args.role ? [args.role] : [], lab), columns);
      const isBeyond = !reaches(level, command.level);
      return out(isBeyond ? `${text}\n\nIt needs the level ${command.level}; you have ${level}.` : text);
    }
    const all = distinct(commands).filter((one) => reaches(level, one.level));
    if (isJson) return data(all.map(describe));
    for (const [group, title] of Object.entries(GROUPS)) {
      const some = all.filter((one) => one.group === group);
      out([style.bold(title), ...some.flatMap((one) => listed(one, columns))].join("\n"));
    }
    out(wrapped(HINT, columns).join("\n"));
    const beyond = distinct(commands).length - all.length;
    if (beyond > 0) out(`${beyond} more commands need a higher level than ${level}, which you have.`);
    return undefined;
  },
});

function describe({ name, group, level, summary, args, example }: Command) {
  return { name, group, level, summary, args: args ?? [], example };
}
