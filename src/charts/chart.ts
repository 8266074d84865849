/**
 * A statechart as data, read from the machine's own definition: whatever draws it cannot say anything else than what runs.
 * Names are made safe to show; nothing else is left out.
 */
import prettyMilliseconds from "pretty-ms";
import type { AnyStateMachine } from "xstate";
import type { Phase, Role } from "../machines/_role.ts";
import { eventName } from "../machines/_state-names.ts";
import { printable } from "../printable.ts";

/** How a state relates to those inside it: `parallel` is in all of them at once. */
export type StateKind = "atomic" | "compound" | "parallel" | "final" | "history";

export interface ChartState {
  /** The path from the machine: `sending.paused`. */
  readonly id: string;
  readonly name: string;
  /** The id of the state around it. */
  readonly parent: string | undefined;
  readonly kind: StateKind;
  /** Initial state of its parent, or of the machine. */
  readonly isInitial: boolean;
  /** Expected input, if it is a phase. */
  readonly phase: Pick<Phase, "reads" | "rule" | "expects"> | undefined;
  /** Messages go to the phase's handler, and only what that returns moves the machine. */
  readonly handlesMessages: boolean;
  /** Actors that run while it lasts. */
  readonly invokes: readonly string[];
  readonly entry: readonly string[];
  readonly exit: readonly string[];
}

export interface ChartTransition {
  /** A state's id; undefined: in any state, the machine's own. */
  readonly from: string | undefined;
  /** A state's id; undefined: it stays where it is. */
  readonly to: string | undefined;
  /** As the recorder tells it; undefined: at once, as soon as the guard holds. */
  readonly event: string | undefined;
  /** Of a timer, where the definition says how long it is. */
  readonly delayMs: number | undefined;
  readonly guard: string | undefined;
  /** Taken when the guards before it, on the same event, do not hold. */
  readonly isElse: boolean;
  readonly actions: readonly string[];
  /** The state is left and entered again although it is its own target. */
  readonly reenters: boolean;
}

export interface Chart {
  readonly name: string;
  /** In the order of the definition, each before those inside it. */
  readonly states: readonly ChartState[];
  readonly transitions: readonly ChartTransition[];
}

type Node = AnyStateMachine["root"];
type Transition = Node["always"] extends readonly (infer T)[] | undefined ? T : never;

/** The chart of a machine; with its role, what each state waits for too. */
export function chartOf(
  machine: AnyStateMachine,
  { name, phases }: Partial<Pick<Role, "name" | "phases">>,
): Chart {
  const states: ChartState[] = [];
  const transitions: ChartTransition[] = transitionsOf(machine.root);
  const visit = (node: Node, parent: Node) => {
    states.push(stateOf(node, parent, phases?.[node.path.join(".")]));
    transitions.push(...transitionsOf(node));
    for (const child of Object.values(node.states) as Node[]) visit(child, node);
  };
  for (const child of Object.values(machine.root.states) as Node[]) visit(child, machine.root);
  return { name: printable(name ?? machine.id), states, transitions };
}

function stateOf(node: Node, parent: Node, phase: Phase | undefined): ChartState {
  return {
    id: idOf(node) ?? "",
    name: printable(node.key),
    parent: idOf(parent),
    kind: node.type,
    isInitial: parent.initial?.target?.includes(node) ?? parent.type === "parallel",
    phase: phase && { reads: phase.reads, rule: phase.rule, expects: printable(phase.expects) },
    handlesMessages: phase?.handle !== undefined,
    invokes: node.invoke.map(({ src, id }) => printable(typeof src === "string" ? src : id)),
    entry: namesOf(node.entry),
    exit: namesOf(node.exit),
  };
}

const idOf = (node: Node): string | undefined =>
  node.path.length === 0 ? undefined : printable(node.path.join("."));

function transitionsOf(node: Node): ChartTransition[] {
  const groups = [...(node.always ? [node.always] : []), ...node.transitions.values()] as Transition[][];
  return groups.flatMap((candidates) =>
    candidates.flatMap((transition, index) => arrowsOf(node, transition, index > 0)),
  );
}

/** A way for each target: into a parallel state there may be several. */
function arrowsOf(node: Node, transition: Transition, isLater: boolean): ChartTransition[] {
  const { eventType, guard, actions, target, reenter } = transition;
  const arrow = {
    from: idOf(node),
    event: eventType === "" ? undefined : printable(eventWords(eventType)),
    delayMs: delayOf(node, eventType),
    guard: guard === undefined ? undefined : printable(guardName(guard)),
    isElse: guard === undefined && isLater,
    actions: namesOf(actions),
    reenters: reenter && target?.includes(node) === true,
  };
  return target ? target.map((one: Node) => ({ ...arrow, to: idOf(one) })) : [{ ...arrow, to: undefined }];
}

function eventWords(type: string): string {
  if (type === "*") return "any other event";
  const finished = /^xstate\.done\.state\.(?:.+\.)?([^.]+)$/.exec(type);
  return finished ? `${finished[1]} done` : eventName(type);
}

/** A delay by name is a number in one place, or is reckoned while it runs. */
function delayOf(node: Node, eventType: string): number | undefined {
  const name = /^xstate\.after\.([^.]+)\./.exec(eventType)?.[1];
  if (name === undefined) return undefined;
  const delay = (node.machine.implementations.delays as Record<string, unknown>)[name] ?? Number(name);
  return typeof delay === "number" && Number.isFinite(delay) ? delay : undefined;
}

/** `isToken`, `not isToken`, `isOpen and isKnown`; a nameless function is only a condition. */
function guardName(guard: unknown): string {
  if (typeof guard === "string") return guard;
  const { type, guards, name } = guard as { type?: string; guards?: unknown[]; name?: string };
  if (type !== undefined) return type;
  if (!guards) return name && name !== "guard" ? name : "a condition";
  const names = guards.map(guardName);
  return name === "not" ? `not ${names[0]}` : names.join(` ${name} `);
}

function namesOf(actions: readonly unknown[]): string[] {
  return actions.map((action) => {
    if (typeof action === "string") return printable(action);
    const { type, name } = action as { type?: string; name?: string };
    return printable(type ?? name ?? "an action");
  });
}

/**
 * The states that a state's name tells, e.g. of a story: one, or one in each region of a parallel state
 * (`playing.sound.on+picture.off`). A name that the chart does not have is left out.
 */
export function statesNamed(chart: Chart, name: string): string[] {
  const ids = new Set(chart.states.map(({ id }) => id));
  const [first = "", ...others] = name.split("+");
  const found = [first];
  for (const other of others) {
    const around = first.split(".").map((_, index, words) => words.slice(0, index).join("."));
    const full = around.map((prefix) => (prefix ? `${prefix}.${other}` : other)).find((id) => ids.has(id));
    if (full !== undefined) found.push(full);
  }
  return found.filter((id) => ids.has(id));
}

/** Trigger of a transition, in a reader's words: `peer.message [isToken]`, `after gapTime (50 ms)`, `at once [else]`. */
export function transitionWords({ event, delayMs, guard, isElse }: ChartTransition): {
  event: string;
  guard: string;
} {
  // A delay without a name is its own number.
  const isNamed = delayMs !== undefined && event !== `after ${delayMs}`;
  const time = delayMs === undefined ? "" : prettyMilliseconds(delayMs);
  const words =
    delayMs === undefined ? (event ?? "at once") : isNamed ? `${event} (${time})` : `after ${time}`;
  return { event: words, guard: guard === undefined ? (isElse ? "[else]" : "") : `[${guard}]` };
}

export function transitionLabel(transition: ChartTransition): string {
  const { event, guard } = transitionWords(transition);
  return guard === "" ? event : `${event} ${guard}`;
}

/** Actions of a state, a sentence each. */
export function stateNotes(chart: Chart, state: ChartState): string[] {
  const { phase, invokes, handlesMessages, kind } = state;
  const isChoice = chart.transitions.some(
    ({ from, event, guard }) => from === state.id && event === undefined && guard === undefined,
  );
  return [
    ...(phase ? [`waits for ${phase.expects} [${phase.rule}]`] : []),
    ...(handlesMessages ? ["each message is handled here"] : []),
    ...invokes.map((name) => `runs ${name}`),
    ...(isChoice ? ["decides at once"] : []),
    ...(kind === "final" ? ["the end"] : []),
    ...(kind === "parallel" ? ["in all of these at once"] : []),
    ...(kind === "history" ? ["goes on where it was left"] : []),
  ];
}
