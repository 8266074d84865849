/** Conversation that went through a proxy: of the stories of its two connections, one that an onlooker saw, and what that says of each. */
import { isLoaded } from "../catalogue/loaded-roles.ts";
import { parsePeerTerm } from "../ids.ts";
import type { Role } from "../machines/_role.ts";
import { roleOf } from "../stories/editions.ts";
import type { Entry } from "../stories/entry.ts";
import { type Leg, type Story, wallMs } from "../stories/story.ts";
import { type Judged, verdictOf } from "../stories/verdict.ts";
import { otherwiseVerdict } from "./_fault.ts";
import type { SeenConversation, SeenEvent } from "./conversation.ts";
import { lookByDialogue } from "./dialogue-look.ts";
import { type Looked, look } from "./look.ts";

export type Pair = Readonly<Record<Leg, Story>>;

export interface PairLook {
  readonly looked: Looked;
  /** Of each connection: the mistakes of its own program. */
  readonly judged: Readonly<Record<Leg, Judged>>;
}

/**
 * Why a pair is told and not judged: what one side said is not what the other heard, or nothing was heard, or the role is not netlabd's and
 * the client did not follow its dialogue.
 */
export type Untold = "unconnected" | "bad-line" | "operator" | "loaded-role" | "no-role";

export interface Lookout {
  readonly roles: ReadonlyMap<string, Role>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The role whose protocol the two speak; undefined: it is no longer known. */
export const proxiedRole = ({ client }: Pair, roles: ReadonlyMap<string, Role>): Role | undefined =>
  roleOf(client, roles)?.proxied;

export async function lookAtPair(pair: Pair, { roles, now }: Lookout): Promise<PairLook | Untold> {
  const role = proxiedRole(pair, roles);
  const untold = untoldOf(pair);
  if (untold || !role) return untold ?? "no-role";
  const { id, instance } = pair.client.subject;
  const conversation = proxiedConversation(pair, now);
  const number = Number(parsePeerTerm(id)?.number.slice(1) ?? 1);
  const looked = isLoaded(role)
    ? lookByDialogue({ conversation, role, instance, number })
    : await look({
        conversation,
        role: role.name,
        roles: new Map([...roles, [role.name, role]]),
        instance,
        number,
      });
  if (!looked) return "loaded-role";
  // A token is known once the conversation is understood: from now on it is hidden in what was passed on, too.
  for (const story of [pair.client, pair.server])
    story.secrets = [...new Set([...story.secrets, ...looked.story.secrets])];
  const judged = { client: judgedOf(pair, looked, "client"), server: judgedOf(pair, looked, "server") };
  return { looked, judged };
}

function untoldOf({ client, server }: Pair): Untold | undefined {
  if (server.cause?.code === "unreachable" || client.fault === "refused") return "unconnected";
  if (client.isLineBad || server.isLineBad) return "bad-line";
  const isSaidFor = ({ entries }: Story) =>
    entries.some((entry) => entry.kind === "operator" && entry.action === "send");
  return isSaidFor(client) || isSaidFor(server) ? "operator" : undefined;
}

function judgedOf(pair: Pair, looked: Looked, leg: Leg): Judged {
  const { cards } = looked;
  const own = cards.filter(({ side }) => side === leg).map(({ id, level, title }) => ({ id, level, title }));
  const found = { cards: own, turn: "nobody" } as const;
  const verdict = verdictOf(pair[leg], undefined, found);
  return { ...found, verdict: leg === "server" ? otherwiseVerdict(verdict, looked) : verdict };
}

/** Reads of each connection are the words of its program. */
function proxiedConversation({ client, server }: Pair, now: number): SeenConversation {
  const startedAt = client.openedAt;
  const isOver = client.endedAt !== undefined && server.endedAt !== undefined;
  const events = [...eventsOf(client, "client", startedAt), ...eventsOf(server, "server", startedAt)];
  // Stable: what one side said stays in its order.
  events.sort((a, b) => a.at - b.at);
  return {
    transport: client.subject.transport,
    client: client.subject.remote,
    server: server.subject.remote,
    startedAt,
    events,
    ...(isOver ? {} : { until: Math.max(0, Math.round((now - startedAt) * 1_000)) }),
  };
}

function eventsOf(story: Story, from: Leg, startedAt: number): SeenEvent[] {
  return story.entries.flatMap((entry): SeenEvent[] => {
    const at = Math.max(0, Math.round((wallMs(story, entry) - startedAt) * 1_000));
    return eventOf(entry).map((event) => ({ at, from, ...event }));
  });
}

type Event = SeenEvent extends infer One ? (One extends SeenEvent ? Omit<One, "at" | "from"> : never) : never;

function eventOf(entry: Entry): Event[] {
  switch (entry.kind) {
    case "in":
      return [{ kind: "data", bytes: entry.bytes, size: entry.size }];
    case "gap":
      return entry.bytesIn > 0 ? [{ kind: "lost", size: entry.bytesIn }] : [];
    case "ended":
      return [{ kind: "fin" }];
    case "closed":
      return entry.by === "peer" && entry.cause ? [{ kind: "reset" }] : [];
    default:
      return [];
  }
}
