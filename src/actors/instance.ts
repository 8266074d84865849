/** An instance: a role, its options, the service that plays it, and the supervisor that keeps it going. */

import { type InstanceOptions, parseOptions, roleOptions } from "../catalogue/instance-options.ts";
import { type ErrorCode, NetlabError } from "../errors.ts";
import type { Role } from "../machines/_role.ts";
import { stateName } from "../machines/_state-names.ts";
import { type RoleActor, runMachine } from "./run-machine.ts";
import type { Environment, InstanceService, ServiceContext } from "./service.ts";
import { serviceOf } from "./service-of.ts";
import { type Restart, supervisionMachine } from "./supervision.ts";

/** OTP's default: more than so many restarts within the period is a failure. */
const INTENSITY = { restarts: 3, periodMs: 5_000 };
export const DRAIN_MS = 5_000;

/** A role that hangs takes its watchdog's time to crash: it is to be `failed` after as many crashes as one that throws. */
function intensityOf({ watchdog }: InstanceOptions): typeof INTENSITY {
  const { restarts, periodMs } = INTENSITY;
  return watchdog === undefined ? INTENSITY : { restarts, periodMs: periodMs + (restarts + 1) * watchdog };
}

export interface InstanceSpec {
  readonly id: string;
  readonly role: Role;
  readonly options: InstanceOptions;
  /** As they were typed or written, for storing and for showing. */
  readonly given: Readonly<Record<string, unknown>>;
  /** Secrets that were made because none was chosen, by option. */
  readonly made: Readonly<Record<string, string>>;
  /** Named in the lab file: it comes from there at each start. */
  readonly isFromLab: boolean;
  /** The port it had, where the option says any. */
  readonly preferredPort: number;
}

export interface InstanceHooks {
  /** The state changed; `settled` states are running, stopped and failed. */
  readonly onState: (instance: Instance, from: string, to: string) => void;
  readonly onRemoved: (instance: Instance) => void;
}

export class Instance {
  readonly id: string;
  /** A role that is loaded again has it read anew: see `adopt`. */
  #spec: InstanceSpec;
  readonly service: InstanceService;
  #roleOptions: Readonly<Record<string, unknown>>;
  role: Role;
  /** Result of a client's run. */
  result: unknown;
  readonly #supervisor: RoleActor;
  readonly #environment: Environment;
  readonly #hooks: InstanceHooks;
  #waiters: (() => void)[] = [];

  constructor(spec: InstanceSpec, environment: Environment, hooks: InstanceHooks) {
    this.id = spec.id;
    this.#spec = spec;
    this.role = spec.role;
    this.#roleOptions = roleOptions(spec.role, spec.options);
    this.#environment = environment;
    this.#hooks = hooks;
    this.service = this.#newService();
    this.#supervisor = runMachine(supervisionMachine, {
      id: spec.id,
      clock: environment.clock,
      input: {
        service: this.service,
        restart: spec.options.restart,
        intensity: intensityOf(spec.options),
        clock: environment.clock,
        drainMs: DRAIN_MS,
      },
      watcher: {
        after: (from, to) => {
          // Parts of a state are the supervisor's own business.
          const [before, now] = [shownState(from), to === undefined ? undefined : shownState(to)];
          if (now !== undefined && now !== before) queueMicrotask(() => this.#moved(before, now));
        },
        failed: (error) => {
          throw error;
        },
        done: () => undefined,
      },
    });
    this.#supervisor.start();
  }

  #newService(): InstanceService {
    const { id, spec } = this;
    const instance = this;
    const context: ServiceContext = {
      id,
      label: spec.options.label,
      role: () => this.role,
      get options() {
        return instance.#roleOptions;
      },
      get given() {
        return { ...instance.spec.given, ...instance.spec.made };
      },
      get common() {
        return instance.spec.options;
      },
      preferredPort: spec.preferredPort,
      environment: this.#environment,
      onCrash: (error) => this.#supervisor.send({ type: "service.crashed", error }),
      onFinished: (output) => this.#finished(output),
    };
    return this.#environment.apart?.(context) ?? serviceOf(context);
  }

  #finished(output: unknown): void {
    this.result = output;
    const failure = output as { ok?: boolean; message?: string } | undefined;
    const error =
      failure?.ok === false
        ? new NetlabError("role-crashed", { why: failure.message ?? "failed" })
        : undefined;
    const result = failure?.ok === false ? (failure.message ?? "failed") : JSON.stringify(output ?? null);
    this.#environment.telemetry({ type: "instance.finished", id: this.id, result });
    this.#supervisor.send({ type: "service.finished", ...(error ? { error } : {}) });
  }

  #moved(from: string, to: string): void {
    this.#hooks.onState(this, from, to);
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }

  /**
   * Takes a new edition of its role: what it was given is read anew by it, and new connections are its own; those under way
   * finish on the old one. Throws, and stays as it was, where what it was given fits no more.
   */
  adopt(role: Role): void {
    const { given, made } = this.spec;
    const kind = ({ side, transport }: Role) => `a ${transport} ${side}`;
    if (kind(role) !== kind(this.role))
      throw new NetlabError("wrong-state/other-kind", { name: role.name, kind: kind(role) });
    const options = parseOptions(role, { ...given, ...made });
    this.#spec = { ...this.spec, role, options };
    this.#roleOptions = roleOptions(role, options);
    this.role = role;
    this.service.adopt?.();
  }

  // -- what can be asked ------------------------------------------------------------------------------------------------

  get spec(): InstanceSpec {
    return this.#spec;
  }

  get state(): string {
    return shownState(stateName(this.#supervisor.getSnapshot().value));
  }

  get restart(): Restart {
    return this.spec.options.restart;
  }

  get restarts(): number {
    return this.#supervisor.getSnapshot().context.restarts;
  }

  /** True while it backs off because its port is not free yet, and not because it crashed. */
  get waitsForPort(): boolean {
    return this.#supervisor.getSnapshot().matches("lingering");
  }

  get startedAt(): number | undefined {
    return this.#supervisor.getSnapshot().context.startedAt;
  }

  get lastError(): string | undefined {
    return this.#supervisor.getSnapshot().context.lastError;
  }

  /** Code of the error that it could not start for. */
  get lastErrorCode(): ErrorCode | undefined {
    return this.#supervisor.getSnapshot().context.lastErrorCode;
  }

  /** The port it listens on, else the one it wants, else the one it had in an earlier run; 0: any. */
  get port(): number {
    return this.service.port || this.spec.options.port || this.spec.preferredPort;
  }

  // -- what can be done ---------------------------------------------------------------------------------------------------

  start(): void {
    this.#supervisor.send({ type: "operator.start" });
  }

  stop(drainMs?: number): void {
    this.#supervisor.send({ type: "operator.stop", ...(drainMs === undefined ? {} : { drainMs }) });
  }

  /** Resolves in the next state that `isThere` likes. */
  async reaches(isThere: (state: string) => boolean): Promise<string> {
    while (!isThere(this.state)) await new Promise<void>((wake) => this.#waiters.push(wake));
    return this.state;
  }

  /** Running, or why not. A port that will be free within a minute is waited for by the instance alone. */
  async settled(): Promise<string> {
    return this.reaches((state) => ["running", "failed", "stopped"].includes(state) || this.waitsForPort);
  }

  dispose(): void {
    this.#supervisor.stop();
  }
}

/** A port that is waited for is a back-off to operators. */
const shownState = (state: string) => (state.startsWith("lingering.") ? "backingOff" : state);
