/** Candidates for what comes next in a line: commands, options and their values, roles, live ids. */
import type { Lab } from "../lab/lab.ts";
import { isOwnQuestion, shortId } from "../lab/selectors.ts";
import type { Argument, Command, Completes } from "./command.ts";
import { type CommandTable, distinct } from "./command-folder.ts";
import { commandStart, filterStart } from "./completion-start.ts";
import { wordsSoFar } from "./line-words.ts";
import { registryLabels } from "./named-registry.ts";
import { SELECTS } from "./node-aim.ts";
import { type Flag, flagsOf } from "./option-flags.ts";
import { schemaFor } from "./parse-command.ts";
import { INSTANCE_STATES, statesOf, VERDICTS } from "./wait-for-state.ts";

export interface Candidate {
  readonly value: string;
  readonly summary: string;
  /** Whether it is a part of a word: no blank belongs behind it. */
  readonly isOpen?: boolean;
}

export interface Completion {
  /** Place in the line where the candidates start. */
  readonly from: number;
  readonly candidates: readonly Candidate[];
}

/** A thousand candidates, of a thousand connections, would not be read. */
const MAX_CANDIDATES = 200;

const FILTERS: readonly Candidate[] = [
  { value: "grep", summary: "only lines like this; -v: all others, -i: in any case" },
  { value: "head", summary: "only the first lines, -n 10" },
  { value: "tail", summary: "only the last lines, -n 10" },
];

export function complete(lab: Lab, commands: CommandTable, line: string, cursor: number): Completion {
  const start = commandStart(line.slice(0, cursor), commands);
  const command = line.slice(start, cursor);
  const filter = filterStart(command, commands);
  const words = wordsSoFar(command);
  const current = words.at(-1) ?? { text: "", start: command.length, end: command.length };
  const [name, ...before] = words.slice(0, -1).map(({ text }) => text);
  const offered =
    filter !== undefined
      ? FILTERS
      : name === undefined
        ? commandNames(commands)
        : argumentsOf(lab, commands, name, before, current.text);
  const candidates = offered.filter(({ value }) => value.startsWith(current.text)).slice(0, MAX_CANDIDATES);
  return { from: start + current.start, candidates };
}

/** The code in a line, and where it starts; undefined: the line is a command's. */
export function codeSoFar(commands: CommandTable, line: string, cursor: number) {
  const marked = /^\s*=(?!=)\s*/.exec(line)?.[0].length;
  if (marked !== undefined) return marked > cursor ? undefined : { text: line.slice(marked), start: marked };
  const [first] = wordsSoFar(line.slice(0, cursor));
  const isCommand = first !== undefined && commands.has(first.text) && cursor > first.end;
  if (!isCommand) return { text: line, start: 0 };
  const start = first.end + 1;
  return first.text === "eval" ? { text: line.slice(start), start } : undefined;
}

const commandNames = (commands: CommandTable) =>
  distinct(commands).map(({ name, summary }) => ({ value: name, summary }));

function argumentsOf(
  lab: Lab,
  commands: CommandTable,
  name: string,
  before: readonly string[],
  typed: string,
): Candidate[] {
  const command = commands.get(name);
  if (!command) return [];
  const flags = flagsOf(schemaFor(command, before, lab));
  const open = flags.find(({ long, kind }) => long === before.at(-1) && kind !== "boolean");
  if (open?.completes) return offeredBy(lab, commands, open.completes);
  if (open) return (open.choices ?? []).map((value) => ({ value, summary: open.summary }));
  if (typed.startsWith("-")) return optionsOf(flags, before);
  const argument = argumentAt(command, positionOf(flags, before));
  if (argument?.choices) return argument.choices.map((value) => ({ value, summary: "" }));
  if (argument?.completes === "state") return statesFor(lab, before[0]);
  const offered = offeredBy(lab, commands, argument?.completes ?? "none");
  return argument?.completes === undefined
    ? offered
    : [...offered, ...nodesBehind(lab, argument.completes, typed)];
}

/** `c17@node2`: what stands before it may be known at the node alone. */
function nodesBehind(lab: Lab, kind: Completes, typed: string): Candidate[] {
  const at = typed.lastIndexOf("@");
  if (!lab.cluster || at < 0 || !SELECTS.includes(kind)) return [];
  return nodesOf(lab).map((one) => ({ ...one, value: `${typed.slice(0, at)}@${one.value}` }));
}

const nodesOf = ({ cluster }: Lab): Candidate[] =>
  (cluster?.nodes() ?? []).map(({ name, isOwn, isAlive }) => ({
    value: name,
    summary: isOwn ? "this node" : isAlive ? "a node" : "a node that is gone",
  }));

const optionsOf = (flags: readonly Flag[], before: readonly string[]) =>
  [
    ...flags.map(({ long, summary }) => ({ value: long, summary })),
    { value: "--json", summary: "answer with JSON documents" },
    { value: "--wide", summary: "do not cut lines to the terminal's width" },
  ].filter(({ value }) => !before.includes(value));

/** How many arguments are typed already; options and their values do not count. */
function positionOf(flags: readonly Flag[], before: readonly string[]): number {
  const takesValue = new Set(flags.filter(({ kind }) => kind !== "boolean").map(({ long }) => long));
  return before.filter((word, index) => !word.startsWith("-") && !takesValue.has(before[index - 1] ?? ""))
    .length;
}

function argumentAt({ args = [] }: Command, position: number): Argument | undefined {
  const last = args.at(-1);
  return args[position] ?? (last?.isVariadic ? last : undefined);
}

function offeredBy(lab: Lab, commands: CommandTable, kind: Completes): Candidate[] {
  switch (kind) {
    case "role":
      return rolesOf(lab);
    case "command":
      return commandNames(commands);
    case "instance":
      return instancesOf(lab);
    case "connection":
      return [...connectionsOf(lab), LAST];
    case "story":
      return [...connectionsOf(lab), ...endedConnectionsOf(lab), LAST];
    case "chart":
      return [...rolesOf(lab), ...instancesOf(lab), ...connectionsOf(lab), LAST];
    case "selector":
      return [...instancesOf(lab), ...connectionsOf(lab), LAST, ...FIELDS];
    case "node":
      return nodesOf(lab);
    case "registry":
      return registryLabels(lab).map((value) => ({ value, summary: "has a registry of its own" }));
    case "state":
    case "none":
      return [];
  }
}

const LAST: Candidate = { value: "@last", summary: "the newest connection" };
const FIELDS: Candidate[] = [
  { value: "state=", summary: "in this state" },
  { value: "addr=", summary: "from this address" },
  { value: "label=", summary: "with this label" },
  { value: "group=", summary: "of this group of the class" },
  { value: "verdict=", summary: "with this verdict" },
  { value: "card=", summary: "with this card, e.g. card=D17" },
];

const rolesOf = (lab: Lab) => [...lab.roles.values()].map(({ name, summary }) => ({ value: name, summary }));

const instancesOf = (lab: Lab) =>
  lab.instances.flatMap(({ id, state, name, type }) => {
    const candidate = { value: id, summary: `${type}, ${state}` };
    return name ? [candidate, { value: name, summary: `${id}, ${state}` }] : [candidate];
  });

const connectionsOf = (lab: Lab) =>
  lab
    .liveStories()
    .filter((story) => !isOwnQuestion(story))
    .map((story) => ({ value: shortId(story), summary: `${story.subject.instance}, ${story.state}` }));

/** Ended ones, the newest first: of a thousand of them the oldest are not wanted. */
const endedConnectionsOf = (lab: Lab) =>
  lab
    .stories()
    .filter((story) => story.endedAt !== undefined && !isOwnQuestion(story))
    .map((story) => ({ value: shortId(story), summary: `${story.subject.instance}, ended` }));

/** States that the instance's role, or any role, can be in. */
function statesFor(lab: Lab, term = ""): Candidate[] {
  const instance = lab.find(term);
  const role = lab.roles.get(instance?.type ?? term);
  const roles = role ? [role] : [...lab.roles.values()];
  const states = roles.flatMap((one) => statesOf(one).map((value) => ({ value, summary: `of ${one.name}` })));
  const byName = new Map(states.map((candidate) => [candidate.value, candidate]));
  const common = [
    ...INSTANCE_STATES.map((value) => ({ value, summary: "of a role" })),
    ...VERDICTS.map((value) => ({ value, summary: "a verdict" })),
    { value: "closed", summary: "the connection has ended" },
  ];
  return [...byName.values(), ...common.filter(({ value }) => !byName.has(value))];
}
