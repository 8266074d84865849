/** Client roles as commands of `netlabctl`: the role's options are the command's, its machine is the daemon's. */
import { createInterface } from "node:readline";
import type * as z from "zod";
import { schemaOf } from "../catalogue/instance-options.ts";
import { shippedRole } from "../catalogue/shipped-roles.ts";
import { exitCodes } from "../errors.ts";
import type { Role } from "../machines/_role.ts";
import { printable } from "../printable.ts";
import type { Argument } from "../repl/command.ts";
import { hintText } from "../stories/cause-text.ts";
import type { Cause } from "../stories/causes.ts";
import type { Entry, Story } from "../stories/story.ts";
import { printOutcome } from "./outcome.ts";
import { runClient } from "./run-client.ts";
import { EXPLAIN, type StandaloneCall, type StandaloneCommand } from "./standalone-command.ts";
import { stepPrinter } from "./step-printer.ts";
import { userOf } from "./user.ts";

interface ClientCommand {
  readonly name: string;
  /** The role's file in `src/machines`. */
  readonly role: string;
  readonly summary: string;
  readonly args?: readonly Argument[];
  readonly example: string;
  /** The user types lines; otherwise one run answers one question. */
  readonly isInteractive: boolean;
  /** Options of the role that the arguments stand for: one run each. */
  readonly runs?: (rest: readonly string[]) => readonly Record<string, unknown>[];
  /** Without arguments, each line of standard input is one. */
  readonly asksForMore?: boolean;
}

/** Common options that mean nothing to one run in front of a person. */
const MEANINGLESS = {
  name: true,
  label: true,
  restart: true,
  maxConnections: true,
  record: true,
  idle: true,
} as const;

export function clientCommand(client: ClientCommand): StandaloneCommand {
  const { name, role: roleName, summary, args = [], example } = client;
  return {
    name,
    summary,
    args,
    example,
    isValidatedByRole: true,
    options: async () => optionsOf(await clientRole(roleName), client),
    run: async (call) => {
      const role = await clientRole(roleName);
      const isAsking = client.asksForMore === true && call.rest.length === 0;
      const words = isAsking ? linesOf(process.stdin, process.stdout) : [call.rest];
      let exit: number = exitCodes.done;
      for await (const rest of words) {
        for (const given of client.runs?.(rest) ?? [{}])
          exit = (await runOne(role, given, call, client)) || exit;
      }
      return exit;
    },
  };
}

/** Lists of words, a line each; a person at a terminal is asked. */
async function* linesOf(input: NodeJS.ReadStream, output: NodeJS.WriteStream): AsyncGenerator<string[]> {
  const isTerminal = input.isTTY && output.isTTY;
  const lines = createInterface({ input, ...(isTerminal ? { output, prompt: "> " } : {}) });
  if (isTerminal) lines.prompt();
  for await (const line of lines) {
    const word = line.trim();
    if (word !== "") yield [word];
    if (isTerminal) lines.prompt();
  }
}

/** An option that an argument stands for is none. */
function optionsOf(role: Role, client: ClientCommand): z.ZodObject {
  const standing = Object.keys(client.runs?.([""])[0] ?? {});
  const all = schemaOf(role).extend({ explain: EXPLAIN });
  const left = Object.entries(all.shape).filter(([key]) => !(key in MEANINGLESS) && !standing.includes(key));
  return all.pick(Object.fromEntries(left.map(([key]) => [key, true])) as never);
}

async function runOne(
  role: Role,
  given: Record<string, unknown>,
  call: StandaloneCall<Record<string, unknown>>,
  { isInteractive }: ClientCommand,
): Promise<number> {
  const { explain, ...options } = call.options;
  const steps = stepPrinter(role, call.err, call.hasColors);
  const onEntry = (story: Story, entry: Entry) => explain === true && steps(story, entry);
  const told = new Set<string>();
  const interrupt = AbortSignal.any([call.signal, leaving.signal]);
  const user = isInteractive ? userOf(call.hasColors, () => leaving.abort()) : undefined;
  const screen = user ?? {
    show: (text: string) => call.isJson || call.out(printable(text)),
    hint: (hint: string | Cause) => call.err(printable(hintText(hint))),
  };
  try {
    const outcome = await runClient(
      role,
      { ...options, ...given },
      {
        onEntry,
        signal: interrupt,
        screen: {
          show: (text) => void screen.show(text),
          hint: (hint) => {
            told.add(hintText(hint));
            void screen.hint(hint);
          },
        },
        onOpen: (run) =>
          user?.listen(
            (line) => run.say(line),
            () => run.endOfInput(),
          ),
      },
    );
    await user?.close();
    const exit = printOutcome(outcome, call, { told });
    return exit === exitCodes.done && interrupt.aborted ? exitCodes.interrupted : exit;
  } finally {
    await user?.close();
  }
}

/** Ctrl-C in a raw terminal is a key, not a signal. */
const leaving = new AbortController();

const roles = new Map<string, Promise<Role>>();

/** Only the role that is wanted is loaded: a client starts quickly. */
export function clientRole(name: string): Promise<Role> {
  let role = roles.get(name);
  if (!role) {
    role = shippedRole(name);
    roles.set(name, role);
  }
  return role;
}
