/** The wall: who is stuck and who is done, to be read from the back of a room. */
import { signal, useComputed } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Tile } from "../../web/protocol.ts";
import {
  byNeed,
  type Condition,
  conditionOf,
  conditions,
  countedWord,
  lastingOf,
  SIGNS,
  tellsTime,
  wordOf,
} from "../condition.ts";
import { now } from "../live.ts";
import { linkTo } from "../route.ts";
import { useLook } from "../use-look.ts";
import { allTiles, changes, order, tileOf } from "../wall-store.ts";

const isByNeed = signal(false);

export function Wall() {
  useLook("wall");
  const ids = order.value;
  if (!ids) return <p class="quiet">Loading the wall …</p>;
  if (ids.length === 0) return <p class="quiet">No role runs here yet: spawn one at the prompt.</p>;
  return (
    <>
      <h1 class="unseen">Wall</h1>
      <Counts />
      <Tiles ids={ids} />
    </>
  );
}

/** How many are stuck, waiting, done. */
function Counts() {
  changes.value;
  const counts = new Map<Condition, number>();
  for (const tile of allTiles()) {
    const condition = conditionOf(tile);
    counts.set(condition, (counts.get(condition) ?? 0) + 1);
  }
  return (
    <div class="counts">
      <ul>
        {conditions.map((condition) => (
          <li key={condition} data-condition={condition} data-none={counts.has(condition) ? undefined : ""}>
            <span class="sign" aria-hidden="true">
              {SIGNS[condition]}
            </span>
            <b>{counts.get(condition) ?? 0}</b> {countedWord(condition, counts.get(condition) ?? 0)}
          </li>
        ))}
      </ul>
      <label class="check">
        <input
          type="checkbox"
          checked={isByNeed.value}
          onChange={() => {
            isByNeed.value = !isByNeed.value;
          }}
        />
        who needs help first
      </label>
    </div>
  );
}

function Tiles({ ids }: { ids: readonly string[] }) {
  const wall = useRef<HTMLUListElement>(null);
  useLayoutEffect(() => {
    const resize = () => wall.current && fitTiles(wall.current, ids.length);
    resize();
    addEventListener("resize", resize);
    return () => removeEventListener("resize", resize);
  }, [ids.length]);
  return (
    <ul class="wall" ref={wall}>
      {shownIds(ids).map((id) => (
        <TileView key={id} id={id} />
      ))}
    </ul>
  );
}

function shownIds(ids: readonly string[]): readonly string[] {
  if (!isByNeed.value) return ids;
  changes.value;
  return allTiles()
    .sort(byNeed)
    .map(({ id }) => id);
}

function TileView({ id }: { id: string }) {
  // A text that follows by itself: of two hundred tiles a second moves those alone that tell a time, and of these that line.
  const more = useComputed(() => {
    const tile = tileOf(id)?.value;
    return tile ? moreOf(tile, tellsTime(conditionOf(tile)) ? now.value : 0) : "";
  });
  const tile = tileOf(id)?.value;
  if (!tile) return null;
  const condition = conditionOf(tile);
  return (
    <li class="tile" data-condition={condition}>
      <a {...linkOf(tile)}>
        <span class="tile-id" data-length={lengthOf(nameOf(tile))}>
          {nameOf(tile)}
        </span>
        <span class="tile-word">
          <span class="sign" aria-hidden="true">
            {SIGNS[condition]}
          </span>{" "}
          {wordOf(tile)}
        </span>
        <span class="tile-more">{more}</span>
      </a>
    </li>
  );
}

/** Another node's name stands in the last line: behind the role's it would be cut off. */
const nameOf = ({ id, node }: Tile) => (node === undefined ? id : id.slice(0, -`@${node}`.length));

/** A tile of another node leads nowhere: what it shows is told at that node's own page. */
function linkOf({ id, kind, node, connection }: Tile): { readonly href?: string } {
  if (node !== undefined) return {};
  if (kind === "student") return { href: linkTo("student", id) };
  return { href: connection ? linkTo("connection", connection) : linkTo("role", id) };
}

/** Further facts, as many as a line of a tile has room for: first those that one looks for from afar. */
function moreOf(tile: Tile, now: number): string {
  const checks = tile.checks ? `${tile.checks.passed}/${tile.checks.of}` : "";
  const card = conditionOf(tile) !== "mistake" && tile.card ? tile.card.id : "";
  const node = tile.node === undefined ? "" : `@${tile.node}`;
  const facts = [node, lastingOf(tile, now), card, checks, tile.furthest ?? ""].filter(Boolean);
  while (facts.length > 1 && facts.join(" ").length > MORE_CHARACTERS) facts.pop();
  return facts.join(" ");
}

/** How large an id may be written, by its characters. */
function lengthOf({ length }: string): string {
  if (length <= 5) return "short";
  if (length <= 7) return "usual";
  return length <= 9 ? "long" : "longest";
}

const MORE_CHARACTERS = 11;
/** So narrow where that shows all at once; where nothing does and the wall scrolls, as wide as is read with ease. */
const LEAST_WIDTH = 64;
const EASY_WIDTH = 104;
const MOST_WIDTH = 260;
/** Height of a tile for its width: at least, and at most. */
const SHAPE = 0.72;
const TALLEST = 0.9;
const GAP = 6;

/** The largest tiles with which all are seen at once; where they would be too small to read, the wall scrolls. */
function fitTiles(wall: HTMLElement, count: number): void {
  const { clientWidth } = wall;
  const height = innerHeight - wall.getBoundingClientRect().top - scrollY - GAP;
  const doesFit = (columns: number) => {
    const width = clientWidth / columns - GAP;
    return Math.ceil(count / columns) * (width * SHAPE + GAP) <= height;
  };
  const most = Math.floor(clientWidth / (LEAST_WIDTH + GAP));
  let columns = Math.max(1, Math.ceil(clientWidth / MOST_WIDTH));
  while (columns < most && !doesFit(columns)) columns += 1;
  if (!doesFit(columns)) columns = Math.max(1, Math.floor(clientWidth / (EASY_WIDTH + GAP)));
  const width = clientWidth / columns - GAP;
  wall.style.setProperty("--columns", String(columns));
  const fitting = height / Math.ceil(count / columns) - GAP;
  const tall = Math.max(width * SHAPE, Math.min(width * TALLEST, fitting));
  wall.style.setProperty("--tile-height", `${Math.floor(tall)}px`);
}
