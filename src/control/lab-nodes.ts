/** The nodes of a lab, for its operators: who is there, as the leases say, and questions to each. */
import type { Bus } from "../cluster/bus.ts";
import type { ClusterNode, NodeChange, Nodes } from "../cluster/nodes.ts";
import { NetlabError } from "../errors.ts";
import type {
  ClusterView,
  GivenHub,
  KnownNode,
  NodeAnswers,
  NodeRequest,
  OtherLab,
} from "../lab/cluster-view.ts";
import { NodeQuestion } from "./node-questions.ts";

export interface LabNodesParts {
  readonly bus: Bus;
  readonly nodes: Nodes;
  readonly labName: string;
  readonly hubs: SharedHubs;
  readonly otherLabs: { look(ms: number): Promise<readonly OtherLab[]> };
  readonly troubles: { readonly malformed: number };
}

/** Operators wait for it. */
const OTHER_LABS_MS = 150;

/** Hubs that this node shares with others. */
export interface SharedHubs {
  /** Hubs that it owns. */
  readonly owned: readonly string[];
  drain(): Promise<readonly { readonly hub: string; readonly to: string | undefined }[]>;
}

export class LabNodes implements ClusterView {
  readonly #parts: LabNodesParts;
  readonly #questions = new Set<NodeQuestion>();
  readonly #listeners = new Set<() => void>();
  readonly #unwatch: () => void;

  constructor(parts: LabNodesParts) {
    this.#parts = parts;
    this.#unwatch = parts.nodes.watch((change) => this.#hear(change));
  }

  get own(): string {
    return this.#parts.nodes.own.name;
  }

  get isBusThere(): boolean {
    return this.#parts.bus.isConnected;
  }

  nodes(): readonly KnownNode[] {
    return this.#parts.nodes.list().map((node) => this.#known(node));
  }

  async ask(node: string, request: NodeRequest, answers: NodeAnswers, signal: AbortSignal): Promise<number> {
    const { bus, labName } = this.#parts;
    const known = this.#parts.nodes.list().find(({ name }) => name === node);
    if (!known?.isAlive) throw new NetlabError("node-away/gone", { node });
    const question = new NodeQuestion({ bus, labName, own: this.own }, node, answers);
    this.#questions.add(question);
    try {
      return await question.ask(request, signal);
    } finally {
      this.#questions.delete(question);
    }
  }

  get hubs(): readonly string[] {
    return this.#parts.hubs.owned;
  }

  get malformed(): number {
    return this.#parts.troubles.malformed;
  }

  async otherLabs(): Promise<readonly OtherLab[]> {
    return this.isBusThere ? this.#parts.otherLabs.look(OTHER_LABS_MS) : [];
  }

  async drain(): Promise<readonly GivenHub[]> {
    const given = await this.#parts.hubs.drain();
    return given.map(({ hub, to }) => ({ hub, to: to ?? null }));
  }

  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#unwatch();
    for (const question of this.#questions) question.nodeLeft();
  }

  #hear(change: NodeChange): void {
    if (change.kind === "left")
      for (const question of this.#questions) if (question.node === change.node.name) question.nodeLeft();
    if (change.kind === "joined" || change.kind === "left") for (const tell of this.#listeners) tell();
  }

  #known(node: ClusterNode): KnownNode {
    const { name, version, pid, isAlive, heardAt } = node;
    return { name, version, pid, isAlive, heardAt, isOwn: name === this.own };
  }
}
