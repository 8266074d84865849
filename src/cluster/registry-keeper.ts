/** Node that tidies the log for all: the owner of a hub that no role has. It tells of leases that are over, and of imports that did not end. */
import type { Nodes } from "./nodes.ts";

const HUB = "registry";

export class RegistryKeeper {
  readonly #nodes: Nodes;
  readonly #unwatch: () => void;
  #isClaiming = false;

  constructor(nodes: Nodes) {
    this.#nodes = nodes;
    this.#unwatch = nodes.watch(() => this.claim());
    this.claim();
  }

  get isOwn(): boolean {
    const { own, isSure } = this.#nodes;
    return isSure && this.#nodes.ownerOf(HUB)?.incarnation === own.incarnation;
  }

  /** Claims the hub where no living node has it; which of several gets it is the engine's affair. */
  claim(): void {
    if (this.#isClaiming || this.#hasOwner) return;
    this.#isClaiming = true;
    this.#nodes
      .claim(HUB)
      .catch(() => undefined)
      .finally(() => {
        this.#isClaiming = false;
      });
  }

  get #hasOwner(): boolean {
    const owner = this.#nodes.ownerOf(HUB);
    return this.#nodes
      .list()
      .some(({ incarnation, isAlive }) => isAlive && incarnation === owner?.incarnation);
  }

  close(): void {
    this.#unwatch();
  }
}
