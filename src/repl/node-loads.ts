/** Load of the other nodes, as each tells it: for `top`. */
import { type ClusterView, otherNodes } from "../lab/cluster-view.ts";
import type { Load } from "../lab/load-meter.ts";
import type { Call } from "./command.ts";
import { load as loadSchema } from "./load-schema.ts";

export class NodeLoads {
  readonly #call: Call<{ readonly every: number }>;
  readonly #cluster: ClusterView;
  readonly #onLoad: (load: Load) => void;
  readonly #loads = new Map<string, Load | undefined>();
  #onTold: () => void = () => undefined;

  /** Of a lab of one daemon, and of a question of another node, there are none. */
  static of(call: Call<{ readonly every: number }>, onLoad: (load: Load) => void): NodeLoads | undefined {
    const { cluster } = call.lab;
    return cluster && !call.isFromNode ? new NodeLoads(call, cluster, onLoad) : undefined;
  }

  private constructor(
    call: Call<{ readonly every: number }>,
    cluster: ClusterView,
    onLoad: (load: Load) => void,
  ) {
    this.#call = call;
    this.#cluster = cluster;
    this.#onLoad = onLoad;
    this.look();
  }

  get own(): string {
    return this.#cluster.own;
  }

  /** The newest of each, by node; undefined: it has told nothing yet. */
  get loads(): ReadonlyMap<string, Load | undefined> {
    return this.#loads;
  }

  /** Waits until each node has told something, or does not answer; for so long at most. */
  async told(limitMs: number): Promise<void> {
    const limit = AbortSignal.any([this.#call.signal, AbortSignal.timeout(limitMs)]);
    while (!limit.aborted && [...this.#loads.values()].includes(undefined))
      await new Promise<void>((resolve) => {
        this.#onTold = resolve;
        limit.addEventListener("abort", () => resolve(), { once: true });
      });
  }

  /** Asks nodes that have come since. */
  look(): void {
    for (const { name } of otherNodes(this.#cluster)) if (!this.#loads.has(name)) this.#follow(name);
  }

  #follow(node: string): void {
    const { level, signal, options } = this.#call;
    const data = (document: unknown) => {
      const load = loadSchema.safeParse(document).data as Load | undefined;
      if (!load) return;
      if (this.#loads.has(node)) this.#loads.set(node, load);
      this.#onLoad(load);
      this.#onTold();
    };
    this.#loads.set(node, undefined);
    const argv = ["top", "--json", "--every", `${options.every}ms`];
    // A node that goes is asked again when it is back.
    const forget = () => {
      this.#loads.delete(node);
      this.#onTold();
    };
    this.#cluster.ask(node, { argv, level }, { data }, signal).then(forget, forget);
  }
}
