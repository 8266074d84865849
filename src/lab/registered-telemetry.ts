/** News of servers that a registry lists: where many register themselves, one line in place of one each. */
import type { Instance } from "../actors/instance.ts";
import type { Telemetry, TelemetryEvent } from "../actors/telemetry.ts";
import { formatHostPort } from "../machines/_options.ts";
import type { Clock } from "../machines/_world.ts";
import { MANY, spanOf } from "./instance-telemetry.ts";

type Registered = Extract<TelemetryEvent, { type: "instance.registered" }>;

/** Longest time that one waits for the others. */
const PERIOD_MS = 10_000;

export interface RegisteredParts {
  readonly emit: Telemetry;
  readonly clock: Pick<Clock, "setTimeout" | "clearTimeout">;
  readonly instances: () => readonly Instance[];
}

export class RegisteredTelemetry {
  readonly #parts: RegisteredParts;
  /** Instances of which it has been heard, told or not. */
  readonly #heard = new Set<string>();
  #waiting: Registered[] = [];
  #timer: unknown;

  constructor(parts: RegisteredParts) {
    this.#parts = parts;
  }

  readonly telemetry: Telemetry = (event) => {
    const { emit, clock, instances } = this.#parts;
    if (event.type !== "instance.registered") return emit(event);
    const due = instances().filter(registersItself);
    if (due.length <= MANY) return emit(event);
    this.#heard.add(event.id);
    this.#waiting.push(event);
    if (due.every(({ id }) => this.#heard.has(id))) return this.flush();
    this.#timer ??= clock.setTimeout(() => this.flush(), PERIOD_MS);
  };

  /** Tells what waits. */
  flush(): void {
    const { emit, clock, instances } = this.#parts;
    clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length <= FEW) {
      for (const event of waiting) emit(event);
      return;
    }
    const byId = new Map(instances().map((instance) => [instance.id, instance.role.name]));
    const groups = Map.groupBy(waiting, ({ id }) => byId.get(id) ?? "role");
    emit({
      type: "lab.registered",
      id: "netlabd",
      roles: [...groups].map(([role, events]) => ({ role, count: events.length, at: registriesOf(events) })),
      hidden: waiting.filter(({ isHidden }) => isHidden).length,
    });
  }
}

/** So many are a line each, e.g. those of students who came late. */
const FEW = 3;

const registersItself = ({ role, state, spec }: Instance) =>
  role.side === "server" &&
  state === "running" &&
  (spec.options as { readonly bootstrap?: unknown }).bootstrap !== undefined;

/** `localhost:21000-21995` */
function registriesOf(events: readonly Registered[]): string {
  const byHost = Map.groupBy(events, ({ registry }) => formatHostPort({ ...registry, port: 0 }).slice(0, -2));
  const spans = [...byHost].map(
    ([host, some]) => `${host}:${spanOf(some.map(({ registry }) => registry.port))}`,
  );
  return spans.join(" and ");
}
