/** The side whose mistake came first, and what is to be told of both. */
import type { Rank } from "../diagnoses/_precedence.ts";
import { type Card, type Disagreement, diagnoses } from "../diagnoses/table.ts";
import type { Role } from "../machines/_role.ts";
import { type Verdict, worstOf } from "../stories/verdict.ts";
import type { Compared } from "./_disagreements.ts";
import type { Followed } from "./_followed.ts";
import type { SideLook } from "./_side-look.ts";
import type { Speaker } from "./conversation.ts";

/** A mistake, and which side made it. */
export type SidedCard = Card & { readonly side: Speaker };

export interface Told {
  readonly cards: readonly SidedCard[];
  readonly disagreements: readonly Disagreement[];
  readonly fault: Speaker | undefined;
}

export interface BothSides {
  /** The server's. */
  readonly role: Role;
  readonly server: SideLook;
  readonly client: SideLook | undefined;
  readonly served: Followed;
  readonly asked: Followed | undefined;
  readonly compared: Compared;
  readonly isOfPackets: boolean;
}

/** Cards without a read are about an end or a silence: they come last of all. */
const LATEST = Number.POSITIVE_INFINITY;

/**
 * No side is blamed without a card that says what to change: where the server's words are not ours and none of its cards tells why, `retold`
 * judges the client's story anew with these words beside it; where none comes of that either, the difference is told and no more.
 */
export function faultWithCard(
  both: BothSides,
  retold: (unexplained: readonly Disagreement[]) => SideLook | undefined,
): Told {
  const told = faultOf(both);
  if (!isUnexplained(told)) return told;
  return blamed(faultOf({ ...both, client: retold(told.disagreements) ?? both.client }));
}

const isUnexplained = ({ fault, cards }: Told) =>
  fault === "server" && !cards.some((card) => card.side === "server" && isViolation(card));

/** The same, without a fault that no card explains. */
export const blamed = <Some extends Told>(told: Some): Some =>
  isUnexplained(told) ? { ...told, fault: undefined } : told;

/** Words of the server that are not ours, where its own story shows nothing worse: a violation is one that a card explains. */
export function otherwiseVerdict(
  verdict: Verdict,
  { fault, disagreements }: Pick<Told, "fault" | "disagreements">,
): Verdict {
  if (disagreements.length === 0) return verdict;
  return worstOf(verdict, fault === "server" ? "violation" : "note");
}

/** The side whose first violation came first has all of its own; of the other's, only what it did before. */
function faultOf(both: BothSides): Told {
  const { disagreements } = both.compared;
  const ofClient = clientCards(both);
  const ofServer = serverCards(both, ofClient);
  const clientAt = firstAt(ofClient);
  const serverAt = Math.min(disagreements[0]?.at ?? LATEST, firstAt(ofServer));
  const isServerWrong = disagreements.length > 0 || ofServer.some(isViolation);
  const isClientWrong = ofClient.some(isViolation);
  if (!isServerWrong)
    return { cards: [...ofClient, ...ofServer], disagreements, fault: isClientWrong ? "client" : undefined };
  // An answer to a mistake is no mistake of the server's own.
  if (isClientWrong && clientAt <= serverAt && clientAt < LATEST)
    return { cards: ofClient, disagreements: [], fault: "client" };
  const before = ofClient.filter((card) => !isViolation(card) && atOf(card) < serverAt);
  return { cards: [...ofServer, ...before], disagreements, fault: "server" };
}

/** Cards of the client. One that waits for an answer in vain may leave as it likes. */
function clientCards({ server, compared: { isOwing } }: BothSides): SidedCard[] {
  return server.cards
    .filter((card) => !isOwing || !isAboutLeaving(card))
    .map((card): SidedCard => ({ ...card, side: "client" }));
}

/** A server that says what our machine says, byte for byte, has made no mistake. */
function serverCards(
  { role, client, served, asked, compared, isOfPackets }: BothSides,
  ofClient: readonly Card[],
): SidedCard[] {
  const { disagreements, isTheSame } = compared;
  const form = formOf(role, served);
  const hasDisagreed = disagreements.length > 0;
  // Consequences of a client's own mistakes, and what lies behind the part that could be followed, are no evidence.
  const isClear = ofClient.length === 0 && isFollowed(asked) && served.stopped !== "lost";
  const isMute = served.spoken.length === 0;
  const isInPieces = served.spoken.length > served.words.length;
  const isKept = (card: Card) => {
    // Words that it may always say are not what our client had waited for.
    if (served.stopped === "dismissed" && isViolation(card)) return hasDisagreed;
    if (form === "known")
      return !isTheSame && (isViolation(card) ? hasDisagreed || (isInPieces && isHabit(card)) : isClear);
    // A server that never said a word has not let the client in.
    if (form === "room" && ((isAboutLeaving(card) && !isMute) || isMembers(card))) return hasDisagreed;
    // Packets are put together by the server's machine alone, and only where it sends without waiting.
    if (isOfPackets && isGluing(card)) return isClear;
    // A server may reset what it has answered rightly.
    return hasDisagreed || (isClear && (isViolation(card) || !isTheSame || isAboutLeaving(card)));
  };
  return (client?.cards ?? []).filter(isKept).map((card): SidedCard => ({ ...card, side: "server" }));
}

const isFollowed = (asked: Followed | undefined) => asked?.stopped === undefined || asked.stopped === "left";

/** `known`: all words of such a server are our machine's. `room`: its members' too. `open`: files and names of its own. */
function formOf({ hub, phases, transport }: Role, { stopped }: Followed): "known" | "room" | "open" {
  if (hub) return "room";
  // A registry's list is its own.
  if (transport === "udp" && stopped === "unknown") return "open";
  return Object.values(phases).every(({ reads }) => reads === "text") ? "known" : "open";
}

const RANKS: ReadonlyMap<string, Rank> = new Map(diagnoses.map(({ id, rank }) => [id, rank]));
const isAboutLeaving = ({ id }: Card) => RANKS.get(id) === "endings" || RANKS.get(id) === "silence";
/** Text of a form of its own that is not the server's first: in a room, another member may have said it so. */
const isMembers = ({ id, reads: [read] }: Card) => RANKS.get(id) === "record" && (read?.number ?? 1) > 1;
/** The right words, and no pause between them. */
const isGluing = ({ name }: Card) => name === "answers-in-one-piece";
const isHabit = ({ id }: Card) => RANKS.get(id) === "habits";

const isViolation = ({ level }: Card) => level === "violation";
const atOf = ({ reads }: Card) => reads[0]?.at ?? LATEST;
const firstAt = (cards: readonly Card[]) => Math.min(LATEST, ...cards.filter(isViolation).map(atOf));
