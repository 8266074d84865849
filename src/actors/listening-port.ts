/**
 * The port of one instance, on one address or several: bound, found again after a crash, and let go of. An opening that was
 * stopped meanwhile is no longer wanted, and must not touch what the next one made.
 */
import { type BindOne, type Bound, bindAll } from "./binding.ts";
import type { ServiceContext } from "./service.ts";

export class ListeningPort {
  readonly #context: ServiceContext;
  readonly #bindOne: BindOne<Bound>;
  #bound: Bound[] = [];
  #hosts: string[] = [];
  #port = 0;
  #otherPorts: number[] = [];
  #opening = 0;

  constructor(context: ServiceContext, bindOne: BindOne<Bound>) {
    this.#context = context;
    this.#bindOne = bindOne;
  }

  get hosts(): readonly string[] {
    return this.#hosts;
  }

  get port(): number {
    return this.#port;
  }

  /** Further ports that it is reached on [FILE-6]. */
  get otherPorts(): readonly number[] {
    return this.#otherPorts;
  }

  /** Answers whether this opening is still the one that is wanted, for as long as it is asked. */
  async open(): Promise<() => boolean> {
    const { common, environment, preferredPort, role } = this.#context;
    const { transport } = role();
    const { clock, holderOf, isLingering } = environment;
    this.#opening += 1;
    const opening = this.#opening;
    const isWanted = () => opening === this.#opening;
    const bound = await bindAll({
      host: common.host,
      // An instance that took any port is found there again after a crash.
      port: common.port || this.#port || preferredPort,
      clock,
      holderOf: (port) => holderOf?.(transport, port),
      // Datagrams leave no connections behind.
      ...(isLingering && transport === "tcp" ? { isLingering } : {}),
      bindOne: this.#bindOne,
      isWanted,
    });
    this.#bound = [...bound.values()];
    this.#hosts = [...bound.keys()];
    this.#port = this.#bound[0]?.port ?? 0;
    return isWanted;
  }

  /** A further port on every address; `onFailed` hears of each where it is taken. */
  async bindToo(port: number, onFailed: (host: string, error: unknown) => void): Promise<void> {
    for (const host of this.#hosts) {
      try {
        this.#bound.push(await this.#bindOne(host, port, true));
        if (!this.#otherPorts.includes(port)) this.#otherPorts.push(port);
      } catch (error) {
        onFailed(host, error);
      }
    }
  }

  /** Takes no more peers; those under way go on. */
  stop(): void {
    for (const bound of this.#bound) bound.close();
    this.#bound = [];
    this.#hosts = [];
    this.#otherPorts = [];
  }

  /** The end of this opening. */
  close(): void {
    this.#opening += 1;
    this.stop();
  }
}
