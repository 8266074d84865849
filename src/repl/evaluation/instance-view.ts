import type { Instance } from "../../actors/instance.ts";
import { instanceDocument } from "../../lab/documents.ts";
import type { Lab } from "../../lab/lab.ts";
import { ConnectionView } from "./connection-view.ts";
import { type Ask, Surface } from "./surface.ts";

/** One role that was spawned. */
export class InstanceView extends Surface {
  readonly #lab: Lab;
  readonly #instance: Instance;
  readonly #ask: Ask;

  constructor(lab: Lab, instance: Instance, ask: Ask) {
    super("Instance");
    this.#lab = lab;
    this.#instance = instance;
    this.#ask = ask;
  }

  /** `echo-1` */
  get id(): string {
    return this.#instance.id;
  }

  /** What it plays, e.g. `echo`. */
  get role(): string {
    return this.#instance.role.name;
  }

  /** Its own name; undefined: none. */
  get name(): string | undefined {
    return this.#instance.spec.options.name;
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

  /** Its connections that are open. */
  get conns(): readonly ConnectionView[] {
    const stories = this.#lab.recorder.live().filter(({ subject }) => subject.instance === this.id);
    return stories.map((story) => new ConnectionView(this.#lab, story, this.#ask));
  }

  get restarts(): number {
    return this.#instance.restarts;
  }

  get lastError(): string | undefined {
    return this.#instance.lastError;
  }

  /** What a client's run came to. */
  get result(): unknown {
    return this.#instance.result === undefined ? undefined : structuredClone(this.#instance.result);
  }

  /** Each resolves to the instance when it has settled in its new state. */
  start(): Promise<this> {
    return this.#do(() => this.#lab.start(this.#instance));
  }

  stop(): Promise<this> {
    return this.#do(() => this.#lab.stop(this.#instance));
  }

  restart(): Promise<this> {
    return this.#do(() => this.#lab.restart(this.#instance));
  }

  /** Stops it and forgets it. */
  remove(): Promise<this> {
    return this.#do(() => this.#lab.remove(this.#instance));
  }

  #do(act: () => Promise<void>): Promise<this> {
    return this.#ask(async () => {
      await act();
      return this;
    });
  }

  override line() {
    return `${this.id} ${this.state}, port ${this.port}`;
  }

  override brief() {
    const { id, name, state, port, lastError } = this;
    const conns = this.#instance.service.peers;
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
