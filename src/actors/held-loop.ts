/**
 * Role code that holds the event loop, and with it everybody else of this process. The clock is read where a turn of it begins and where
 * it ends, and for no message of its own.
 */
import type { Story } from "../stories/story.ts";
import type { Telemetry } from "./telemetry.ts";

/** Longer than that, it is told. */
export const HELD_MS = 200;

/** `since`, `until`: the turn, in the story's time; `state`: of the machine, when it began. */
export function tellHeld(
  telemetry: Telemetry,
  story: Story,
  state: string,
  since: number,
  until = story.now(),
): void {
  const ms = (until - since) / 1_000;
  if (ms <= HELD_MS) return;
  const { id, role } = story.subject;
  telemetry({ type: "role.held", id, role, state, ms: Math.round(ms) });
}
