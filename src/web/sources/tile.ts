/** A tile of the wall from what the lab tells: a student's row, or where there is no class an instance with its peers. */

import type { StudentRow } from "../../class/student-row.ts";
import type { Lab } from "../../lab/lab.ts";
import type { LabInstance } from "../../lab/lab-instance.ts";
import type { Story } from "../../stories/story.ts";
import type { Tile } from "../protocol.ts";

/** A row tells for how long; a tile tells since when. */
export function studentTile(row: StudentRow, now: number): Tile {
  const { id, group, connected, connection, role, state, waitingMs, stuckMs, furthest, card, checks, done } =
    row;
  const since = (ms: number | undefined) => (ms === undefined ? null : seconds(now - ms));
  return {
    id,
    kind: "student",
    group: group ?? null,
    connected,
    connection: connection ?? null,
    role: role ?? null,
    state: state ?? null,
    waitingSince: since(waitingMs),
    stuckSince: since(stuckMs),
    furthest: furthest ?? null,
    card: card ? { id: card.id, title: card.likely, connection: card.connection } : null,
    checks: checks ?? null,
    isDone: done,
    trouble: null,
  };
}

/** The tile of an instance with its stories: those that began last at the end. */
export function instanceTile(
  lab: Pick<Lab, "judged" | "liveView">,
  instance: LabInstance,
  stories: readonly Story[],
  now: number,
): Tile {
  const live = stories.filter(({ endedAt }) => endedAt === undefined);
  const story = live.at(-1) ?? stories.at(-1);
  const judged = story && lab.judged(story);
  const view = story && lab.liveView(story.subject.id);
  const since = view ? seconds(now - view.stillMs) : null;
  const [card] = judged?.cards ?? [];
  return {
    id: instance.name ?? instance.id,
    kind: "instance",
    group: null,
    connected: instance.connections,
    connection: story?.subject.id ?? null,
    role: instance.type,
    state: story ? (story.endedAt === undefined ? story.state : "closed") : null,
    waitingSince: judged?.verdict === "waiting" ? since : null,
    stuckSince: judged?.verdict === "stuck" ? since : null,
    furthest: story?.lastRule ?? null,
    card: card && story ? { id: card.id, title: card.title, connection: story.subject.id } : null,
    checks: null,
    isDone: false,
    trouble: troubleOf(instance, judged?.verdict),
  };
}

/** To whole seconds: what is reckoned from a time that goes on must not differ by a hair each time. */
const seconds = (ms: number) => Math.round(ms / 1_000) * 1_000;

function troubleOf({ state, lastError }: LabInstance, verdict: string | undefined): string | null {
  if (state === "failed") return lastError ?? "failed";
  if (state !== "running") return state;
  return verdict === "failed" || verdict === "refused" || verdict === "crashed" ? verdict : null;
}
