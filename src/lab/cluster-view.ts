/** Several daemons that are one lab, as an operator at one of them sees it: which nodes there are, and a way to ask each. */

/** Node as it is known here, without asking it. */
export interface KnownNode {
  readonly name: string;
  readonly version: string;
  readonly pid: number;
  /** This daemon itself. */
  readonly isOwn: boolean;
  /** Whether its lease was seen within the lease's time. */
  readonly isAlive: boolean;
  /** When it was heard last, in milliseconds since 1970. */
  readonly heardAt: number;
}

/** Command for another node, with the level of the operator who asks: the node takes it for no more than it lets others be. */
export interface NodeRequest {
  readonly argv: readonly string[];
  readonly options?: Readonly<Record<string, unknown>> | undefined;
  readonly level: string;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  readonly colors?: boolean | undefined;
  readonly user?: string | undefined;
  /** Tables come as their cells, to be put together with those of other nodes. */
  readonly tables?: boolean | undefined;
}

/** Rows under a head. */
export interface TableCells {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Column that is cut before any other. */
  readonly firstToGive: string;
}

/** Pieces of an answer, in the order in which they come. A handler that returns a promise holds back those behind it. */
export interface NodeAnswers {
  out?(text: string): void;
  err?(text: string, code?: string): void;
  data?(document: unknown): void;
  frame?(text: string): void;
  table?(table: TableCells): void;
  ask?(question: string): Promise<string>;
  read?(path: string, as: "text" | "role"): Promise<string>;
  write?(path: string, text: string): Promise<void>;
  /** The node has heard the question. */
  heard?(): void;
}

/** Hub that was given away; to none: it is free. */
export interface GivenHub {
  readonly hub: string;
  readonly to: string | null;
}

/** Lab of another name on the same bus. */
export interface OtherLab {
  readonly lab: string;
  readonly nodes: number;
}

export interface ClusterView {
  /** Name of this node. */
  readonly own: string;
  /** Whether the bus between the nodes is there; without it none can be asked. */
  readonly isBusThere: boolean;
  /** In the order of their names. */
  nodes(): readonly KnownNode[];
  /**
   * Resolves to the exit status. Rejects with a NetlabError where the node does not say within a second that it has heard the question, and
   * where it goes, or the bus does, before the answer is whole.
   */
  ask(node: string, request: NodeRequest, answers: NodeAnswers, signal: AbortSignal): Promise<number>;
  /** Hubs that this node owns. */
  readonly hubs: readonly string[];
  /** Messages on the bus that were none of netlabd's, and were dropped here. */
  readonly malformed: number;
  /** Labs of other names that answer on the bus now. */
  otherLabs(): Promise<readonly OtherLab[]>;
  /** Gives the hubs of this node to others. */
  drain(): Promise<readonly GivenHub[]>;
  /** Hears that nodes came or went, until the answer is called. */
  watch(listener: () => void): () => void;
}

/** Nodes that can be asked beside this one. */
export const otherNodes = (cluster: Pick<ClusterView, "nodes">): readonly KnownNode[] =>
  cluster.nodes().filter(({ isAlive, isOwn }) => isAlive && !isOwn);

/** How many are there, as far as is known here; this one is. */
export const livingNodes = (cluster: Pick<ClusterView, "nodes">): number =>
  cluster.nodes().filter(({ isAlive, isOwn }) => isAlive || isOwn).length;
