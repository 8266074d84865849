/** Hubs, behind a seam: an instance opens its hub here, and need not know whether it runs in this process. */
import type { HubDefinition, HubMember, SayOptions } from "../machines/_role.ts";
import type { AsyncHub, HubWorld } from "../machines/_world.ts";

/** A hub as its instance sees it, wherever it runs. */
export interface HubFace {
  /** Held by machines and operators: it stays the same over a crash. */
  readonly proxy: AsyncHub<unknown>;
  readonly members: readonly HubMember[];
  /** Takes an operator's word; undefined where the role has no use for one. */
  readonly say: ((text: string, options: SayOptions) => Promise<string>) | undefined;
  /** A connection of its instance is over. */
  forget(id: string): void;
  /** Leaves it, as its instance has closed: what it shares with instances of other daemons goes on without it. */
  close?(): void;
}

export interface HubWatch {
  /** The hub was made again; these belong to it still. */
  readonly onCrash: (error: unknown, members: readonly HubMember[]) => void;
  /** Calls of it took so long, one after the other. */
  readonly onCalled?: (ms: number) => void;
  /** The hub crashed too often, or could not be made again. */
  readonly onGiveUp: (error: unknown) => void;

  // Of hubs that daemons share.

  /** So much of what a connection has said is unanswered that no more is to be read of it, or that is over. */
  readonly onBusy?: (id: string, isBusy: boolean) => void;
  /** The hub was made again on another node, because the one before is gone; these belong to it still. */
  readonly onMoved?: (members: readonly string[], to: HubHome) => void;
  /** These connections belong to it no more, and nothing that they say is heard: they are to be closed. */
  readonly onCutOff?: (members: readonly string[]) => void;
}

/** Place of a hub. */
export interface HubHome {
  readonly node: string;
  /** Goes up with each change of it. */
  readonly epoch: number;
}

/** Kinship that makes hubs of several daemons the same one: the instances' role, and their name; without a name, their id. */
export interface HubKin {
  readonly role: string;
  readonly name: string | undefined;
}

export interface Hubs {
  /** Opens the hub of an instance, known by the instance's id. `kin`: with whom it is shared, where several daemons are one lab. */
  open(instance: string, definition: HubDefinition, world: HubWorld, watch: HubWatch, kin?: HubKin): HubFace;
}
