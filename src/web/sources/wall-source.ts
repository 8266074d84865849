/** The wall: a tile a student, each with the version in which it last changed, so that a page is sent those alone that it has not seen. */
import type { Lab } from "../../lab/lab.ts";
import { isOwnQuestion } from "../../lab/selectors.ts";
import type { Tile, WallState } from "../protocol.ts";
import type { Source } from "../source.ts";
import { instanceTile, studentTile } from "./tile.ts";

/** How often it is looked at. */
const EVERY_MS = 250;

interface Kept {
  readonly json: string;
  readonly version: number;
}

export class WallSource implements Source {
  readonly #lab: Lab;
  readonly #tiles = new Map<string, Kept>();
  #version = 0;
  /** Version in which a tile last came or went. */
  #orderVersion = 0;
  #order: readonly string[] = [];
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** Made for the last page that asked: the others have most often seen the same. */
  #last: { readonly from: number; readonly to: number; readonly json: string } | undefined;

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  get version(): number {
    return this.#version;
  }

  look(now: number): void {
    if (now - this.#lookedAt < EVERY_MS) return;
    this.#lookedAt = now;
    const tiles = tilesOf(this.#lab);
    const next = this.#version + 1;
    let isOther = false;
    for (const tile of tiles) {
      const json = JSON.stringify(tile);
      if (this.#tiles.get(tile.id)?.json === json) continue;
      this.#tiles.set(tile.id, { json, version: next });
      isOther = true;
    }
    const order = tiles.map(({ id }) => id);
    if (order.length !== this.#order.length || order.some((id, index) => id !== this.#order[index])) {
      const there = new Set(order);
      for (const id of this.#tiles.keys()) if (!there.has(id)) this.#tiles.delete(id);
      this.#order = order;
      this.#orderVersion = next;
      isOther = true;
    }
    if (isOther || this.#version === 0) this.#version = next;
  }

  since(from: number): string {
    const to = this.#version;
    if (this.#last?.from === from && this.#last.to === to) return this.#last.json;
    const tiles = [...this.#tiles.values()].filter(({ version }) => version > from).map(({ json }) => json);
    const order = this.#orderVersion > from ? `,"order":${JSON.stringify(this.#order)}` : "";
    const json = `{"isWhole":${from === 0},"tiles":[${tiles.join(",")}]${order}}`;
    this.#last = { from, to, json };
    return json;
  }

  close(): void {}
}

/** As `WallState` has them. */
export function tilesOf(lab: Lab): WallState["tiles"] {
  const now = lab.clock.now();
  const students = lab.students();
  if (students.length > 0) return students.map((row) => studentTile(row, now));
  const byInstance = Map.groupBy(
    lab.stories().filter((story) => !isOwnQuestion(story)),
    ({ subject }) => subject.instance,
  );
  return lab.instances.map(
    (instance): Tile => instanceTile(lab, instance, byInstance.get(instance.id) ?? [], now),
  );
}
