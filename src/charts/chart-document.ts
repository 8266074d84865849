/** The chart as a JSON document: docs/charts.md names its fields. Absent is null. */
import type { Chart } from "./chart.ts";

export function chartDocument(chart: Chart, current: readonly string[] | undefined) {
  return {
    name: chart.name,
    initial: chart.states
      .filter(({ parent, isInitial }) => parent === undefined && isInitial)
      .map(({ id }) => id),
    current: current ?? null,
    states: chart.states.map(({ id, name, parent, kind, isInitial, phase, ...state }) => ({
      id,
      name,
      parent: parent ?? null,
      kind,
      isInitial,
      isCurrent: current?.includes(id) ?? false,
      waitsFor: phase?.expects ?? null,
      reads: phase?.reads ?? null,
      rule: phase?.rule ?? null,
      handlesMessages: state.handlesMessages,
      invokes: state.invokes,
      entry: state.entry,
      exit: state.exit,
    })),
    transitions: chart.transitions.map(({ from, to, event, delayMs, guard, isElse, actions, reenters }) => ({
      from: from ?? null,
      to: to ?? null,
      event: event ?? null,
      delayMs: delayMs ?? null,
      guard: guard ?? null,
      isElse,
      actions,
      reenters,
    })),
  };
}
