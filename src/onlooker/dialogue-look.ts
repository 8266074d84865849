/**
 * Look at a conversation in a role that is not netlabd's own. Its machine is a user's code and is not run here, but its `dialogue` is data:
 * as long as the client says what a client says there, the server's words are certain. The first that is another is told; where the client
 * leaves the dialogue, nothing more is known.
 */
import type { Disagreement } from "../diagnoses/table.ts";
import type { Role } from "../machines/_role.ts";
import { editionOf } from "../stories/editions.ts";
import type { StorySubject } from "../stories/story.ts";
import { bare, type DueTurn, dueTurns, type SaidTurn, saidTurns } from "./_dialogue-turns.ts";
import { blamed, otherwiseVerdict, type SidedCard } from "./_fault.ts";
import { plainStory } from "./_plain-story.ts";
import { withRemarks } from "./_remarks.ts";
import { rolelessSide } from "./_side-look.ts";
import { type SeenConversation, type SeenEvent, untilOf } from "./conversation.ts";
import { type Looked, toldStory } from "./look.ts";

/** A server that has not answered after this long does not answer. */
const PATIENCE_US = 2_000_000;
/** Cards that rest on the dialogue alone. */
const OF_WORDS: ReadonlySet<string> = new Set(["D38", "D79"]);

export interface DialogueLook {
  readonly conversation: SeenConversation;
  readonly role: Role;
  /** Ids of the server's story. */
  readonly instance: string;
  readonly number: number;
}

/** Undefined: it has no dialogue that is certain, or the client did not follow it. */
export function lookByDialogue({ conversation, role, instance, number }: DialogueLook): Looked | undefined {
  const { dialogue, hub } = role;
  // Others may speak in a room, and a server with other options may say other words.
  if (!dialogue || hub || Object.keys(dialogue.given ?? {}).length > 0) return undefined;
  const said = saidTurns(conversation);
  const due = dueTurns(dialogue, said);
  const followed = due.findIndex(({ asked }, index) => said[index]?.asked !== asked);
  const turns = due.slice(0, followed < 0 ? due.length : followed);
  if (turns.length === 0) return undefined;
  const found = turns
    .map((turn, index) => disagreementIn(conversation, turn, said[index] as SaidTurn))
    .find((one) => one !== undefined);
  return lookedOf({ conversation, role, instance, number }, found ? [{ ...found, rule: ruleOf(role) }] : []);
}

/** State of its machine is not known: a rule is, where there is one alone. */
function ruleOf({ phases }: Role): string {
  const rules = new Set(Object.values(phases).map(({ rule }) => rule));
  return rules.size === 1 ? String([...rules][0]) : "dialogue";
}

/** The server's answer in one turn of the dialogue, where it is another or none. */
function disagreementIn(
  conversation: SeenConversation,
  { due }: DueTurn,
  { said, at, askedAt }: SaidTurn,
): Disagreement | undefined {
  const text = bare(said.toString());
  const wanted = bare(due);
  if (text === wanted) return undefined;
  // The rest may come yet.
  if (wanted.startsWith(text) && !isWaitedFor(conversation, askedAt)) return undefined;
  return { at: at ?? askedAt, said, ours: Buffer.from(due), rule: undefined };
}

/** The server has left, or had time enough. */
function isWaitedFor(conversation: SeenConversation, askedAt: number): boolean {
  const rest = conversation.events.filter(({ at }) => at > askedAt);
  const end = rest.find(({ kind }) => kind === "fin" || kind === "reset");
  if (end?.from === "server") return true;
  return (end?.at ?? untilOf(conversation)) - askedAt >= PATIENCE_US;
}

function lookedOf(
  { conversation, role, instance, number }: DialogueLook,
  disagreements: readonly Disagreement[],
): Looked {
  const guess = { name: role.name, by: "told" } as const;
  const story = withRemarks(toldStory({ conversation, instance, number }, guess), disagreements);
  const client = clientSide(conversation, role, number, disagreements);
  const cards = client.cards.map((card): SidedCard => ({ ...card, side: "server" }));
  const fault = disagreements.length > 0 ? ("server" as const) : undefined;
  const told = blamed({ cards, disagreements, fault });
  const names = cards.map(({ id, level, title }) => ({ id, level, title }));
  return {
    ...told,
    guess,
    story,
    live: undefined,
    server: undefined,
    client,
    playing: undefined,
    stopped: "dialogue",
    judged: { cards: names, turn: "nobody", verdict: otherwiseVerdict("ok", told) },
  };
}

/** As the client had it: what came is the server's. */
function clientSide(
  conversation: SeenConversation,
  role: Role,
  number: number,
  unexplained: readonly Disagreement[],
) {
  const { client: local, server: remote, transport } = conversation;
  const name = `${role.name}-client-${number}`;
  const subject: StorySubject = {
    id: `${name}/c${number}`,
    instance: name,
    role: `${role.name}-client`,
    edition: editionOf(role),
    transport,
    isSeen: true,
    local,
    remote,
  };
  const story = plainStory({ ...conversation, events: conversation.events.map(turned) }, subject);
  const side = rolelessSide(story, conversation, unexplained);
  return { ...side, cards: side.cards.filter(({ id }) => OF_WORDS.has(id)) };
}

const turned = (event: SeenEvent): SeenEvent => ({
  ...event,
  from: event.from === "client" ? "server" : "client",
});
