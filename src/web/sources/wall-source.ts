/**
 * The wall: a tile a student, each with the version in which it last changed, so that a page is sent those alone that it has not seen.
 * A look reckons those tiles anew that something has happened to, as many as two milliseconds are enough for, and looks are so far
 * apart that they take a thirtieth of the thread.
 */
import type { Lab } from "../../lab/lab.ts";
import type { LabInstance } from "../../lab/lab-instance.ts";
import type { Story } from "../../stories/story.ts";
import { Pace } from "../pace.ts";
import type { Tile } from "../protocol.ts";
import type { Source } from "../source.ts";
import { NodeTiles } from "./node-tiles.ts";
import { ThriftyJudge } from "./thrifty-judge.ts";
import { instanceTile, studentTile } from "./tile.ts";
import { TouchedStories } from "./touched-stories.ts";

/** How often it is looked at: each look is news for every page, and to send it costs more than the look. */
const EVERY_MS = 300;
/** Longest look that is meant: others of the daemon wait for it. */
const LOOK_MS = 2;
const FEWEST = 10;
const MOST = 1_000;
/** How often those are that only wait. */
const LIVE_EVERY_MS = 1_000;

interface Kept {
  readonly json: string;
  readonly version: number;
}

export class WallSource implements Source {
  readonly #lab: Lab;
  readonly #isClass: boolean;
  readonly #stories: TouchedStories;
  readonly #judge: ThriftyJudge;
  /** Present where the lab has several nodes; students of a class are told at their own. */
  readonly #others: NodeTiles | undefined;
  readonly #unfollow: () => void;
  readonly #pace = new Pace();
  readonly #tiles = new Map<string, Kept>();
  #version = 0;
  /** Version in which a tile last came or went. */
  #orderVersion = 0;
  #order: readonly string[] = [];
  #nextAt = Number.NEGATIVE_INFINITY;
  /** Tiles that a look reckons anew, as many as it has time for. */
  #most = 100;
  #liveAt = Number.NEGATIVE_INFINITY;
  /** Made for the last page that asked: the others have most often seen the same. */
  #last: { readonly from: number; readonly to: number; readonly json: string } | undefined;

  constructor(lab: Lab) {
    this.#lab = lab;
    this.#isClass = lab.students().length > 0;
    this.#judge = new ThriftyJudge(lab);
    this.#others = this.#isClass ? undefined : NodeTiles.of(lab);
    const ownerOf = this.#isClass
      ? ({ subject }: Story) => subject.label
      : ({ subject }: Story) => subject.instance;
    this.#stories = new TouchedStories(lab, ownerOf);
    this.#unfollow = lab.subscribe("instances", ({ id }) => this.#stories.touch(id));
  }

  get version(): number {
    return this.#version;
  }

  look(now: number): void {
    if (now < this.#nextAt) return;
    const begun = performance.now();
    if (this.#judge.isIncomplete || now - this.#liveAt >= LIVE_EVERY_MS) {
      this.#stories.touchLive();
      this.#liveAt = now;
    }
    const touched = this.#stories.take(now, this.#version === 0 ? MOST : this.#most);
    this.#judge.begin(now);
    this.#others?.look(now);
    if (this.#isClass) this.#lookAtStudents();
    else this.#lookAtInstances(touched);
    this.#pace.note(performance.now() - begun);
    this.#nextAt = now + Math.max(EVERY_MS, this.#pace.pauseMs);
    if (this.#pace.costMs > LOOK_MS) this.#most = Math.max(FEWEST, Math.floor(this.#most * 0.7));
    else if (touched.size >= this.#most) this.#most = Math.min(MOST, Math.ceil(this.#most * 1.2));
  }

  since(from: number): string {
    const to = this.#version;
    if (this.#last?.from === from && this.#last.to === to) return this.#last.json;
    const tiles = [...this.#tiles.values()].filter(({ version }) => version > from).map(({ json }) => json);
    const order = from === 0 || this.#orderVersion > from ? `,"order":${JSON.stringify(this.#order)}` : "";
    const json = `{"isWhole":${from === 0},"tiles":[${tiles.join(",")}]${order}}`;
    this.#last = { from, to, json };
    return json;
  }

  close(): void {
    this.#unfollow();
    this.#others?.close();
    this.#stories.close();
  }

  /** The class keeps an account of each student, so that the rows of all cost next to nothing. */
  #lookAtStudents(): void {
    const now = this.#lab.clock.now();
    const rows = this.#lab.students({ judged: this.#judge.judged });
    this.#put(
      rows.map((row) => studentTile(row, now)),
      rows.map(({ id }) => id),
    );
  }

  #lookAtInstances(touched: ReadonlySet<string>): void {
    const now = this.#lab.clock.now();
    const { instances } = this.#lab;
    const lab = { liveView: this.#lab.liveView.bind(this.#lab), judged: this.#judge.judged };
    const tiles = instances.flatMap((instance) =>
      touched.has(instance.id) || !this.#tiles.has(nameOf(instance))
        ? [instanceTile(lab, instance, this.#stories.of(instance.id), now)]
        : [],
    );
    this.#put(tiles, instances.map(nameOf));
  }

  /** Puts the other nodes' tiles behind its own. */
  #put(ownTiles: readonly Tile[], ownOrder: readonly string[]): void {
    const others = this.#others?.tiles ?? [];
    const tiles = [...ownTiles, ...others];
    const order = [...ownOrder, ...others.map(({ id }) => id)];
    const next = this.#version + 1;
    let isOther = this.#version === 0;
    for (const tile of tiles) {
      const json = JSON.stringify(tile);
      if (this.#tiles.get(tile.id)?.json === json) continue;
      this.#tiles.set(tile.id, { json, version: next });
      isOther = true;
    }
    if (order.length !== this.#order.length || order.some((id, index) => id !== this.#order[index])) {
      const there = new Set(order);
      for (const id of this.#tiles.keys()) if (!there.has(id)) this.#tiles.delete(id);
      this.#order = order;
      this.#orderVersion = next;
      isOther = true;
    }
    if (isOther) this.#version = next;
  }
}

const nameOf = ({ id, name }: LabInstance) => name ?? id;
