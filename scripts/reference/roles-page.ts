/** docs/reference/roles.md: the conversation of every role, state by state. */
import type { Phase, Role } from "../../src/machines/_role.ts";
import { initialStateName } from "../../src/machines/_state-names.ts";

const HEAD = `# Roles, state by state

<!-- Made by \`npm run reference\`; do not edit. -->

Where a role's conversation can be, as \`show\`, \`explain\` and \`graph\` tell it: what it does there, what it waits for from its peer and
under which rule of [wire.md](../wire.md), and how that is read: \`text\`, in lines or as the peer ends its messages; \`raw\`, as it comes; \`record\`,
of a length that the bytes tell. *Due* is what a client expects of its server, or of its own user. The options are in [commands.md](commands.md).`;

export function rolesPage(roles: readonly Role[]): string {
  return `${[HEAD, ...roles.map(roleText)].join("\n\n")}\n`;
}

function roleText(role: Role): string {
  const { name, summary, side, transport, port, descriptors = 1, machine } = role;
  const held = descriptors > 1 ? `, up to ${descriptors} file descriptors a peer` : "";
  return [
    `## ${name}`,
    `${summary}: a ${side}, ${transport} port ${port}${held}. It begins in ${code(initialStateName(machine))}.`,
    [
      "| state | does | waits for | rule | reads | due |",
      "|---|---|---|---|---|---|",
      ...statesOf(role).map((state) => row(role, state)),
    ].join("\n"),
    ...dialogueText(role),
  ].join("\n\n");
}

/** Those of the machine, in its order, with their parts behind them. */
function statesOf({ machine, phases, steps = {} }: Role): string[] {
  const named = [...Object.keys(phases), ...Object.keys(steps)];
  return Object.keys(machine.states).flatMap((state) => [
    state,
    ...new Set(named.filter((name) => name.startsWith(`${state}.`))),
  ]);
}

function row({ phases, steps = {} }: Role, state: string): string {
  const { expects = "", rule = "", ...phase }: Partial<Phase> = phases[state] ?? {};
  const { reads = "", isBinary, underWay, due = "" } = phase;
  const how = [reads, ...(isBinary ? ["no text"] : []), ...(underWay ? ["not left in the middle"] : [])].join(
    ", ",
  );
  return `| ${[code(state), steps[state] ?? "", expects, rule, how, due].map(cell).join(" | ")} |`;
}

function dialogueText({ dialogue }: Role): string[] {
  if (!dialogue) return [];
  const { lines, given, closes } = dialogue;
  const said = lines.map((line) =>
    "client" in line ? `C> ${JSON.stringify(line.client)}` : `S> ${JSON.stringify(line.server)}`,
  );
  const end = closes ? ["(the server closes)"] : [];
  const from = given ? `, with ${code(JSON.stringify(given))}` : "";
  return [`A right client's talk with it${from}:`, ["```text", ...said, ...end, "```"].join("\n")];
}

const code = (text: string) => `\`${text}\``;
const cell = (text: string) => text.replaceAll("|", "\\|");
