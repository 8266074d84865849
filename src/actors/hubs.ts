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
}

export interface HubWatch {
  /** The hub was made again; these belong to it still. */
  readonly onCrash: (error: unknown, members: readonly HubMember[]) => void;
  /** Calls of it took so long, one after the other. */
  readonly onCalled?: (ms: number) => void;
  /** The hub crashed too often, or could not be made again. */
  readonly onGiveUp: (error: unknown) => void;
}

export interface Hubs {
  /** Opens the hub of an instance, known by the instance's id. */
  open(instance: string, definition: HubDefinition, world: HubWorld, watch: HubWatch): HubFace;
}
