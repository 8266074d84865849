/**
 * The supervisor of one instance, in OTP's words: a `permanent` instance is always restarted, a `transient` one when
 * it crashed, a `temporary` one never. More than so many restarts within a period and it is `failed`: a state with a
 * cause and a cure, never silence.
 *
 *   stopped → starting → running → draining → closing → stopped
 *                 ↑       ↓     ↓
 *                 |  crashed   finished → stopped, failed
 *                 |       ↓
 *                 └──── backingOff, failed
 *
 * A port that only the kernel still holds is waited for in `lingering`, which costs no restart; it is shown as `backingOff`.
 *
 * Long, because it is one statechart, read as one.
 */
import { assign, fromPromise, setup } from "xstate";
import { type ErrorCode, messageOf, NetlabError } from "../errors.ts";

export type Restart = "permanent" | "transient" | "temporary";

/** Supervised service: a listener with its companion, or a client's run. */
export interface Service {
  /** Resolves when it serves; rejects with the reason why not. */
  open(): Promise<void>;
  /** No new peers; resolves when the present ones are done, or at the limit. */
  drain(limitMs: number): Promise<void>;
  /** Everything ends now. Safe in any state. */
  close(): Promise<void>;
}

export interface SupervisionInput {
  readonly service: Service;
  readonly restart: Restart;
  readonly intensity: { readonly restarts: number; readonly periodMs: number };
  readonly clock: { now(): number };
  readonly drainMs: number;
}

interface Context extends SupervisionInput {
  /** When it was restarted, within the period. */
  readonly recent: readonly number[];
  readonly restarts: number;
  readonly startedAt: number | undefined;
  readonly lastError: string | undefined;
  /** Code of the error that it could not start for. */
  readonly lastErrorCode: ErrorCode | undefined;
  /** Since when its port is waited for. */
  readonly lingersSince: number | undefined;
}

interface Thrown {
  readonly error: unknown;
}

export type SupervisionEvent =
  | { type: "operator.start" }
  | { type: "operator.stop"; drainMs?: number }
  | { type: "service.crashed"; error: unknown }
  | { type: "service.finished"; error?: unknown };

const FIRST_BACK_OFF_MS = 100;
const MAX_BACK_OFF_MS = 5_000;
/** Linux keeps a connection in TIME_WAIT for a minute; each further one that ends there begins another. */
const LINGER_LIMIT_MS = 70_000;
const LINGER_RETRY_MS = 1_000;

/** A service may crash, and a run may finish, before it is known to be open. */
const servicesEnd = {
  "service.crashed": { target: "#supervisor.crashed", actions: "noteCrash" },
  "service.finished": [
    { guard: "restartsAlways", target: "#supervisor.crashed", actions: "noteUnwantedEnd" },
    { target: "#supervisor.finished", actions: "noteFinish" },
  ],
} as const;

export const supervisionMachine = setup({
  types: { context: {} as Context, events: {} as SupervisionEvent, input: {} as SupervisionInput },
  guards: {
    restartsAlways: ({ context }) => context.restart === "permanent",
    restartsOnCrash: ({ context }) => context.restart !== "temporary",
    mayRestart: ({ context }) =>
      context.restart !== "temporary" && recentRestarts(context).length < context.intensity.restarts,
    isExpected: (_, { error }: Thrown) => error instanceof NetlabError,
    isLingering: ({ context: { clock, lingersSince = clock.now() } }, { error }: Thrown) =>
      isLingeringPort(error) && clock.now() - lingersSince < LINGER_LIMIT_MS,
    hasError: ({ context }) => context.lastError !== undefined,
  },
  actions: {
    noteStarted: assign({
      startedAt: ({ context }) => context.clock.now(),
      lastError: undefined,
      lastErrorCode: undefined,
      lingersSince: undefined,
    }),
    noteLingering: assign({
      lastError: (_, { error }: Thrown) => messageOf(error),
      lingersSince: ({ context: { lingersSince, clock } }) => lingersSince ?? clock.now(),
    }),
    forgetLingering: assign({ lingersSince: undefined }),
    noteStopped: assign({ startedAt: undefined }),
    noteError: assign({
      lastError: (_, { error }: Thrown) => messageOf(error),
      lastErrorCode: (_, { error }: Thrown) => (error instanceof NetlabError ? error.code : undefined),
    }),
    noteFinish: assign({ lastError: ({ event }) => errorOf(event) }),
    noteUnwantedEnd: assign({ lastError: ({ event }) => errorOf(event) ?? "it ended by itself" }),
    noteCrash: assign({
      lastError: ({ event }) => (event.type === "service.crashed" ? messageOf(event.error) : undefined),
    }),
    noteTooMany: assign({
      lastError: ({ context }) =>
        `${context.lastError} (${context.intensity.restarts} restarts within ${context.intensity.periodMs / 1_000} s did not help)`,
    }),
    countRestart: assign({
      recent: ({ context }) => [...recentRestarts(context), context.clock.now()],
      restarts: ({ context }) => context.restarts + 1,
    }),
    forgetRestarts: assign({ recent: [] }),
  },
  actors: {
    open: fromPromise<void, Service>(({ input }) => input.open()),
    drain: fromPromise<void, { service: Service; limitMs: number }>(({ input }) =>
      input.service.drain(input.limitMs),
    ),
    close: fromPromise<void, Service>(({ input }) => input.close()),
  },
  delays: {
    /** Doubles with each restart within the period. */
    backOff: ({ context }) =>
      Math.min(MAX_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** Math.max(0, context.recent.length - 1)),
    lingerRetry: LINGER_RETRY_MS,
  },
}).createMachine({
  id: "supervisor",
  context: ({ input }) => ({
    ...input,
    recent: [],
    restarts: 0,
    startedAt: undefined,
    lastError: undefined,
    lastErrorCode: undefined,
    lingersSince: undefined,
  }),
  initial: "stopped",
  states: {
    stopped: {
      entry: ["noteStopped", "forgetLingering"],
      on: { "operator.start": { target: "starting", actions: "forgetRestarts" } },
    },
    starting: {
      on: { "operator.stop": "closing", ...servicesEnd },
      invoke: {
        src: "open",
        input: ({ context }) => context.service,
        onDone: { target: "running", actions: "noteStarted" },
        onError: [
          {
            guard: { type: "isLingering", params: ({ event }) => ({ error: event.error }) },
            target: "lingering",
            actions: { type: "noteLingering", params: ({ event }) => ({ error: event.error }) },
          },
          // A port that is taken, an address that is not ours: trying again at once would not help.
          {
            guard: { type: "isExpected", params: ({ event }) => ({ error: event.error }) },
            target: "failed",
            actions: { type: "noteError", params: ({ event }) => ({ error: event.error }) },
          },
          {
            target: "crashed",
            actions: { type: "noteError", params: ({ event }) => ({ error: event.error }) },
          },
        ],
      },
    },
    running: {
      on: { "operator.stop": "draining", ...servicesEnd },
    },
    crashed: {
      invoke: {
        src: "close",
        input: ({ context }) => context.service,
        onDone: [
          { guard: "mayRestart", target: "backingOff", actions: "countRestart" },
          { guard: "restartsOnCrash", target: "failed", actions: "noteTooMany" },
          { target: "failed" },
        ],
        onError: {
          target: "failed",
          actions: { type: "noteError", params: ({ event }) => ({ error: event.error }) },
        },
      },
      on: { "operator.stop": "closing" },
    },
    // A service that has ended may still have its ports open.
    finished: {
      invoke: {
        src: "close",
        input: ({ context }) => context.service,
        onDone: [{ guard: "hasError", target: "failed" }, { target: "stopped" }],
        onError: {
          target: "failed",
          actions: { type: "noteError", params: ({ event }) => ({ error: event.error }) },
        },
      },
    },
    backingOff: {
      on: { "operator.stop": "stopped", "operator.start": "starting" },
      after: { backOff: "starting" },
    },
    // Operators see it back off all the time, not flicker between that and starting.
    lingering: {
      initial: "pausing",
      on: { "operator.stop": "stopped", "operator.start": "starting" },
      states: {
        pausing: { after: { lingerRetry: "retrying" } },
        retrying: {
          on: { "operator.stop": "#supervisor.closing", ...servicesEnd },
          invoke: {
            src: "open",
            input: ({ context }) => context.service,
            onDone: { target: "#supervisor.running", actions: "noteStarted" },
            onError: [
              {
                guard: { type: "isLingering", params: ({ event }) => ({ error: event.error }) },
                target: "pausing",
                actions: { type: "noteLingering", params: ({ event }) => ({ error: event.error }) },
              },
              {
                guard: { type: "isExpected", params: ({ event }) => ({ error: event.error }) },
                target: "#supervisor.failed",
                actions: { type: "noteError", params: ({ event }) => ({ error: event.error }) },
              },
              {
                target: "#supervisor.crashed",
                actions: [
                  "forgetLingering",
                  { type: "noteError", params: ({ event }) => ({ error: event.error }) },
                ],
              },
            ],
          },
        },
      },
    },
    failed: {
      entry: ["noteStopped", "forgetLingering"],
      on: { "operator.start": { target: "starting", actions: "forgetRestarts" }, "operator.stop": "stopped" },
    },
    draining: {
      invoke: {
        src: "drain",
        input: ({ context, event }) => ({
          service: context.service,
          limitMs: (event.type === "operator.stop" ? event.drainMs : undefined) ?? context.drainMs,
        }),
        onDone: "closing",
        onError: "closing",
      },
      on: { "operator.stop": "closing" },
    },
    closing: {
      invoke: {
        src: "close",
        input: ({ context }) => context.service,
        onDone: "stopped",
        onError: {
          target: "failed",
          actions: { type: "noteError", params: ({ event }) => ({ error: event.error }) },
        },
      },
    },
  },
});

/** The supervisor's own knowledge of one error: all others are failures, or crashes. */
function isLingeringPort(error: unknown): boolean {
  return error instanceof NetlabError && error.code === "port-lingers";
}

function errorOf(event: SupervisionEvent): string | undefined {
  return event.type === "service.finished" && event.error !== undefined ? messageOf(event.error) : undefined;
}

function recentRestarts({ recent, clock, intensity }: Context): number[] {
  const since = clock.now() - intensity.periodMs;
  return recent.filter((at) => at > since);
}
