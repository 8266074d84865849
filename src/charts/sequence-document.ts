/** The sequence as a JSON document: docs/charts.md names its fields. Times are RFC 3339. */
import type { Sequence, Step } from "./sequence-steps.ts";

export type SequenceDocument = ReturnType<typeof sequenceDocument>;

export function sequenceDocument({ startedAt, participants, steps, ends }: Sequence) {
  const timeOf = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString());
  return {
    startedAt: new Date(startedAt).toISOString(),
    participants: participants.map(({ id, name, detail, kind }) => ({
      id,
      name,
      detail,
      kind,
      endedAt: timeOf(ends.get(id)),
    })),
    steps: steps.map(stepDocument),
  };
}

function stepDocument({ at, kind, text, ...step }: Step) {
  return {
    at: new Date(at).toISOString(),
    kind,
    from: "from" in step ? step.from : null,
    to: "to" in step ? step.to : null,
    over: "over" in step ? step.over : null,
    about: "about" in step ? step.about : null,
    text,
    tone: "tone" in step ? step.tone : null,
  };
}
