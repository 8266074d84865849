/** How a tile's student fares, in one word that is read from the back of a room. Pure. */
import type { Tile } from "../web/protocol.ts";

/** From who needs help most to who needs none. */
export const conditions = ["stuck", "trouble", "waiting", "mistake", "working", "away", "done"] as const;
export type Condition = (typeof conditions)[number];

/** A sign besides the colour: colours are not seen alike by all, nor shown alike by projectors. */
export const SIGNS: Readonly<Record<Condition, string>> = {
  stuck: "■",
  trouble: "✕",
  waiting: "▲",
  mistake: "◆",
  working: "●",
  away: "○",
  done: "✓",
};

export const LEGEND: Readonly<Record<Condition, string>> = {
  stuck: "stuck",
  trouble: "failed",
  waiting: "waiting",
  mistake: "mistake",
  working: "working",
  away: "not here",
  done: "done",
};

/** The same after a number of tiles. */
export const countedWord = (condition: Condition, count: number): string =>
  condition === "mistake" && count !== 1 ? "mistakes" : LEGEND[condition];

export function conditionOf(tile: Tile): Condition {
  if (tile.isDone) return "done";
  if (tile.stuckSince !== null) return "stuck";
  if (tile.trouble !== null) return "trouble";
  if (tile.waitingSince !== null) return "waiting";
  if (tile.card !== null) return "mistake";
  return tile.connected > 0 ? "working" : "away";
}

/** Whether it is told for how long. */
export const tellsTime = (condition: Condition): boolean => condition === "stuck" || condition === "waiting";

/** The one word of a tile. */
export function wordOf(tile: Tile): string {
  const condition = conditionOf(tile);
  switch (condition) {
    case "waiting":
      return "waits";
    case "mistake":
      return tile.card?.id ?? "mistake";
    case "trouble":
      return tile.trouble === "stopped" ? "stopped" : "failed";
    default:
      return LEGEND[condition];
  }
}

/** How long it has been so, where that matters: `3 min`; nothing elsewhere. */
export function lastingOf(tile: Tile, now: number): string {
  const condition = conditionOf(tile);
  if (condition === "stuck") return age(now - (tile.stuckSince ?? now));
  return condition === "waiting" ? age(now - (tile.waitingSince ?? now)) : "";
}

/** `40 s`, `3 min`, `2 h`. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3_600)} h`;
}

/** Puts first who needs help most; among those who need the same, who has needed it longest. */
export function byNeed(a: Tile, b: Tile): number {
  const since = ({ stuckSince, waitingSince }: Tile) =>
    stuckSince ?? waitingSince ?? Number.POSITIVE_INFINITY;
  const difference = conditions.indexOf(conditionOf(a)) - conditions.indexOf(conditionOf(b));
  return difference || Math.sign(since(a) - since(b)) || a.id.localeCompare(b.id, "en", { numeric: true });
}
