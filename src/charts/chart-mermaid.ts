/** A chart for Mermaid (`stateDiagram-v2`): in Markdown it is drawn where it is read. */
import { type Chart, type ChartState, transitionLabel } from "./chart.ts";

/** A path may have points and more, a Mermaid id may not; what it stands for is told beside it. */
export function chartMermaid(chart: Chart, current: readonly string[] = []): string {
  const ids = new Map(chart.states.map(({ id }, index) => [id, `s${index + 1}`]));
  const lines = [
    "stateDiagram-v2",
    ...statesIn(chart, undefined, ids, "  "),
    ...chart.states
      .filter(({ kind, parent }) => kind === "final" && parent === undefined)
      .map(({ id }) => `  ${ids.get(id)} --> [*]`),
    ...arrows(chart, ids),
    "  classDef now fill:#d7f5d7,stroke:#1a7f37,stroke-width:3px",
    ...current.flatMap((id) => (ids.has(id) ? [`  class ${ids.get(id)} now`] : [])),
  ];
  return `${lines.join("\n")}\n`;
}

function statesIn(
  chart: Chart,
  parent: ChartState | undefined,
  ids: ReadonlyMap<string, string>,
  indent: string,
): string[] {
  const children = chart.states.filter((state) => state.parent === parent?.id);
  return children.flatMap((state, index) => {
    const id = ids.get(state.id) ?? "";
    const inside = statesIn(chart, state, ids, `${indent}  `);
    return [
      ...(parent?.kind === "parallel" && index > 0 ? [`${indent}--`] : []),
      `${indent}state "${mermaidText(state.name)}" as ${id}`,
      ...(inside.length > 0 ? [`${indent}state ${id} {`, ...inside, `${indent}}`] : []),
      ...(state.isInitial && parent?.kind !== "parallel" ? [`${indent}[*] --> ${id}`] : []),
    ];
  });
}

/** Mermaid draws no line from a state to one inside it; where that is meant, it comes from a state called `in any state`. */
function arrows(chart: Chart, ids: ReadonlyMap<string, string>): string[] {
  const anywhere = new Map<string, string>();
  const lines = chart.transitions.map((transition) => {
    const { from, to = from } = transition;
    const isInto = from === undefined || to?.startsWith(`${from}.`) === true;
    const id = ids.get(from ?? "") ?? "";
    const source = isInto ? `any${id}` : id;
    if (isInto) anywhere.set(source, from === undefined ? "in any state" : `in any state of ${from}`);
    const target = ids.get(to ?? "") ?? source;
    const stays = transition.to === undefined ? " (stays)" : "";
    return `  ${source} --> ${target} : ${mermaidText(transitionLabel(transition))}${stays}`;
  });
  return [...[...anywhere].map(([id, words]) => `  state "${mermaidText(words)}" as ${id}`), ...lines];
}

/** Characters with a meaning to Mermaid, or to the page that it is drawn on, as codes. */
export function mermaidText(text: string): string {
  return text.replace(/[^\p{L}\p{N} .,_()[\]+*/=?!|'-]/gu, (character) => `#${character.codePointAt(0)};`);
}
