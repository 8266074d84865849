/** The steps of several connections in one order, and those told together that belong together. */
import type { Step } from "./sequence-steps.ts";

/** Time within which an instance's writes to several are one arrow. */
const TOGETHER_MS = 20;

/**
 * In the order of time. Within a millisecond what came goes before what was sent: that is how one causes the other, and
 * clocks do not tell.
 */
export function merged(queues: readonly Step[][]): Step[] {
  const heads = queues.map(() => 0);
  const found: Step[] = [];
  for (;;) {
    let best = -1;
    let bestStep: Step | undefined;
    for (const [index, queue] of queues.entries()) {
      const step = queue[heads[index] ?? 0];
      if (step && (!bestStep || isBefore(step, bestStep))) [best, bestStep] = [index, step];
    }
    if (!bestStep) return found;
    found.push(bestStep);
    heads[best] = (heads[best] ?? 0) + 1;
  }
}

function isBefore(a: Step, b: Step): boolean {
  if (a.at !== b.at) return a.at < b.at;
  return !isReply(a) && isReply(b);
}

const isReply = (step: Step) => step.kind === "message" && !step.from.includes("/");

/** The same text from one instance to several peers is one step with several targets, in the order of `participants`. */
export function together(steps: readonly Step[], participants: readonly string[]): Step[] {
  const found: Step[] = [];
  for (const step of steps) {
    const at = step.kind === "message" && isReply(step) ? partnerOf(step, found) : -1;
    const partner = found[at];
    if (step.kind === "message" && partner?.kind === "message") {
      found.splice(at, 1);
      const told = new Set([...partner.to, ...step.to]);
      found.push({ ...step, to: participants.filter((id) => told.has(id)) });
    } else found.push(step);
  }
  return found;
}

/** Place at which the same was told to others just before; what they did or heard since must stay behind it. */
function partnerOf(step: Extract<Step, { kind: "message" }>, steps: readonly Step[]): number {
  const passed = new Set<string>();
  for (let index = steps.length - 1; index >= 0; index -= 1) {
    const before = steps[index];
    if (!before || before.kind === "gap" || step.at - before.at > TOGETHER_MS) return -1;
    if (before.kind === "message" && before.from === step.from && before.text === step.text) {
      const mayMove = before.to.every((id) => !passed.has(id) && !step.to.includes(id));
      if (mayMove) return index;
    }
    for (const id of peersOf(before)) passed.add(id);
  }
  return -1;
}

const peersOf = (step: Exclude<Step, { kind: "gap" }>) =>
  step.kind === "note" ? [step.about] : [step.from, ...step.to];
