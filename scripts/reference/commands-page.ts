/** docs/reference/commands.md: every command of the prompt, every one that needs no daemon, and what each role takes. */
import { z } from "zod";
import { schemaOf } from "../../src/catalogue/instance-options.ts";
import type { Role } from "../../src/machines/_role.ts";
import type { Argument, Command } from "../../src/repl/command.ts";
import { GROUPS } from "../../src/repl/commands/help.ts";
import { type Flag, flagsOf } from "../../src/repl/option-flags.ts";
import { usageOf } from "../../src/repl/parse-command.ts";
import type { StandaloneCommand } from "../../src/standalone/standalone-command.ts";

const HEAD = `# Commands

<!-- Made by \`npm run reference\`; do not edit. -->

Every command works at the prompt, one-shot (\`netlabctl conns\`), and in scripts ([scripts.md](../scripts.md)). \`--json\` answers
with documents; \`<command> --help\` explains it. A *selector* is a role, an id (\`chat-1\`), a name, a connection (\`c17\`), \`@last\`,
\`state=…\`, \`addr=…\` or \`label=…\`; several together all have to hold. A command that names no level is for everybody who may attach; the others need it
([security.md](../security.md#levels)).`;

export async function commandsPage(
  commands: readonly Command[],
  own: readonly StandaloneCommand[],
  roles: readonly Role[],
): Promise<string> {
  const groups = Object.entries(GROUPS).flatMap(([group, title]) => [
    `## ${title}`,
    ...commands.filter((one) => one.group === group).map(commandText),
  ]);
  const standalone = await Promise.all(own.map(standaloneText));
  return `${[HEAD, ...groups, "## Without a daemon", ...standalone, ...rolesText(roles)].join("\n\n")}\n`;
}

function commandText(command: Command): string {
  const flags = flagsOf(command.options ?? z.object({}));
  const { aliases = [], isClients, optionsOf } = command;
  const remarks = [
    aliases.length > 0 ? `Also: ${aliases.map(code).join(", ")}.` : "",
    isClients ? "Done by the client." : "",
    optionsOf ? "It takes the options of its role, below." : "",
    command.level === "observe" ? "" : `Level: ${command.level}.`,
  ];
  const usage = usageOf(command, flags.length > 0 || optionsOf !== undefined);
  return section(command.name, usage, command.summary, remarks, command.args, flags, command.example);
}

async function standaloneText(command: StandaloneCommand): Promise<string> {
  const { name, summary, args, options, example, onlyWith } = command;
  const flags = flagsOf(typeof options === "function" ? await options() : options);
  const remarks = onlyWith ? [`Without ${code(onlyWith)} it is the command of that name at the prompt.`] : [];
  const usage = `netlabctl ${usageOf(command, flags.length > 0)}`;
  return section(`netlabctl ${name}`, usage, summary, remarks, args, flags, example);
}

function section(
  title: string,
  usage: string,
  summary: string,
  remarks: readonly string[],
  args: readonly Argument[] = [],
  flags: readonly Flag[],
  example: string,
): string {
  return [
    `### ${title}`,
    [`${code(usage)} ${summary}.`, ...remarks].filter(Boolean).join(" "),
    args.length > 0
      ? rows(
          "argument",
          args.map((one) => [one.name, one.summary]),
        )
      : "",
    flags.length > 0 ? optionRows(flags) : "",
    `Example: ${code(example)}`,
  ]
    .filter(Boolean)
    .join("\n\n");
}

/** What all servers and all clients take is told once. */
export function rolesText(roles: readonly Role[]): string[] {
  const texts = (["server", "client"] as const).flatMap((side) => {
    const some = roles.filter((role) => role.side === side);
    const common = flagsOf(z.object(commonShape(some)));
    return [`## Options of every ${side}`, optionRows(common), ...some.map(roleText)];
  });
  return ["## Roles and their options", "What `spawn` and a lab file take.", ...texts];
}

function commonShape([first, ...others]: readonly Role[]): z.ZodRawShape {
  const shape: z.ZodRawShape = first ? schemaOf(first).shape : {};
  const isCommon = (key: string) =>
    key !== "port" && [first, ...others].every((role) => role && !(key in role.options.shape));
  return Object.fromEntries(Object.entries(shape).filter(([key]) => isCommon(key)));
}

function roleText(role: Role): string {
  const { port } = schemaOf(role).shape;
  const flags = flagsOf(z.object({ port, ...role.options.shape }));
  return [`### spawn ${role.name}`, `${role.summary} (${role.transport}).`, optionRows(flags)].join("\n\n");
}

function optionRows(flags: readonly Flag[]): string {
  return rows(
    "option",
    flags.map((flag) => [optionOf(flag), flag.summary + defaultOf(flag)]),
  );
}

function optionOf({ long, kind, choices, defaultText }: Flag): string {
  if (kind === "boolean") return defaultText === "true" ? long.replace("--", "--no-") : long;
  return `${long} <${choices ? choices.join("|") : kind === "number" ? "n" : "…"}>`;
}

function defaultOf({ isRequired, defaultText, kind }: Flag): string {
  if (isRequired) return " (needed)";
  return defaultText === undefined || kind === "boolean" ? "" : ` (default: ${defaultText})`;
}

const rows = (head: string, body: readonly (readonly [string, string])[]) =>
  [
    `| ${head} | |`,
    "|---|---|",
    ...body.map(([name, text]) => `| ${cell(code(name))} | ${cell(text)} |`),
  ].join("\n");

const code = (text: string) => `\`${text}\``;
const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");
