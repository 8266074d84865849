/** A student's own page: how it goes, the ports to connect to, the connections, and the last card in full. */
import { connectionDocument } from "../../lab/documents.ts";
import type { Lab, LabInstance } from "../../lab/lab.ts";
import { isOwnQuestion } from "../../lab/selectors.ts";
import { explain, hintsOf } from "../../repl/explanation.ts";
import type { Story } from "../../stories/story.ts";
import type { KnownStories } from "../known-stories.ts";
import type { CardState, ConnectionDocument, MeState, Tile } from "../protocol.ts";
import { WholeSource } from "../source.ts";
import { cardState } from "./connection-source.ts";
import { instanceTile, studentTile } from "./tile.ts";

const EVERY_MS = 1_000;
const LEAST_MS = 250;
const MOST_CONNECTIONS = 50;

export function studentSource(
  lab: Lab,
  label: string,
  stories: Pick<KnownStories, "find" | "recall">,
): WholeSource {
  let earlier: readonly ConnectionDocument[] = [];
  let change: () => void = () => undefined;
  const recalled = new RecalledCard(lab, stories, () => change());
  // A journal that cannot be read has nothing to tell here.
  lab.journaledOf(label, MOST_CONNECTIONS).then(
    (found) => {
      earlier = found;
    },
    () => undefined,
  );
  return new WholeSource({
    make: () => meState(lab, label, { earlier, cardOf: (tile) => recalled.of(tile) }),
    everyMs: EVERY_MS,
    leastMs: LEAST_MS,
    follow: (onChange) => {
      change = onChange;
      return lab.subscribe("connections", ({ story }) => story.subject.label === label && onChange());
    },
  });
}

/** The last card in full. Its connection may be of an earlier run, or forgotten by memory since: then the journal tells it, once. */
class RecalledCard {
  readonly #lab: Lab;
  readonly #stories: Pick<KnownStories, "find" | "recall">;
  readonly #onFound: () => void;
  /** Connection that was looked for last. */
  #wanted: string | undefined;
  #found: CardState | null = null;

  constructor(lab: Lab, stories: Pick<KnownStories, "find" | "recall">, onFound: () => void) {
    this.#lab = lab;
    this.#stories = stories;
    this.#onFound = onFound;
  }

  /** Null where there is none, or it is not known yet. */
  of({ card }: Tile): CardState | null {
    if (!card) return null;
    const { connection } = card;
    const story = this.#lab.stories().find(({ subject }) => subject.id === connection);
    if (story) return firstCard(this.#lab, story);
    if (this.#wanted !== connection) void this.#recall(connection);
    return this.#found;
  }

  async #recall(connection: string): Promise<void> {
    this.#wanted = connection;
    this.#found = null;
    await this.#stories.recall(connection);
    const story = this.#stories.find(connection);
    if (this.#wanted !== connection || !story) return;
    this.#found = firstCard(this.#lab, story);
    this.#onFound();
  }
}

interface Recalled {
  /** Connections of earlier runs. */
  readonly earlier: readonly ConnectionDocument[];
  readonly cardOf: (tile: Tile) => CardState | null;
}

/** Null where nothing is for them. */
function meState(lab: Lab, label: string, { earlier, cardOf }: Recalled): MeState | null {
  const stories = lab
    .stories()
    .filter((story) => story.subject.label === label && !isOwnQuestion(story))
    .toSorted((a, b) => b.openedAt - a.openedAt);
  const tile = tileFor(lab, label);
  if (!tile) return null;
  return {
    tile,
    instances: placesFor(lab, label),
    card: cardOf(tile),
    hints: hintsOf(lab, label).toReversed(),
    connections: [
      ...stories.slice(0, MOST_CONNECTIONS).map((story) => connectionDocument(story, lab.judged(story))),
      // Connections of earlier runs, and some that memory has forgotten.
      ...earlier.filter(({ id }) => !stories.some(({ subject }) => subject.id === id)),
    ].slice(0, MOST_CONNECTIONS),
  };
}

/** Roles of the student's own, then of the group, then of all. */
function placesFor(lab: Lab, label: string): MeState["instances"] {
  const { class: all } = lab;
  const group = all?.groupOf(label);
  const whoseOf = (instance: LabInstance): (typeof WHOSE)[number] | undefined => {
    if (instance.label === label) return "own";
    const kind = all?.kindOf(instance.id);
    const isOfGroup = group !== undefined && all?.groupOf(instance.label) === group;
    return kind === "shared" || (kind === "group" && isOfGroup) ? kind : undefined;
  };
  const places = lab.instances.flatMap((instance) => {
    const { id, type, transport, port, state } = instance;
    const whose = whoseOf(instance);
    return whose ? [{ id, role: type, transport, port, state, whose }] : [];
  });
  return WHOSE.flatMap((whose) => places.filter((place) => place.whose === whose));
}

const WHOSE = ["own", "group", "shared"] as const;

/** A student of the roster; or where there is none, who has a role for the own use. */
function tileFor(lab: Lab, label: string): Tile | undefined {
  const now = lab.clock.now();
  const own = lab.stories().filter((story) => story.subject.label === label && !isOwnQuestion(story));
  const [row] = lab.students({ only: label });
  if (row) return studentTile(row, now);
  const instances = lab.instances.filter((instance) => instance.label === label);
  const [instance] = instances;
  if (!instance) return undefined;
  const connected = instances.reduce((sum, { connections }) => sum + connections, 0);
  return { ...instanceTile(lab, instance, own, now), id: label, connected };
}

function firstCard(lab: Lab, story: Story): CardState | null {
  const [first] = explain(lab, story).cards;
  return first ? cardState(first) : null;
}
