/** A supervised service that opens, drains and closes when the test says so. */
import { SimulatedClock } from "xstate";
import { type Restart, type Service, supervisionMachine } from "../../src/actors/supervision.ts";
import { Calls, play, turn } from "../fakes.ts";

class FakeService implements Service {
  readonly opens = new Calls<undefined, void>();
  readonly drains = new Calls<number, void>();
  readonly closes = new Calls<undefined, void>();

  open(): Promise<void> {
    return this.opens.call(undefined);
  }

  drain(limitMs: number): Promise<void> {
    return this.drains.call(limitMs);
  }

  close(): Promise<void> {
    return this.closes.call(undefined);
  }
}

export const DRAIN_MS = 5_000;

export function supervised(restart: Restart = "permanent") {
  const service = new FakeService();
  const clock = new SimulatedClock();
  const intensity = { restarts: 3, periodMs: 5_000 };
  const run = play(supervisionMachine, { service, restart, intensity, clock, drainMs: DRAIN_MS } as never);

  async function tell(event: { type: string; error?: unknown; drainMs?: number }): Promise<void> {
    run.actor.send(event);
    await turn();
  }

  const start = () => tell({ type: "operator.start" });
  const stop = (drainMs?: number) =>
    tell({ type: "operator.stop", ...(drainMs === undefined ? {} : { drainMs }) });
  const crash = (message = "it fell") => tell({ type: "service.crashed", error: new Error(message) });
  const finish = (error?: unknown) =>
    tell({ type: "service.finished", ...(error === undefined ? {} : { error }) });

  async function runs(): Promise<void> {
    await start();
    await service.opens.resolve();
  }

  /** Crashes, and is closed. */
  async function crashes(message?: string): Promise<void> {
    await crash(message);
    await service.closes.resolve();
  }

  /** Comes back after this back-off. */
  async function comesBack(backOffMs: number): Promise<void> {
    await pass(backOffMs);
    await service.opens.resolve();
  }

  async function pass(ms: number): Promise<void> {
    clock.increment(ms);
    await turn();
  }

  return {
    run,
    service,
    clock,
    start,
    stop,
    crash,
    finish,
    runs,
    crashes,
    comesBack,
    pass,
    get facts() {
      const { restarts, startedAt, lastError } = run.actor.getSnapshot().context;
      return { restarts, startedAt, lastError };
    },
  };
}
