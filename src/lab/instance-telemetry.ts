/** Changes of an instance's state, as events for the log. */
import type { Instance } from "../actors/instance.ts";
import type { Telemetry, TelemetryEvent } from "../actors/telemetry.ts";
import { formatHostPort } from "../machines/_options.ts";

export function telemetryOfMove(instance: Instance, from: string, to: string): TelemetryEvent[] {
  const { id, role } = instance;
  const moved: TelemetryEvent = { type: "instance.state", id, from, to };
  const why = instance.lastError ?? "unknown";
  if (to === "running" && role.side !== "client") return [moved, runningEvent(instance)];
  if (to === "backingOff" && instance.waitsForPort)
    return [moved, { type: "instance.notice", id, text: `it waits for its port: ${why}` }];
  if (to === "backingOff") return [moved, { type: "instance.backingOff", id, why }];
  if (to === "failed") return [moved, { type: "instance.failed", id, why }];
  return [moved];
}

function runningEvent({ id, role, service, port }: Instance): TelemetryEvent {
  const { hosts, otherPorts = [] } = service;
  const at = hosts.map((host) => formatHostPort({ host, port })).join(" and ");
  const also = otherPorts.length > 0 ? `, and on port ${otherPorts.join(", ")} too` : "";
  return { type: "instance.running", id, role: role.name, at: `${at}/${role.transport}${also}` };
}

/** Secrets that the lab file leaves to chance are others at each start: where to find them is told. */
export function telemetryOfSecrets({ id, spec }: Instance): TelemetryEvent[] {
  return Object.keys(spec.made).map((option) => {
    const text = `has a random ${option}, a new one at each start; show ${id} --show-tokens shows it`;
    return { type: "instance.note", id, text };
  });
}

/** Above so many that start together, one line tells of all. */
export const MANY = 40;

/** News of instances: while many start together, one line in place of one each. */
export class StartTelemetry {
  readonly #emit: Telemetry;
  #starting: readonly Instance[] = [];

  constructor(emit: Telemetry) {
    this.#emit = emit;
  }

  begin(starting: readonly Instance[]): void {
    this.#starting = starting;
  }

  readonly telemetry: Telemetry = (event) => {
    if (event.type !== "instance.running" || this.#starting.length <= MANY) this.#emit(event);
  };

  /** All of them run, or have failed. */
  end(): void {
    if (this.#starting.length > MANY) this.#emit(runningTogether(this.#starting));
    this.#starting = [];
  }
}

function runningTogether(instances: readonly Instance[]): TelemetryEvent {
  const running = instances.filter(({ state, role }) => state === "running" && role.side !== "client");
  const roles = [...Map.groupBy(running, ({ role }) => role.name)].map(([role, group]) => {
    return { role, count: group.length, ports: spanOf(group.map(({ port }) => port)) };
  });
  const hosts = [...new Set(running.flatMap(({ service }) => service.hosts))];
  return { type: "lab.running", id: "netlabd", hosts, roles };
}

/** `21000-21995`, or the only one. */
export function spanOf(ports: readonly number[]): string {
  const [least, most] = [Math.min(...ports), Math.max(...ports)];
  return least === most ? `${least}` : `${least}-${most}`;
}
