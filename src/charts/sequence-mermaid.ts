/** A sequence for Mermaid (`sequenceDiagram`). */

import { shortPeerId } from "../ids.ts";
import { mermaidText } from "./chart-mermaid.ts";
import { type Sequence, type Step, stepTime } from "./sequence-steps.ts";

export function sequenceMermaid(sequence: Sequence): string {
  const ids = new Map(sequence.participants.map(({ id }, index) => [id, `p${index + 1}`]));
  const isOne = sequence.participants.length <= 2;
  const lines = [
    "sequenceDiagram",
    ...sequence.participants.map(
      ({ id, name, detail }) =>
        `  participant ${ids.get(id)} as ${mermaidText(name)}<br/>${mermaidText(detail)}`,
    ),
    ...sequence.steps.flatMap((step) =>
      stepLines(step, ids, isOne).map((line) => `  ${line.replace(": ", `: ${stepTime(step, sequence)} `)}`),
    ),
  ];
  return `${lines.join("\n")}\n`;
}

function stepLines(step: Step, ids: ReadonlyMap<string, string>, isOne: boolean): string[] {
  const text = mermaidText(step.text);
  if (step.kind === "message") {
    const arrow = step.tone === "bad" ? "-x" : "->>";
    return step.to.map((id) => `${ids.get(step.from)}${arrow}${ids.get(id)}: ${text}`);
  }
  if (step.kind === "note") {
    const whose = isOne ? "" : `${mermaidText(shortPeerId(step.about))}, `;
    return [`Note over ${ids.get(step.over)}: ${whose}${text}`];
  }
  const [first, last] = [[...ids.values()][0], [...ids.values()].at(-1)];
  return [`Note over ${first},${last}: ${text}`];
}
