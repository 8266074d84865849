/**
 * Looks at a conversation that none of our roles had, and says whose mistake is in it: our own machine of the server follows the client's
 * bytes, our own client's states follow the server's, and the diagnoses read both stories as they read any other.
 *
 * 1. The role is told, or guessed; without one there is a story of bytes and no judgement.
 * 2. What cannot be known - a token, a file, a name in the book - is assumed from the server's words (`assume` of the role).
 * 3. Where the server speaks otherwise than our machine in its place, both are told.
 * 4. What came first is the cause: what a side does after the other's mistake is not held against it. Where it is unclear, nothing is said.
 */
import type { CommonOptions } from "../actors/service.ts";
import { parseOptions, roleOptions } from "../catalogue/instance-options.ts";
import { shippedRoles } from "../catalogue/shipped-roles.ts";
import type { Assumption, Overheard } from "../machines/_assumed.ts";
import { clientOf } from "../machines/_counterparts.ts";
import type { Role } from "../machines/_role.ts";
import { editionOf } from "../stories/editions.ts";
import type { LiveView } from "../stories/live-view.ts";
import type { Story, StorySubject } from "../stories/story.ts";
import { type Judged, type Turn, verdictOf } from "../stories/verdict.ts";
import { type Disagreement, disagreementsIn } from "./_disagreements.ts";
import { faultOf, type SidedCard } from "./_fault.ts";
import type { Followed } from "./_followed.ts";
import { OneSide } from "./_follower.ts";
import { plainStory } from "./_plain-story.ts";
import { withRemarks } from "./_remarks.ts";
import { type SideLook, sideLook } from "./_side-look.ts";
import { TalkSide } from "./_talk-side.ts";
import type { SeenConversation, Speaker } from "./conversation.ts";
import { guessRole, type RoleGuess } from "./role-guess.ts";

export interface LookRequest {
  readonly conversation: SeenConversation;
  /** Name of the server's role; undefined: it is guessed. */
  readonly role?: string | undefined;
  /** How the role is known, where that was found out before. */
  readonly guess?: RoleGuess;
  /** Default: netlabd's own. */
  readonly roles?: ReadonlyMap<string, Role>;
  /** Ids of the server's story; the client's has its client's name. Default: of the role, the first. */
  readonly instance?: string;
  readonly number?: number;
}

export interface Looked {
  readonly guess: RoleGuess;
  /** As the server had it: what came is the client's. */
  readonly story: Story;
  readonly live: LiveView | undefined;
  readonly server: SideLook | undefined;
  /** As the client had it. */
  readonly client: SideLook | undefined;
  readonly disagreements: readonly Disagreement[];
  /** The side whose mistake came first; undefined: none is known. */
  readonly fault: Speaker | undefined;
  /** All that is told, the cause first; of the other side, nothing that may have come of it. */
  readonly cards: readonly SidedCard[];
  /** Why it is judged in part, or not at all. */
  readonly stopped: Followed["stopped"] | "no-role";
  readonly judged: Judged;
}

export async function look(request: LookRequest): Promise<Looked> {
  const { conversation, roles = await shippedRoles() } = request;
  const guess = guessOf(request, roles);
  const role = guess.name === undefined ? undefined : roles.get(guess.name);
  if (role?.side !== "server" || role.transport !== conversation.transport) return untold(request, guess);
  const overheard = overheardOf(conversation);
  const assumption = role.assume?.(overheard) ?? {};
  const subject = subjectOf(request, role, "server");
  const served = await follow(conversation, subject, role, assumption);
  const disagreements = served.stopped === "beginning" ? [] : disagreementsIn(conversation, served, role);
  const client = clientOf(role.name, roles);
  const asked = client && (await clientSide(request, client, overheard, { role, leavesAt: served.leftAt }));
  return concluded({ request, guess, role, assumption, served, disagreements, client, asked });
}

function guessOf({ conversation, role, guess }: LookRequest, roles: ReadonlyMap<string, Role>): RoleGuess {
  if (guess) return guess;
  return role === undefined ? guessRole(conversation, roles) : { name: role, by: "told" };
}

// -- the two sides --------------------------------------------------------------------------------------------------

async function follow(
  conversation: SeenConversation,
  subject: StorySubject,
  role: Role,
  assumption: Assumption,
): Promise<Followed> {
  const all = parseOptions(role, assumption.options ?? {});
  const common = all as unknown as CommonOptions;
  const options = roleOptions(role, all);
  return new OneSide({ conversation, subject, role, options, common, assumption }).run();
}

async function clientSide(
  request: LookRequest,
  role: Role,
  overheard: Overheard,
  server: { readonly role: Role; readonly leavesAt: number | undefined },
): Promise<Followed | undefined> {
  const { conversation } = request;
  const subject = subjectOf(request, role, "client");
  if (role.assume) {
    const assumption = role.assume(overheard);
    const { address: host, port } = conversation.server;
    return follow(conversation, subject, role, {
      ...assumption,
      options: { host, port, ...assumption.options },
    });
  }
  if (role.transport === "udp" || !role.phases.listening) return undefined;
  const [first] = server.role.dialogue?.lines ?? [];
  const greets = first !== undefined && "server" in first;
  return new TalkSide({ conversation, subject, role, greets, leavesAt: server.leavesAt }).run();
}

export function overheardOf({ events }: SeenConversation): Overheard {
  const words = events.flatMap((event) => (event.kind === "data" ? [event] : []));
  const of = (from: Speaker) => words.filter((word) => word.from === from).map(({ bytes }) => bytes);
  return { client: of("client"), server: of("server"), first: words[0]?.from };
}

function subjectOf(
  { conversation, instance, number = 1 }: LookRequest,
  role: Role,
  side: Speaker,
): StorySubject {
  const name = side === "server" ? (instance ?? `${role.name}-1`) : `${role.name}-${number}`;
  const kind = conversation.transport === "udp" && side === "server" ? "u" : "c";
  return {
    id: `${name}/${kind}${number}`,
    instance: name,
    role: role.name,
    edition: editionOf(role),
    transport: conversation.transport,
    isSeen: true,
    local: side === "server" ? conversation.server : conversation.client,
    remote: side === "server" ? conversation.client : conversation.server,
  };
}

// -- the conclusion -------------------------------------------------------------------------------------------------

interface Found {
  readonly request: LookRequest;
  readonly guess: RoleGuess;
  readonly role: Role;
  readonly assumption: Assumption;
  readonly served: Followed;
  readonly disagreements: readonly Disagreement[];
  readonly client: Role | undefined;
  readonly asked: Followed | undefined;
}

function concluded({
  request,
  guess,
  role,
  assumption,
  served,
  disagreements,
  client,
  asked,
}: Found): Looked {
  const { conversation } = request;
  const remarked = withRemarks(served.story, disagreements);
  const server = sideLook(
    { ...served, story: remarked },
    served,
    role,
    conversation,
    assumption.options ?? {},
  );
  const other = client && asked ? sideLook(asked, asked, client, conversation, {}) : undefined;
  const told = faultOf(server, other, disagreements);
  const cards = told.cards.map(({ id, level, title }) => ({ id, level, title }));
  const turn: Turn = server.judgement.silence.whose;
  const verdict = verdictOf(remarked, served.live, { cards, turn });
  const isWrong = disagreements.length > 0 && (verdict === "ok" || verdict === "note");
  const stopped = served.stopped ?? asked?.stopped;
  return {
    guess,
    story: remarked,
    live: served.live,
    server,
    client: other,
    disagreements,
    fault: told.fault,
    cards: told.cards,
    stopped,
    judged: { cards, turn, verdict: isWrong ? "violation" : verdict },
  };
}

/** A conversation whose role is not known, or none of ours. */
function untold({ conversation, instance = "unknown", number = 1 }: LookRequest, guess: RoleGuess): Looked {
  const subject: StorySubject = {
    id: `${instance}/${conversation.transport === "udp" ? "u" : "c"}${number}`,
    instance,
    role: guess.name ?? "unknown",
    edition: 0,
    transport: conversation.transport,
    isSeen: true,
    local: conversation.server,
    remote: conversation.client,
  };
  return {
    guess,
    story: plainStory(conversation, subject),
    live: undefined,
    server: undefined,
    client: undefined,
    disagreements: [],
    fault: undefined,
    cards: [],
    stopped: "no-role",
    judged: { cards: [], turn: "nobody", verdict: "ok" },
  };
}
