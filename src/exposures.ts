/** While the daemon starts, all that becomes reachable from other machines is gathered, and told in one line. */
import type { Telemetry, TelemetryEvent } from "./actors/telemetry.ts";

export type Exposed = Extract<TelemetryEvent, { type: "instance.exposed" }>;

export class Exposures {
  readonly #emit: Telemetry;
  /** Undefined once the start is over: from then on each is told as it comes. */
  #gathered: Exposed[] | undefined = [];

  constructor(emit: Telemetry) {
    this.#emit = emit;
  }

  readonly telemetry: Telemetry = (event) => {
    if (event.type === "instance.exposed" && this.#gathered) this.#gathered.push(event);
    else this.#emit(event);
  };

  /** The start is over. */
  emitAll(): void {
    const all = this.#gathered ?? [];
    this.#gathered = undefined;
    const [only] = all;
    if (only && all.length === 1) this.#emit(only);
    else if (only) this.#emit({ type: "lab.exposed", id: "netlabd", roles: all });
  }
}
