/**
 * Looks at a conversation that none of our roles had, and says whose mistake is in it: our own machine of the server follows the client's
 * bytes, our own client's states follow the server's, and the diagnoses read both stories as they read any other.
 *
 * 1. The role is told, or guessed; without one there is a story of bytes and no judgement.
 * 2. What cannot be known - a token, a file, a name in the book - is assumed from the server's words (`assume` of the role).
 * 3. Where the server speaks otherwise than our machine in its place, both are told.
 * 4. What came first is the cause: what a side does after the other's mistake is not held against it. Where it is unclear, nothing is said.
 *
 * Long, because what is asked for and what is answered stand with the steps between them.
 */
import type { CommonOptions } from "../actors/service.ts";
import { parseOptions, roleOptions } from "../catalogue/instance-options.ts";
import { shippedRoles } from "../catalogue/shipped-roles.ts";
import type { Disagreement } from "../diagnoses/table.ts";
import type { Assumption, Overheard } from "../machines/_assumed.ts";
import { clientOf } from "../machines/_counterparts.ts";
import type { Role } from "../machines/_role.ts";
import { editionOf } from "../stories/editions.ts";
import type { LiveView } from "../stories/live-view.ts";
import type { Story, StorySubject } from "../stories/story.ts";
import { type Judged, type Turn, verdictOf } from "../stories/verdict.ts";
import { AskSide, askerOf } from "./_ask-side.ts";
import { type Compared, compared } from "./_disagreements.ts";
import { faultWithCard, otherwiseVerdict, type SidedCard } from "./_fault.ts";
import type { Followed } from "./_followed.ts";
import { OneSide, PATIENCE_MS } from "./_follower.ts";
import { agreed, type Hypothesis, joinedReads } from "./_hypotheses.ts";
import { greets, overheardOf } from "./_overhearing.ts";
import { plainStory } from "./_plain-story.ts";
import { refusedSide } from "./_refused.ts";
import { withRemarks } from "./_remarks.ts";
import { begunOf, crossing } from "./_restored.ts";
import { rolelessSide, type SideLook, sideLook } from "./_side-look.ts";
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
  /** Stories of other conversations with this server, asked only where one alone does not tell. */
  readonly others?: () => readonly Story[];
}

/** Needs of a replay of the server's story. */
export interface Playing {
  readonly story: Story;
  readonly role: Role;
  readonly options: unknown;
  readonly common: CommonOptions;
  /** The story is all that there was. */
  readonly isWhole: boolean;
  /** Timers may have gone off so much too early. */
  readonly earlyMs: number;
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
  /** Undefined: no machine of ours followed. */
  readonly playing: Playing | undefined;
  /** Why it is judged in part, or not at all. */
  readonly stopped: Followed["stopped"] | "no-role" | "dialogue";
  readonly judged: Judged;
}

export async function look(request: LookRequest): Promise<Looked> {
  const { conversation, roles = await shippedRoles() } = request;
  const guess = guessOf(request, roles);
  const role = guess.name === undefined ? undefined : roles.get(guess.name);
  if (role?.side !== "server" || role.transport !== conversation.transport)
    return conversation.isRefused ? refused(request, guess) : untold(request, guess);
  const parties = { guess, role, client: clientOf(role.name, roles) ?? askerOf(role.name, roles) };
  if (conversation.isRefused) return refused(request, guess, parties.client);
  const apart = await lookAt(request, parties);
  const together = joinedReads(conversation, greets(role));
  if (!together) return apart.looked;
  return agreed(apart, await lookAt({ ...request, conversation: together }, parties));
}

interface Parties {
  readonly guess: RoleGuess;
  readonly role: Role;
  readonly client: Role | undefined;
}

async function lookAt(request: LookRequest, parties: Parties): Promise<Hypothesis> {
  const { conversation } = request;
  const { role, client } = parties;
  const overheard = overheardOf(conversation);
  const assumption = role.assume?.(overheard) ?? {};
  const served = await follow(conversation, subjectOf(request, role, "server"), role, assumption);
  const asked = client && (await clientSide(request, client, overheard, { role, leavesAt: served.leftAt }));
  return concluded({ ...parties, request, assumption, served, asked });
}

function guessOf({ conversation, role, guess }: LookRequest, roles: ReadonlyMap<string, Role>): RoleGuess {
  if (guess) return guess;
  return role === undefined ? guessRole(conversation, roles) : { name: role, by: "told" };
}

// -- the two sides --------------------------------------------------------------------------------------------------

function follow(
  conversation: SeenConversation,
  subject: StorySubject,
  role: Role,
  assumption: Assumption,
): Promise<Followed> {
  const playing = playingOf(role, assumption);
  return new OneSide({ conversation, subject, role, ...playing, assumption }).run();
}

/** Options with which our own machine follows. */
function playingOf(role: Role, { options = {} }: Assumption) {
  const common = parseOptions(role, options);
  return { options: roleOptions(role, common), common };
}

async function clientSide(
  request: LookRequest,
  role: Role,
  overheard: Overheard,
  server: { readonly role: Role; readonly leavesAt: number | undefined },
): Promise<Followed | undefined> {
  const { conversation } = request;
  const subject = subjectOf(request, role, "client");
  if (role.assume && role.transport === conversation.transport) {
    const assumption = role.assume(overheard);
    const { address: host, port } = conversation.server;
    return follow(conversation, subject, role, {
      ...assumption,
      options: { host, port, ...assumption.options },
    });
  }
  if (conversation.transport === "udp")
    return role.asks && new AskSide(conversation, subject, role.asks).run();
  if (!role.phases.listening) return undefined;
  const { leavesAt } = server;
  return new TalkSide({ conversation, subject, role, greets: greets(server.role), leavesAt }).run();
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

interface Found extends Parties {
  readonly request: LookRequest;
  readonly assumption: Assumption;
  readonly served: Followed;
  readonly asked: Followed | undefined;
}

function concluded({
  request,
  guess,
  role,
  client: clientRole,
  assumption,
  served,
  asked,
}: Found): Hypothesis {
  const { conversation } = request;
  const isSeen = served.stopped !== "beginning";
  const comparison = isSeen ? compared(conversation, served, role, assumption.isAlike) : NOTHING_COMPARED;
  const { others } = request;
  const server = sideLook(served, role, conversation, assumption.options ?? {}, { others });
  const clientSeen = (unexplained?: readonly Disagreement[]) =>
    clientRole && asked ? sideLook(asked, clientRole, conversation, {}, { unexplained }) : undefined;
  const client = clientSeen();
  const told = faultWithCard(
    {
      role,
      server,
      client,
      served,
      asked,
      compared: comparison,
      isOfPackets: conversation.isOfPackets === true,
    },
    clientSeen,
  );
  const story = withRemarks(served.story, told.disagreements);
  const cards = told.cards.map(({ id, level, title }) => ({ id, level, title }));
  const turn: Turn = server.judgement.silence.whose;
  const verdict = verdictOf(story, served.live, { cards, turn });
  const looked: Looked = {
    ...told,
    guess,
    story,
    live: served.live,
    server: { ...server, story },
    client,
    playing: {
      story: crossing(begunOf(served), served.leftAt),
      role,
      ...playingOf(role, assumption),
      isWhole: served.stopped === undefined,
      earlyMs: PATIENCE_MS,
    },
    stopped: served.stopped ?? (asked?.stopped === "left" ? undefined : asked?.stopped),
    judged: { cards, turn, verdict: otherwiseVerdict(verdict, told) },
  };
  return { looked, story: served.story, contradictions: comparison.disagreements };
}

const NOTHING_COMPARED: Compared = { disagreements: [], isOwing: false, isTheSame: false };

/** The server is no program: what there is to tell is the client's. `role`: its own, where that is known. */
function refused(request: LookRequest, guess: RoleGuess, role?: Role): Looked {
  const { conversation } = request;
  const side = refusedSide(conversation, role ? subjectOf(request, role, "client") : strangerOf(request));
  const client = role ? sideLook(side, role, conversation, {}) : rolelessSide(side.story, conversation);
  const cards = client.cards.map((card): SidedCard => ({ ...card, side: "server" }));
  const names = cards.map(({ id, level, title }) => ({ id, level, title }));
  const judged: Judged = { cards: names, turn: "nobody", verdict: "failed" };
  return { ...untold(request, guess), client, cards, fault: "server", stopped: undefined, judged };
}

/** A client of which nothing is known but its address. */
const strangerOf = ({ conversation, number = 1 }: LookRequest): StorySubject => ({
  id: `client-${number}/c${number}`,
  instance: `client-${number}`,
  role: "unknown",
  edition: 0,
  transport: conversation.transport,
  isSeen: true,
  local: conversation.client,
  remote: conversation.server,
});

/** A conversation whose role is not known, or none of ours. */
function untold(request: LookRequest, guess: RoleGuess): Looked {
  return {
    guess,
    story: toldStory(request, guess),
    live: undefined,
    server: undefined,
    client: undefined,
    disagreements: [],
    fault: undefined,
    cards: [],
    playing: undefined,
    stopped: "no-role",
    judged: { cards: [], turn: "nobody", verdict: "ok" },
  };
}

/** All that they said to each other, without a judgement. `isEachMessage`: a client's reads count as messages, as far as bytes tell. */
export function toldStory(
  { conversation, instance = "unknown", number = 1 }: LookRequest,
  guess: RoleGuess,
  isEachMessage = false,
): Story {
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
  return plainStory(conversation, subject, isEachMessage);
}
