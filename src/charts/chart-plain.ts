/** A chart in sentences, top to bottom: for screen readers and pipes. */
import { type Chart, type ChartState, type ChartTransition, stateNotes, transitionWords } from "./chart.ts";
import type { ChartView } from "./chart-layout.ts";

export function chartPlain(chart: Chart, { current = [], remarks }: Omit<ChartView, "columns">): string {
  const begins = chart.states.filter(({ isInitial, parent }) => isInitial && parent === undefined);
  const own = linesFrom(chart, undefined);
  return [
    `Statechart of ${chart.name}, ${chart.states.length} states.`,
    `It begins in ${begins.map(({ id }) => id).join(" and ")}.`,
    ...(current.length > 0 ? [`It is now in ${current.join(" and ")}.`] : []),
    ...(own.length > 0 ? ["In any state:", ...own] : []),
    ...chart.states.flatMap((state, index) => [
      `State ${index + 1}, ${[stateWords(chart, state, current), remarks?.get(state.id)].filter(Boolean).join(", ")}.`,
      ...linesFrom(chart, state.id),
    ]),
  ].join("\n");
}

function stateWords(chart: Chart, state: ChartState, current: readonly string[]): string {
  const inside = chart.states.filter(({ parent, isInitial }) => parent === state.id && isInitial);
  const begins =
    inside.length > 0 && state.kind !== "parallel"
      ? [`begins in ${inside.map(({ id }) => id).join(" and ")}`]
      : [];
  const words = [
    ...(current.includes(state.id) ? ["it is here now"] : []),
    ...stateNotes(chart, state),
    ...begins,
  ];
  return words.length > 0 ? `${state.id}: ${words.join("; ")}` : state.id;
}

function linesFrom(chart: Chart, from: string | undefined): string[] {
  return chart.transitions.filter((one) => one.from === from).map((one) => `  ${sentence(one)}`);
}

function sentence(transition: ChartTransition): string {
  const { guard, isElse, to, reenters } = transition;
  const { event } = transitionWords(transition);
  const when = /^(at once|after )/.test(event) ? event : `on ${event}`;
  const condition = guard === undefined ? (isElse ? ", otherwise" : "") : `, if ${guard}`;
  const where = to === undefined ? "it stays" : reenters ? "it begins again" : `to ${to}`;
  return `${when}${condition}: ${where}.`;
}
