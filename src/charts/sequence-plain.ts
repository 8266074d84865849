/** A sequence in sentences, one a step: for screen readers and pipes. */

import { shortPeerId } from "../ids.ts";
import { type Sequence, type Step, stepTime } from "./sequence-steps.ts";

export function sequencePlain(sequence: Sequence): string {
  const names = new Map(sequence.participants.map(({ id, name }) => [id, name]));
  const who = sequence.participants.map(({ name, detail }) => `${name} (${detail})`);
  const nameOf = (id: string) => names.get(id) ?? id;
  return [
    `Sequence of ${who.length} participants: ${who.join(", ")}.`,
    ...sequence.steps.map((step) => `${stepTime(step, sequence)} ${sentence(step, nameOf)}`),
  ].join("\n");
}

function sentence(step: Step, nameOf: (id: string) => string): string {
  if (step.kind === "gap") return `(${step.text})`;
  if (step.kind === "note") return `${nameOf(step.over)}, with ${shortPeerId(step.about)}: ${step.text}`;
  return `${nameOf(step.from)} to ${step.to.map(nameOf).join(" and ")}: ${step.text}`;
}
