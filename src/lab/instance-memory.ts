/** Instances that an operator spawned, kept in the database so that they come back, on the ports they had. */
import type { Instance } from "../actors/instance.ts";
import type { Supervisor } from "../actors/supervisor.ts";
import { messageOf } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Clock } from "../machines/_world.ts";
import type { InstanceStore, StoredInstance } from "../stores/instances.ts";

type Wanted = StoredInstance["wanted"];

export class InstanceMemory {
  readonly #store: InstanceStore;
  readonly #supervisor: Supervisor;
  readonly #log: Log;
  readonly #clock: Clock;

  constructor(store: InstanceStore, supervisor: Supervisor, log: Log, clock: Clock) {
    this.#store = store;
    this.#supervisor = supervisor;
    this.#log = log;
    this.#clock = clock;
  }

  /** Keeps the ids of instances of earlier runs for them; before anything else gets one. */
  reserveIds(): void {
    this.#supervisor.reserve(this.#store.list().map(({ id }) => id));
  }

  /** Adds instances of earlier runs; one whose role or options are no longer known is told and left in the database. */
  bringBack(): Map<string, Wanted> {
    const wanted = new Map<string, Wanted>();
    for (const { id, type, options, wanted: want, port } of this.#store.list()) {
      try {
        this.#supervisor.add({ id, role: type, given: options, preferredPort: port });
        wanted.set(id, want);
      } catch (error) {
        this.#log.logger.warn({ id }, `${id} of an earlier run was not restored: ${messageOf(error)}`);
      }
    }
    return wanted;
  }

  readonly #warn = (error: unknown) => this.#log.logger.warn(messageOf(error));

  /** OTP's word: a temporary instance is not brought back; one of the lab file comes from there. */
  #isKept(instance: Instance): boolean {
    return !instance.spec.isFromLab && instance.restart !== "temporary";
  }

  /** Resolves once it is stored; rejects where it could not be. */
  async remember(instance: Instance): Promise<void> {
    if (!this.#isKept(instance)) return;
    const { role, options, given, made } = instance.spec;
    const row: StoredInstance = {
      id: instance.id,
      type: role.name,
      name: options.name,
      // A secret that was made is the same from now on.
      options: { ...given, ...made },
      wanted: "running",
      port: 0,
    };
    await this.#store.save(row, this.#clock.now());
  }

  async want(instance: Instance, wanted: Wanted): Promise<void> {
    if (this.#isKept(instance)) await this.#store.want(instance.id, wanted);
  }

  /** In the background: what cannot be stored is told in the log. */
  keepPort(instance: Instance): void {
    if (this.#isKept(instance)) void this.#store.keepPort(instance.id, instance.port).catch(this.#warn);
  }

  async forget(instance: Instance): Promise<void> {
    if (this.#isKept(instance)) await this.#store.remove(instance.id);
  }
}
