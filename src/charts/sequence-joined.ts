/** Sequences of several nodes as one. Each node has told its own by its own clock; an instance carries the name of its node. */
import { shortPeerId } from "../ids.ts";
import type { SequenceDocument } from "./sequence-document.ts";
import { merged } from "./sequence-order.ts";
import type { Participant, Sequence, Step } from "./sequence-steps.ts";

export interface NodeSequence {
  readonly node: string;
  readonly sequence: Sequence;
}

/** `most`: steps, the last ones. */
export function joinedSequence(parts: readonly NodeSequence[], most: number): Sequence {
  const told = parts.filter(({ sequence }) => sequence.participants.length > 0).map(placed);
  const steps = merged(told.map((sequence) => [...sequence.steps]));
  const shown = steps.slice(-most);
  const left = steps.length - shown.length;
  const text = `${left} earlier steps are left out (--n)`;
  return {
    startedAt: Math.min(...told.map(({ startedAt }) => startedAt)),
    participants: told.flatMap(({ participants }) => participants),
    steps: left > 0 ? [{ kind: "gap", at: shown[0]?.at ?? 0, text }, ...shown] : shown,
    ends: new Map(told.flatMap(({ ends }) => [...ends])),
  };
}

/** With its node's name where another has the same. */
function placed({ node, sequence }: NodeSequence): Sequence {
  const placedId = (id: string) => (id.includes("/") ? id : `${id}@${node}`);
  const participants = sequence.participants.map((one): Participant => {
    const id = placedId(one.id);
    return { ...one, id, name: one.kind === "instance" ? id : one.name.replace(/^server$/, shortPeerId(id)) };
  });
  const steps = sequence.steps.map((step): Step => {
    if (step.kind === "gap") return step;
    if (step.kind === "note") return { ...step, over: placedId(step.over) };
    return { ...step, from: placedId(step.from), to: step.to.map(placedId) };
  });
  return { ...sequence, participants, steps };
}

/** Without some of its connections. */
export function withoutPeers(sequence: Sequence, left: ReadonlySet<string>): Sequence {
  const steps = sequence.steps.flatMap((step): Step[] => {
    if (step.kind === "gap") return [step];
    if (step.kind === "note") return left.has(step.about) ? [] : [step];
    const to = step.to.filter((id) => !left.has(id));
    return left.has(step.from) || to.length === 0 ? [] : [{ ...step, to }];
  });
  return { ...sequence, steps, participants: sequence.participants.filter(({ id }) => !left.has(id)) };
}

/** A sequence as another node has told it. */
export function sequenceFrom({ startedAt, participants, steps }: SequenceDocument): Sequence {
  const ends = participants.flatMap(({ id, endedAt }) =>
    endedAt === null ? [] : [[id, Date.parse(endedAt)] as const],
  );
  return {
    startedAt: Date.parse(startedAt),
    participants: participants.map(({ id, name, detail, kind }) => ({ id, name, detail, kind })),
    steps: steps.map(stepFrom),
    ends: new Map(ends),
  };
}

function stepFrom({ at, kind, text, from, to, over, about, tone }: SequenceDocument["steps"][number]): Step {
  const when = Date.parse(at);
  if (kind === "gap") return { kind, at: when, text };
  const said = { at: when, text, tone: tone ?? "plain" };
  if (kind === "note") return { ...said, kind, over: over ?? "", about: about ?? "" };
  return { ...said, kind, from: from ?? "", to: to ?? [] };
}
