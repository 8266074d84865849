/** A connection: how it stands, its story, its cards, and who said what to whom. */
import { chartOf, statesNamed } from "../../charts/chart.ts";
import { sequenceOf } from "../../charts/sequence.ts";
import { connectionDocument } from "../../lab/documents.ts";
import type { Lab } from "../../lab/lab.ts";
import { printableBytes } from "../../printable.ts";
import { closingLines, type Explanation, explain } from "../../repl/explanation.ts";
import { contextOf, roleOf } from "../../stories/editions.ts";
import { describeEntry } from "../../stories/entry-text.ts";
import { KeptStory } from "../../stories/kept-story.ts";
import type { Story } from "../../stories/story.ts";
import type { CardState, ConnectionState, StoryEntry } from "../protocol.ts";
import { WholeSource } from "../source.ts";

/** Silence is told too, and nothing happens in it. */
const EVERY_MS = 1_000;
const LEAST_MS = 200;
const SEQUENCE_STEPS = 120;
const ENTRY_CHARACTERS = 400;

export const connectionSource = (lab: Lab, story: Story) =>
  new WholeSource({
    make: () => connectionState(lab, story),
    everyMs: story instanceof KeptStory ? Number.POSITIVE_INFINITY : EVERY_MS,
    leastMs: LEAST_MS,
    follow: (onChange) => lab.subscribe("entries", onChange, (one) => one === story),
  });

function connectionState(lab: Lab, story: Story): ConnectionState {
  const explanation = explain(lab, story);
  const { judged, reason, cards } = explanation;
  const { startedAt, participants, steps, ends } = sequenceOf([story], { most: SEQUENCE_STEPS });
  return {
    connection: connectionDocument(story, judged),
    reason: reason ?? null,
    isLive: story.endedAt === undefined,
    role: story.subject.role,
    transport: story.subject.transport,
    current: currentStates(lab, story, story.state),
    entries: entriesOf(story),
    omitted: story.omitted,
    cards: cards.map((card) => cardState(card)),
    remarks: cards.length > 0 ? [] : closingLines(explanation),
    sequence: { startedAt, participants, steps, ends: [...ends] },
    canRewind: !(story instanceof KeptStory) || story.hasAnswers,
  };
}

/** Ids of the states of its role's chart that a state's name tells. */
export function currentStates(lab: Lab, story: Story, state: string): string[] {
  const role = roleOf(story, lab.roles);
  return role ? statesNamed(chartOf(role.machine, role), state) : [];
}

export function entriesOf(story: Story): StoryEntry[] {
  const context = contextOf(story);
  let number = 0;
  return story.entries.map((entry) => {
    number += entry.kind === "gap" ? entry.omitted : 1;
    const text = describeEntry(entry, context).trim();
    return { number, us: entry.at, kind: entry.kind, text: text.slice(0, ENTRY_CHARACTERS) };
  });
}

export function cardState(card: Explanation["cards"][number]): CardState {
  const { id, level, title, rule, expected, cause, advice, reproduce, came, reads } = card;
  const [read] = reads;
  return {
    id,
    level,
    title,
    rule,
    came: came ?? (read ? printableBytes(read.bytes, undefined, read.hidden) : null),
    expected,
    cause,
    advice,
    reproduce,
  };
}
