/** Documents of conversations in a capture, and what a list says of each. */
import { connectionDocument, entryDocument } from "../lab/documents.ts";
import { formatHostPort } from "../machines/_options.ts";
import type { Looked } from "../onlooker/look.ts";
import { cardDocument } from "../repl/explanation.ts";
import { disagreementDocuments, shownSide } from "../repl/looked-text.ts";
import type { Visibility } from "../stories/entry-text.ts";
import type { NamedConversation } from "./capture-view.ts";

/** A conversation of a capture, and what was found in it. */
export interface Told {
  readonly named: NamedConversation;
  readonly looked: Looked;
}

/** Few words: the first card, or why there is none. */
export function noteOf({ stopped, cards, guess, fault, disagreements }: Looked): string {
  const [card] = cards;
  if (card) return `${card.id}: ${card.title}`;
  if (fault) return `the ${fault} says otherwise than the rules`;
  if (disagreements.length > 0) return "the server's words are others than ours";
  switch (stopped) {
    case "no-role":
      return guess.name === undefined ? "role not known" : `${guess.name}: none of netlabd's roles`;
    case "beginning":
      return "without its beginning";
    case "lost":
      return "bytes are missing";
    default:
      return "";
  }
}

export function documentOf({ named, looked }: Told, visibility: Visibility) {
  const { story } = shownSide(looked);
  return {
    ...rowOf({ named, looked }),
    diagnoses: looked.cards.map((card) => ({ side: card.side, ...cardDocument(card, story) })),
    disagreements: disagreementDocuments(looked),
    entries: story.entries.map((entry) => entryDocument(entry, story, visibility)),
  };
}

/** The document of a connection, with what an onlooker knows besides. */
export function rowOf({ named, looked }: Told) {
  const { conversation, guess } = named;
  const { address: host, port } = conversation.server;
  return {
    ...connectionDocument(looked.story, looked.judged),
    id: named.id,
    server: formatHostPort({ host, port }),
    transport: conversation.transport,
    plays: guess.name ?? null,
    knownBy: guess.by,
    fault: looked.fault ?? null,
    judgedTo: looked.stopped ?? "whole",
  };
}
