/** Tiles of the other nodes' roles, from what each answers to `ls`; since when a role is stuck is since it was heard here. */
import { type ClusterView, otherNodes } from "../../lab/cluster-view.ts";
import type { Lab } from "../../lab/lab.ts";
import type { Tile } from "../protocol.ts";

/** A question goes over the bus, and its answer costs the other node a look at all its roles. */
const EVERY_MS = 2_000;

/** Fields that are read of a listed role. */
interface Listed {
  readonly id: string;
  readonly type: string;
  readonly name: string | null;
  readonly state: string;
  readonly connections: number;
  readonly lastError: string | null;
  readonly verdicts?: Readonly<Record<string, number>>;
  readonly cards?: readonly string[];
}

export class NodeTiles {
  readonly #lab: Lab;
  readonly #cluster: ClusterView;
  readonly #tiles = new Map<string, readonly Tile[]>();
  readonly #asked = new Set<string>();
  readonly #over = new AbortController();
  #nextAt = Number.NEGATIVE_INFINITY;

  static of(lab: Lab): NodeTiles | undefined {
    return lab.cluster && new NodeTiles(lab, lab.cluster);
  }

  private constructor(lab: Lab, cluster: ClusterView) {
    this.#lab = lab;
    this.#cluster = cluster;
  }

  /** As they were told last, by node. */
  get tiles(): readonly Tile[] {
    return [...this.#tiles.keys()].sort().flatMap((node) => this.#tiles.get(node) ?? []);
  }

  look(now: number): void {
    if (now < this.#nextAt) return;
    this.#nextAt = now + EVERY_MS;
    const there = otherNodes(this.#cluster);
    for (const node of this.#tiles.keys())
      if (!there.some(({ name }) => name === node)) this.#tiles.delete(node);
    for (const { name } of there) if (!this.#asked.has(name)) void this.#ask(name);
  }

  close(): void {
    this.#over.abort();
  }

  async #ask(node: string): Promise<void> {
    this.#asked.add(node);
    const request = { argv: ["ls", "--all", "--json"], level: "observe" };
    const data = (document: unknown) => this.#take(node, document as readonly Listed[]);
    // A node that does not answer keeps its tiles until its lease is over.
    await this.#cluster.ask(node, request, { data }, this.#over.signal).catch(() => undefined);
    this.#asked.delete(node);
  }

  #take(node: string, listed: readonly Listed[]): void {
    const before = new Map(this.#tiles.get(node)?.map((tile) => [tile.id, tile]));
    const now = Math.round(this.#lab.clock.now() / 1_000) * 1_000;
    const tiles = listed.map((one) => tileOf(one, node, before.get(idOf(one, node)), now));
    this.#tiles.set(node, tiles);
  }
}

const idOf = ({ id, name }: Listed, node: string) => `${name ?? id}@${node}`;

function tileOf(listed: Listed, node: string, before: Tile | undefined, now: number): Tile {
  const { type, state, connections, lastError, verdicts = {}, cards = [] } = listed;
  const [card] = cards;
  return {
    id: idOf(listed, node),
    kind: "instance",
    node,
    group: null,
    connected: connections,
    connection: null,
    role: type,
    state: null,
    waitingSince: verdicts.waiting ? (before?.waitingSince ?? now) : null,
    stuckSince: verdicts.stuck ? (before?.stuckSince ?? now) : null,
    furthest: null,
    card: card === undefined ? null : { id: card, title: card, connection: "" },
    checks: null,
    isDone: false,
    trouble: state === "running" ? null : state === "failed" ? (lastError ?? "failed") : state,
  };
}
