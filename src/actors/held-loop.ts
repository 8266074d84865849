/**
 * Role code that holds the event loop, and with it everybody else of this process. The clock is read where a turn of it begins and where
 * it ends, and for no message of its own.
 */
import type { Clock } from "../machines/_world.ts";
import type { Story } from "../stories/story.ts";
import type { ServiceContext } from "./service.ts";
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

/** Watch over steps of a machine that serve no peer, and so are in no story: a companion's, or of a timer of an endpoint. */
export class LoneSteps {
  readonly #context: ServiceContext;
  #since = 0;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  begin(): void {
    this.#since = this.#context.environment.recorder.monotonic();
  }

  /** `state`: of the machine, when it began. */
  end(state: string): void {
    const { id, role, environment } = this.#context;
    const ms = (environment.recorder.monotonic() - this.#since) / 1_000;
    if (ms > HELD_MS)
      environment.telemetry({ type: "role.held", id, role: role().name, state, ms: Math.round(ms) });
  }
}

/** The clock as code of a role has it, whose timers are steps of no machine. */
export class WatchedClock implements Clock {
  readonly #clock: Clock;
  readonly #steps: LoneSteps;

  constructor(context: ServiceContext) {
    this.#clock = context.environment.clock;
    this.#steps = new LoneSteps(context);
  }

  now(): number {
    return this.#clock.now();
  }

  setTimeout(callback: () => void, ms: number): unknown {
    const watched = () => {
      this.#steps.begin();
      try {
        callback();
      } finally {
        this.#steps.end("a timer of its own");
      }
    };
    return this.#clock.setTimeout(watched, ms);
  }

  clearTimeout(id: unknown): void {
    this.#clock.clearTimeout(id);
  }
}
