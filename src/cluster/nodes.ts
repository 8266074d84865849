/** Daemons of one lab: which are there, which may be sure of themselves, and which owns a hub. */

export interface ClusterNode {
  readonly name: string;
  /** Another at each start, and after each expulsion. */
  readonly incarnation: string;
  readonly version: string;
  readonly pid: number;
  /** As it says itself; one of an older version does not. */
  readonly leaseMs?: number | undefined;
  /** A lease of it was seen within the lease's time, as far as this node can tell. */
  readonly isAlive: boolean;
  /** When it was heard last, in milliseconds since 1970. */
  readonly heardAt: number;
}

export interface HubOwner {
  readonly node: string;
  readonly incarnation: string;
  /** Goes up with each owner; who is of a lower one is ignored. */
  readonly epoch: number;
}

export type NodeChange =
  | { readonly kind: "joined"; readonly node: ClusterNode }
  /**
   * End of a lease, and the fence behind it; or a word of leaving; or another incarnation of it, that is there already. Its connections are
   * gone.
   */
  | {
      readonly kind: "left";
      readonly node: ClusterNode;
      readonly hasSaidSo: boolean;
      readonly isBack: boolean;
    }
  /** This node was fenced by another: its connections to hubs are gone, and it enters again as a new incarnation; until it has, it is not sure. */
  | { readonly kind: "expelled"; readonly before: string }
  /** This node cannot enter again: another daemon that lives has its name by now. Told once. */
  | { readonly kind: "name-taken"; readonly name: string }
  /** Whether this node may answer as an owner. */
  | { readonly kind: "sure"; readonly isSure: boolean }
  | { readonly kind: "owner"; readonly hub: string; readonly owner: HubOwner | undefined };

export interface Nodes {
  readonly own: ClusterNode;
  /** Last renewal was sent less than 0.8 of a lease ago: an owner that is not sure answers nothing and delivers nothing. */
  readonly isSure: boolean;
  readonly leaseMs: number;
  /** In the order of their names, this node among them; one that is gone stays for ten leases. */
  list(): readonly ClusterNode[];
  ownerOf(hub: string): HubOwner | undefined;
  /**
   * Makes this node the owner where the hub has none, or one that is gone (which is fenced first). Answers who the owner is then, this node
   * or a faster one.
   */
  claim(hub: string): Promise<HubOwner>;
  /** Gives an own hub to another node; without one the hub is free. */
  release(hub: string, to?: string): Promise<void>;
  /** Hears changes until the answer is called. */
  watch(listener: (change: NodeChange) => void): () => void;
  /** Says so to the others, and gives its hubs up. */
  leave(): Promise<void>;
}
