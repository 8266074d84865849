/** A student's own page: how it goes, the ports to connect to, the connections, and the last card in full. */
import { connectionDocument } from "../../lab/documents.ts";
import type { Lab } from "../../lab/lab.ts";
import { isOwnQuestion } from "../../lab/selectors.ts";
import { explain, hintsOf } from "../../repl/explanation.ts";
import type { CardState, ConnectionDocument, MeState, Tile } from "../protocol.ts";
import { WholeSource } from "../source.ts";
import { cardState } from "./connection-source.ts";
import { instanceTile, studentTile } from "./tile.ts";

const EVERY_MS = 1_000;
const LEAST_MS = 250;
const MOST_CONNECTIONS = 50;

export function studentSource(lab: Lab, label: string): WholeSource {
  let earlier: readonly ConnectionDocument[] = [];
  // A journal that cannot be read has nothing to tell here.
  lab.journaledOf(label, MOST_CONNECTIONS).then(
    (found) => {
      earlier = found;
    },
    () => undefined,
  );
  return new WholeSource({
    make: () => meState(lab, label, earlier),
    everyMs: EVERY_MS,
    leastMs: LEAST_MS,
    follow: (onChange) =>
      lab.subscribe("connections", ({ story }) => story.subject.label === label && onChange()),
  });
}

/** Null where nothing is for them. */
function meState(lab: Lab, label: string, earlier: readonly ConnectionDocument[]): MeState | null {
  const instances = lab.instances.filter((instance) => instance.label === label);
  const stories = lab
    .stories()
    .filter((story) => story.subject.label === label && !isOwnQuestion(story))
    .toSorted((a, b) => b.openedAt - a.openedAt);
  const tile = tileFor(lab, label);
  if (!tile) return null;
  return {
    tile,
    instances: instances.map(({ id, type, port, state }) => ({ id, role: type, port, state })),
    card: cardOf(lab, tile),
    hints: hintsOf(lab, label).toReversed(),
    connections: [
      ...stories.slice(0, MOST_CONNECTIONS).map((story) => connectionDocument(story, lab.judged(story))),
      // Connections of earlier runs, and some that memory has forgotten.
      ...earlier.filter(({ id }) => !stories.some(({ subject }) => subject.id === id)),
    ].slice(0, MOST_CONNECTIONS),
  };
}

/** A student of the roster; or where there is none, who has a role for the own use. */
function tileFor(lab: Lab, label: string): Tile | undefined {
  const now = lab.clock.now();
  const own = lab.stories().filter((story) => story.subject.label === label);
  const [row] = lab.students({ only: label });
  if (row) return studentTile(row, now);
  const instances = lab.instances.filter((instance) => instance.label === label);
  const [instance] = instances;
  if (!instance) return undefined;
  const connected = instances.reduce((sum, { connections }) => sum + connections, 0);
  return { ...instanceTile(lab, instance, own, now), id: label, connected };
}

function cardOf(lab: Lab, { card }: Tile): CardState | null {
  const story = card && lab.stories().find(({ subject }) => subject.id === card.connection);
  const [first] = story ? explain(lab, story).cards : [];
  return first ? cardState(first) : null;
}
