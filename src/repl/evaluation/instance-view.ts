import { instanceDocument } from "../../lab/documents.ts";
import type { LabInstance } from "../../lab/lab.ts";
import { ConnectionView } from "./connection-view.ts";
import type { LiveLab } from "./live-lab.ts";
import { type Ask, Surface } from "./surface.ts";

/** A role that was spawned. */
export class InstanceView extends Surface {
  readonly #lab: LiveLab;
  /** As it was when it was looked at last: one that is removed stays as it was. */
  #last: LabInstance;
  readonly #ask: Ask;

  constructor(lab: LiveLab, instance: LabInstance, ask: Ask) {
    super("Instance");
    this.#lab = lab;
    this.#last = instance;
    this.#ask = ask;
  }

  get #instance(): LabInstance {
    this.#last = this.#lab.find(this.#last.id) ?? this.#last;
    return this.#last;
  }

  /** `echo-1` */
  get id(): string {
    return this.#last.id;
  }

  /** Role that it plays, e.g. `echo`. */
  get role(): string {
    return this.#instance.type;
  }

  /** Name of its own; undefined: none. */
  get name(): string | undefined {
    return this.#instance.name;
  }

  /** `starting`, `running`, `backingOff`, `failed`, `draining`, `stopped` */
  get state(): string {
    return this.#instance.state;
  }

  /** The port it listens on, else the one it wants. */
  get port(): number {
    return this.#instance.port;
  }

  /** The options in force, secrets masked. */
  get options(): Readonly<Record<string, unknown>> {
    return instanceDocument(this.#instance).options;
  }

  /** Connections of it that are open. */
  get conns(): readonly ConnectionView[] {
    const stories = this.#lab.liveStories().filter(({ subject }) => subject.instance === this.id);
    return stories.map((story) => new ConnectionView(this.#lab, story, this.#ask));
  }

  get restarts(): number {
    return this.#instance.restarts;
  }

  get lastError(): string | undefined {
    return this.#instance.lastError;
  }

  /** Outcome of a client's run. */
  get result(): unknown {
    const { result } = this.#instance;
    return result === undefined ? undefined : structuredClone(result);
  }

  /** Each resolves to the instance when it has settled in its new state. */
  start(): Promise<this> {
    return this.#do(() => this.#lab.start(this.id));
  }

  stop(): Promise<this> {
    return this.#do(() => this.#lab.stop(this.id));
  }

  restart(): Promise<this> {
    return this.#do(() => this.#lab.restart(this.id));
  }

  /** Stops it and forgets it. */
  remove(): Promise<this> {
    return this.#do(() => this.#lab.remove(this.id));
  }

  #do(act: () => Promise<LabInstance>): Promise<this> {
    return this.#ask(async () => {
      this.#last = await act();
      return this;
    });
  }

  override line() {
    return `${this.id} ${this.state}, port ${this.port}`;
  }

  override brief() {
    const { id, name, state, port, lastError } = this;
    const conns = this.#instance.connections;
    return {
      id,
      ...(name === undefined ? {} : { name }),
      state,
      port,
      conns,
      ...(lastError ? { lastError } : {}),
    };
  }

  override toJSON(): unknown {
    return instanceDocument(this.#instance);
  }
}
