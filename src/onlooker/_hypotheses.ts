/**
 * Reads of a server, of which a capture shows the packets only: what lay there when it called recv() may have been one packet or all that
 * came since it spoke last. So a conversation in which that makes a difference is looked at both ways. The way that the server's own words
 * contradict is the wrong one; where neither is, only what is true both ways is told.
 */

import type { Disagreement } from "../diagnoses/table.ts";
import { SAME_US } from "../stories/entry.ts";
import type { Story } from "../stories/story.ts";
import { verdictOf } from "../stories/verdict.ts";
import { blamed, otherwiseVerdict, type SidedCard } from "./_fault.ts";
import { withRemarks } from "./_remarks.ts";
import { type Data, isWord, sizeOf } from "./_words.ts";
import type { SeenConversation, SeenEvent } from "./conversation.ts";
import type { Looked } from "./look.ts";

/** Packets further apart than the server takes to answer are no one read; and none where it is quick. */
const SHORTEST_US = 5_000;
const LONGEST_US = 2_000_000;

/**
 * The same with the client's packets between two words of the server as one read; undefined: there are none. A greeting says nothing of
 * what was read.
 */
export function joinedReads(conversation: SeenConversation, greets: boolean): SeenConversation | undefined {
  if (conversation.transport === "udp") return undefined;
  const greeting = greets ? conversation.events.find((event) => event.from === "server") : undefined;
  const together = slowestOf(conversation);
  const events: SeenEvent[] = [];
  for (const event of conversation.events) {
    const last = events.at(-1);
    if (event === greeting) continue;
    if (last && isOneRead(last, event, together))
      events[events.length - 1] = joined(last as Data, event as Data);
    else events.push(event);
  }
  const isJoined = events.length + (greeting ? 1 : 0) < conversation.events.length;
  if (greeting) events.splice(placeBehind(events, greeting.at), 0, greeting);
  return isJoined ? { ...conversation, events } : undefined;
}

const placeBehind = (events: readonly SeenEvent[], time: number) =>
  events.filter(({ at }) => at < time).length;

/** Time that the server has taken to answer, at its slowest; where it never did, it may be any. */
function slowestOf({ events }: SeenConversation): number {
  let slowest: number | undefined;
  let askedAt = 0;
  for (const { kind, from, at } of events) {
    if (kind !== "data") continue;
    if (from === "client") askedAt = at;
    else slowest = Math.max(slowest ?? 0, at - askedAt);
  }
  return Math.min(LONGEST_US, Math.max(SHORTEST_US, 2 * (slowest ?? LONGEST_US)));
}

function isOneRead(last: SeenEvent, next: SeenEvent, together: number): boolean {
  if (!isWord(last, "client") || !isWord(next, "client") || next.at - last.at > together) return false;
  return sizeOf(last) === last.bytes.length && sizeOf(next) === next.bytes.length;
}

function joined(last: Data, next: Data): Data {
  const hidden = [
    ...(last.hidden ?? []),
    ...(next.hidden ?? []).map(({ start, end }) => ({
      start: start + last.bytes.length,
      end: end + last.bytes.length,
    })),
  ];
  const bytes = Buffer.concat([last.bytes, next.bytes]);
  return { ...next, bytes, size: bytes.length, hidden };
}

/** A look, and all that the server said otherwise than ours. */
export interface Hypothesis {
  readonly looked: Looked;
  /** The server's, without remarks. */
  readonly story: Story;
  readonly contradictions: readonly Disagreement[];
}

/** `first`: each packet is a read. */
export function agreed(first: Hypothesis, second: Hypothesis): Looked {
  const { looked: apart } = first;
  const { looked: together } = second;
  const worse = first.contradictions.length - second.contradictions.length;
  if (worse !== 0) return worse > 0 ? together : apart;
  const isSure = (one: Disagreement) => second.contradictions.some((other) => isSameDisagreement(one, other));
  const disagreements = apart.disagreements.filter(isSure);
  // Either way the server said what ours would not have said.
  if (apart.fault !== "client" && disagreements.length > 0) {
    const told = apart.cards.filter(
      (card) => isAbout(card, apart, disagreements) || isToldBothWays(card, together),
    );
    return verdictAgain(saying(first, blamed({ ...apart, disagreements, cards: told })));
  }
  const cards = apart.cards.filter((card) => isToldBothWays(card, together));
  const isWrong = cards.some(({ level }) => level === "violation");
  const fault = isWrong && apart.fault === together.fault ? apart.fault : undefined;
  const agreedOn = { ...apart, cards: isWrong && !fault ? [] : cards, disagreements: [], fault };
  return verdictAgain(saying(first, agreedOn));
}

/** The story tells no other disagreements than the look. */
function saying({ story: bare }: Hypothesis, looked: Looked): Looked {
  const story = withRemarks(bare, looked.disagreements);
  return { ...looked, story, server: looked.server && { ...looked.server, story } };
}

/** The verdict rests on cards that may be gone. */
function verdictAgain(looked: Looked): Looked {
  const { cards, judged, story } = looked;
  const names = cards.map(({ id, level, title }) => ({ id, level, title }));
  const { turn } = judged;
  return {
    ...looked,
    judged: {
      cards: names,
      turn,
      verdict: otherwiseVerdict(verdictOf(story, looked.live, { cards: names, turn }), looked),
    },
  };
}

/** A card of a disagreement that is sure. */
const isAbout = ({ reads }: SidedCard, apart: Looked, sure: readonly Disagreement[]) =>
  sure.length === apart.disagreements.length ||
  reads.some((read) => sure.some(({ at, said }) => said.length > 0 && Math.abs(at - read.at) <= SAME_US));

const isToldBothWays = (card: SidedCard, { cards }: Looked) => cards.some((other) => isSameCard(card, other));

const isSameCard = (one: SidedCard, other: SidedCard) => one.id === other.id && one.side === other.side;

const isSameDisagreement = (one: Disagreement, other: Disagreement) =>
  one.said.equals(other.said) && one.ours.equals(other.ours);
