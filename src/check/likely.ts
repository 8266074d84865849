/** Likely causes of what failed: the cards of the diagnoses, from the stories of the checker's own connections. */
import { parseOptions } from "../catalogue/instance-options.ts";
import { type Incident, judge } from "../diagnoses/table.ts";
import type { Role } from "../machines/_role.ts";
import type { Recorder } from "../stories/recorder.ts";
import type { Story } from "../stories/story.ts";
import type { Likely } from "./report.ts";

/** More is not read. */
const MAX_CARDS = 3;

export const likelyOf = (recorder: Recorder, role: Role | undefined) =>
  likelyOfAll(recorder.all().map((story) => incidentOf(story, role)));

export function likelyOfAll(incidents: readonly Incident[]): Likely[] {
  const cards = incidents.flatMap(cardsOf);
  const known = new Map(cards.map((card) => [card.id, card]));
  return [...known.values()].toSorted((a, b) => rankOf(a) - rankOf(b)).slice(0, MAX_CARDS);
}

const rankOf = ({ level }: Likely) => (level === "violation" ? 0 : 1);

/** A finder that throws costs its card, not the verdict. */
function cardsOf(incident: Incident): Likely[] {
  try {
    const { cards } = judge(incident);
    return cards.map(({ id, title, level, cause, advice }) => ({ id, title, level, cause, advice }));
  } catch {
    return [];
  }
}

function incidentOf(story: Story, role: Role | undefined): Incident {
  const { remote } = story.subject;
  return {
    story,
    role,
    options: optionsOf(role),
    given: {},
    host: remote.address,
    port: remote.port,
    again: "",
    live: undefined,
    redact: (bytes) => ({ bytes, hidden: [] }),
  };
}

function optionsOf(role: Role | undefined): Record<string, unknown> {
  try {
    return role ? (parseOptions(role, {}) as unknown as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
