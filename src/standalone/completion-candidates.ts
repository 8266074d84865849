/** Candidates for the next word on a shell's command line: the client's own words, and what the daemon would offer, if one is there. */
import { readdirSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod";
import { labsFolder } from "../config.ts";
import { ControlClient } from "../control/control-client.ts";
import { netlabdProgram } from "../netlabd-program.ts";
import { type CommandTable, commandTable, distinct } from "../repl/command-folder.ts";
import { type Word, wordsSoFar } from "../repl/line-words.ts";
import { type Flag, flagsOf } from "../repl/option-flags.ts";
import { defaultSocketPath } from "../socket-path.ts";
import type { StandaloneCommand } from "./standalone-command.ts";

interface Candidate {
  readonly value: string;
  readonly summary: string;
}

/** Longest wait for a Tab. */
const PATIENCE_MS = 1_000;
const GLOBALS: readonly Candidate[] = [
  { value: "--socket", summary: "the daemon's control socket" },
  { value: "--json", summary: "print JSON documents" },
  { value: "--wide", summary: "do not cut lines to the terminal's width" },
  { value: "--command", summary: "run these lines, until one fails" },
  { value: "--file", summary: "run the lines of this file" },
  { value: "--help", summary: "show the help" },
  { value: "--version", summary: "show the version" },
];
/** Options before the command that take a value. */
const TAKES_VALUE = new Set(["--socket", "-c", "--command", "-f", "--file"]);

/** Candidates, a line each, as this shell wants them; none: the shell may offer files. */
export async function candidatesFor(shell: string, line: string): Promise<string[]> {
  const [program, ...words] = wordsSoFar(line);
  const current = words.at(-1) ?? { text: "", start: line.length, end: line.length };
  const isDaemon = path.basename(program?.text ?? "") === "netlabd";
  const candidates = (isDaemon ? ofDaemonProgram(words) : await offered(line, words)).filter(({ value }) =>
    value.startsWith(current.text),
  );
  return candidates.map((candidate) => shown(shell, candidate, current.text));
}

async function offered(line: string, words: readonly Word[]): Promise<readonly Candidate[]> {
  let at = 0;
  let socket = defaultSocketPath();
  for (; at < words.length - 1 && words[at]?.text.startsWith("-"); at += 1) {
    const option = words[at]?.text ?? "";
    if (!TAKES_VALUE.has(option)) continue;
    at += 1;
    if (at === words.length - 1) return [];
    if (option === "--socket") socket = words[at]?.text ?? socket;
  }
  const [command, ...rest] = words.slice(at);
  const { standalone } = await import("./standalone-commands.ts");
  const commands = await commandTable();
  const typed = words.at(-1)?.text ?? "";
  if (!command || rest.length === 0)
    return typed.startsWith("-") ? GLOBALS : commandNames(commands, standalone);
  const before = rest.slice(0, -1).map(({ text }) => text);
  const own = standalone.get(command.text);
  const ownCandidates = own ? await ofStandalone(own, typed, before) : [];
  if (own && !commands.has(command.text)) return ownCandidates;
  const ofLab =
    (await askDaemon(socket, line.slice(command.start))) ?? offline(commands, command.text, typed, before);
  return [...ofLab, ...ownCandidates.filter(({ value }) => !ofLab.some((one) => one.value === value))];
}

function commandNames(
  commands: CommandTable,
  standalone: ReadonlyMap<string, StandaloneCommand>,
): Candidate[] {
  const shapes = [...distinct(commands), ...standalone.values()];
  const byName = new Map(shapes.map(({ name, summary }) => [name, { value: name, summary }]));
  return [...byName.values()].sort((a, b) => (a.value < b.value ? -1 : 1));
}

async function ofStandalone(
  { options, args = [] }: StandaloneCommand,
  typed: string,
  before: readonly string[],
): Promise<Candidate[]> {
  const schema = typeof options === "function" ? await options() : options;
  return ofShape(flagsOf(schema), args[before.length]?.choices, typed, before);
}

/** Without a daemon there are no roles and no connections to offer. */
function offline(
  commands: CommandTable,
  name: string,
  typed: string,
  before: readonly string[],
): Candidate[] {
  const command = commands.get(name);
  if (!command) return [];
  return ofShape(
    flagsOf(command.options ?? z.object({})),
    command.args?.[before.length]?.choices,
    typed,
    before,
  );
}

function ofShape(
  flags: readonly Flag[],
  choices: readonly string[] | undefined,
  typed: string,
  before: readonly string[],
): Candidate[] {
  const open = flags.find(({ long, kind }) => long === before.at(-1) && kind !== "boolean");
  if (open) return (open.choices ?? []).map((value) => ({ value, summary: open.summary }));
  if (!typed.startsWith("-")) return (choices ?? []).map((value) => ({ value, summary: "" }));
  const options = flags.map(({ long, summary }) => ({ value: long, summary }));
  return options.filter(({ value }) => !before.includes(value));
}

/** Words of `netlabd` itself: its options, and the values that are known. */
function ofDaemonProgram(words: readonly Word[]): Candidate[] {
  const { options } = netlabdProgram();
  const [before, typed] = [words.at(-2)?.text, words.at(-1)?.text ?? ""];
  const open = options.find(({ long, required }) => required && long === before);
  if (open) return (open.long === "--lab" ? labNames() : (open.argChoices ?? [])).map(unexplained);
  if (!typed.startsWith("-")) return [];
  return options.map(({ long, description }) => ({ value: long ?? "", summary: description }));
}

const labNames = () => [...readdirSync(labsFolder).map((file) => path.basename(file, ".yaml")), "none"];

const unexplained = (value: string): Candidate => ({ value, summary: "" });

/** Undefined where no daemon answers in time. */
async function askDaemon(socket: string, line: string): Promise<readonly Candidate[] | undefined> {
  let client: ControlClient | undefined;
  try {
    client = await ControlClient.connect(socket);
    let answer: { candidates?: readonly Candidate[] } = {};
    const data = (document: unknown) => {
      answer = document as typeof answer;
    };
    const request = client.request("complete", { line, cursor: line.length }, { data });
    await Promise.race([request, delay(PATIENCE_MS, undefined, { ref: false })]);
    return answer.candidates;
  } catch {
    return undefined;
  } finally {
    client?.close();
  }
}

function shown(shell: string, { value, summary }: Candidate, typed: string): string {
  if (shell === "fish") return summary ? `${value}\t${summary}` : value;
  if (shell === "zsh") return `${value.replaceAll(":", "\\:")}${summary ? `:${summary}` : ""}`;
  // bash begins a new word at each = and :, and replaces that one alone.
  return value.slice(Math.max(typed.lastIndexOf("="), typed.lastIndexOf(":")) + 1);
}
