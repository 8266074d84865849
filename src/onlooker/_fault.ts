/** The side whose mistake came first, and what is to be told of both. */
import type { Card } from "../diagnoses/table.ts";
import type { Role } from "../machines/_role.ts";
import type { Disagreement } from "./_disagreements.ts";
import type { SideLook } from "./_side-look.ts";
import type { Speaker } from "./conversation.ts";

/** A mistake, and which side made it. */
export type SidedCard = Card & { readonly side: Speaker };

export interface Told {
  readonly cards: readonly SidedCard[];
  readonly fault: Speaker | undefined;
}

/** Cards without a read are about an end or a silence: they come last of all. */
const LATEST = Number.POSITIVE_INFINITY;

/** The side whose first violation came first has all of its own; of the other's, only what it did before. */
export function faultOf(
  server: SideLook,
  client: SideLook | undefined,
  disagreements: readonly Disagreement[],
): Told {
  const ofClient = server.cards.map((card): SidedCard => ({ ...card, side: "client" }));
  const ofServer = serverCards(server.role, client, disagreements);
  const clientAt = firstAt(ofClient);
  const serverAt = Math.min(disagreements[0]?.at ?? LATEST, firstAt(ofServer));
  const isServerWrong = disagreements.length > 0 || ofServer.some(isViolation);
  const isClientWrong = ofClient.some(isViolation);
  if (!isServerWrong)
    return { cards: [...ofClient, ...ofServer], fault: isClientWrong ? "client" : undefined };
  if (isClientWrong && clientAt <= serverAt && clientAt < LATEST)
    return { cards: [...ofClient, ...ofServer.filter((card) => !isViolation(card))], fault: "client" };
  return { cards: [...ofServer, ...ofClient.filter((card) => atOf(card) < serverAt)], fault: "server" };
}

/** Cards of the server. With all its words our machine's too, it has made no mistake that a violation could be. */
function serverCards(
  role: Role,
  client: SideLook | undefined,
  { length }: readonly Disagreement[],
): SidedCard[] {
  const isKnown = role.hub === undefined && Object.values(role.phases).every(({ reads }) => reads !== "raw");
  return (client?.cards ?? [])
    .filter(({ level }) => level === "note" || length > 0 || !isKnown)
    .map((card): SidedCard => ({ ...card, side: "server" }));
}

const isViolation = ({ level }: Card) => level === "violation";
const atOf = ({ reads }: Card) => reads[0]?.at ?? LATEST;
const firstAt = (cards: readonly Card[]) => Math.min(LATEST, ...cards.filter(isViolation).map(atOf));
