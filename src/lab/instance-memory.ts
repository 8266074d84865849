/** Instances that an operator spawned, kept in the database so that they come back, on the ports they had. */
import type { Instance } from "../actors/instance.ts";
import type { SpawnRequest, Supervisor } from "../actors/supervisor.ts";
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

  /** Adds instances of earlier runs; one whose role or options are no longer known is told and left in the database. */
  bringBack(): Map<string, Wanted> {
    const wanted = new Map<string, Wanted>();
    for (const { id, type, options, wanted: want, port } of this.#store.list()) {
      const isTaken = this.#supervisor.find(id) !== undefined;
      const request: SpawnRequest = {
        role: type,
        given: options,
        preferredPort: port,
        ...(isTaken ? {} : { id }),
      };
      try {
        const instance = this.#supervisor.add(request);
        wanted.set(instance.id, want);
        if (isTaken) this.#renumber(id, instance, want, port);
      } catch (error) {
        this.#log.logger.warn({ id }, `${id} of an earlier run is not brought back: ${messageOf(error)}`);
      }
    }
    return wanted;
  }

  #renumber(oldId: string, instance: Instance, wanted: Wanted, port: number): void {
    this.#log.logger.warn(
      { id: instance.id },
      `${oldId} of an earlier run is ${instance.id} now: the lab file has an ${oldId} of its own`,
    );
    const { role, given, options } = instance.spec;
    const row = { id: instance.id, type: role.name, name: options.name, options: given, wanted, port };
    void this.#store.remove(oldId).catch(this.#warn);
    void this.#store.save(row, this.#clock.now()).catch(this.#warn);
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
