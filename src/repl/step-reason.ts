/** Why a machine took a step and what it did on the way, read from its own definition: nothing is recorded for it. */
import type { AnyStateMachine } from "xstate";
import { type Chart, type ChartTransition, chartOf } from "../charts/chart.ts";
import type { Entry } from "../stories/story.ts";

export interface StepReason {
  /** `isToken`, or `otherwise`; undefined: there is none, or more than one way leads there. */
  readonly guard: string | undefined;
  /** In the order in which they are done: of leaving, of the way, of arriving. */
  readonly actions: readonly string[];
  /** A state that is left as soon as it is entered. */
  readonly via: string | undefined;
}

type Step = Pick<Extract<Entry, { kind: "transition" }>, "from" | "to" | "event">;

const charts = new WeakMap<AnyStateMachine, Chart>();

/** Undefined where the definition has no such way: the role was loaded anew meanwhile. */
export function stepReason(machine: AnyStateMachine, { from, to, event }: Step): StepReason | undefined {
  let chart = charts.get(machine);
  if (!chart) {
    chart = chartOf(machine, {});
    charts.set(machine, chart);
  }
  const ways = chart.transitions.filter((way) => way.event === event && isFrom(way, from));
  const direct = ways.filter((way) => way.to === to);
  if (direct.length > 0) return reasonOf(chart, from, to, direct);
  for (const way of ways) {
    const onward = chart.transitions.filter(
      (next) => next.event === undefined && next.from === way.to && next.to === to,
    );
    if (onward.length > 0) return { ...reasonOf(chart, from, to, onward, way.actions), via: way.to };
  }
  return undefined;
}

/** A state's own ways, those of the states around it, and the machine's. */
const isFrom = (way: ChartTransition, from: string) =>
  way.from === undefined || way.from === from || from.startsWith(`${way.from}.`);

function reasonOf(
  { states }: Chart,
  from: string,
  to: string,
  ways: readonly ChartTransition[],
  before: readonly string[] = [],
): StepReason {
  const [way, ...others] = ways;
  const isOnly = way !== undefined && others.length === 0;
  const guard = isOnly ? (way.guard ?? (way.isElse ? "nothing before it holds" : undefined)) : undefined;
  const exit = states.find(({ id }) => id === from)?.exit ?? [];
  const entry = states.find(({ id }) => id === to)?.entry ?? [];
  const actions = [...exit, ...before, ...(isOnly ? way.actions : []), ...entry];
  // Setting and cancelling its timers is XState's own affair.
  return { guard, actions: actions.filter((name) => !name.startsWith("xstate.")), via: undefined };
}
