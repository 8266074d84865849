/** Tiles of the wall, a signal each: one that changes draws itself and no other. */
import { batch, type Signal, signal } from "@preact/signals";
import type { Tile, WallState } from "../web/protocol.ts";
import { mergeStates } from "./live.ts";

const tiles = new Map<string, Signal<Tile>>();
/** Ids in the order of the roster; undefined while nothing has come. */
export const order = signal<readonly string[] | undefined>(undefined);
/** Moves with every change of any tile, for what is counted over all. */
export const changes = signal(0);

export const tileOf = (id: string): Signal<Tile> | undefined => tiles.get(id);

export const allTiles = (): Tile[] => (order.value ?? []).flatMap((id) => tiles.get(id)?.value ?? []);

/** A tile that stays keeps its signal, after a lost connection too: what is drawn of it follows that one. */
mergeStates<WallState>("wall", (_, { isWhole, tiles: came, order: next }) => {
  batch(() => {
    for (const tile of came) {
      const known = tiles.get(tile.id);
      if (known) known.value = tile;
      else tiles.set(tile.id, signal(tile));
    }
    if (next) {
      const there = new Set(next);
      for (const id of tiles.keys()) if (!there.has(id)) tiles.delete(id);
      order.value = next;
    }
    changes.value += 1;
  });
  return { isWhole, tiles: came };
});
