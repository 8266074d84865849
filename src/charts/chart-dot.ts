/** A chart for Graphviz: `graph calculator --format dot | dot -Tpng`. */
import { type Chart, type ChartState, stateNotes, transitionLabel } from "./chart.ts";

export function chartDot(chart: Chart, current: readonly string[] = []): string {
  const now = new Set(current);
  const lines = [
    `digraph ${quoted(chart.name)} {`,
    '  node [shape=box, style=rounded, fontname="sans-serif"];',
    '  edge [fontname="sans-serif", fontsize=10];',
    ...statesIn(chart, undefined, now, "  "),
    ...arrows(chart),
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

const startOf = (parent: string | undefined) => quoted(`begin ${parent ?? ""}`);
const anywhereIn = (from: string | undefined) => quoted(`any ${from ?? ""}`);

function statesIn(
  chart: Chart,
  parent: ChartState | undefined,
  now: ReadonlySet<string>,
  indent: string,
): string[] {
  const children = chart.states.filter((state) => state.parent === parent?.id);
  return [
    ...children.flatMap((state) =>
      chart.states.some((one) => one.parent === state.id)
        ? [
            `${indent}subgraph ${quoted(`cluster ${state.id}`)} {`,
            `${indent}  label=${quoted(state.name)};`,
            ...statesIn(chart, state, now, `${indent}  `),
            `${indent}}`,
          ]
        : [`${indent}${quoted(state.id)} [${looks(chart, state, now)}];`],
    ),
    ...beginnings(chart, parent, children, indent),
    ...(chart.transitions.some(({ from }) => from === parent?.id) &&
    (children.length > 0 || parent === undefined)
      ? [`${indent}${anywhereIn(parent?.id)} [label="in any state", style="rounded,dashed"];`]
      : []),
  ];
}

function beginnings(
  chart: Chart,
  parent: ChartState | undefined,
  children: readonly ChartState[],
  indent: string,
): string[] {
  const first = children.find(({ isInitial }) => isInitial);
  if (!first || parent?.kind === "parallel") return [];
  return [
    `${indent}${startOf(parent?.id)} [shape=point, width=0.15];`,
    `${indent}${startOf(parent?.id)} -> ${nodeOf(chart, first.id)};`,
  ];
}

function looks(chart: Chart, state: ChartState, now: ReadonlySet<string>): string {
  const label = [state.name, ...stateNotes(chart, state)].join("\n");
  const words = [`label=${quoted(now.has(state.id) ? `> ${label}` : label)}`];
  if (state.kind === "final") words.push("peripheries=2");
  if (now.has(state.id)) words.push('style="rounded,filled,bold", fillcolor="#d7f5d7"');
  return words.join(", ");
}

/** A line to a state with others inside leads to where it begins. */
function nodeOf(chart: Chart, id: string): string {
  const inside = chart.states.filter(({ parent }) => parent === id);
  const first = inside.find(({ isInitial }) => isInitial) ?? inside[0];
  return first ? nodeOf(chart, first.id) : quoted(id);
}

function arrows(chart: Chart): string[] {
  const hasInside = (id: string | undefined) => chart.states.some(({ parent }) => parent === id);
  return chart.transitions.map((transition) => {
    const { from, to } = transition;
    const source = from === undefined || hasInside(from) ? anywhereIn(from) : quoted(from);
    const target = to === undefined ? source : nodeOf(chart, to);
    const label = `${transitionLabel(transition)}${to === undefined ? " (stays)" : ""}`;
    return `  ${source} -> ${target} [label=${quoted(label)}];`;
  });
}

/** A newline in the text is a new line of the label. */
function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
