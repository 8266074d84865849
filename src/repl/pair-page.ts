/** A pair of a proxy as one page: whose mistake it is, the conversation as it was judged, and what each of the two connections saw. */
import { shortId } from "../lab/selectors.ts";
import { printable } from "../printable.ts";
import type { Visibility } from "../stories/entry-text.ts";
import type { Story } from "../stories/story.ts";
import { disagreementText, shownSide } from "./looked-text.ts";
import { proxiedWords } from "./looked-words.ts";
import { cardHtml, pageOf, paragraphs, storyTable } from "./page.ts";
import { headRows, type PairExplanation, untoldText } from "./pair-explanation.ts";

export interface PageRequest {
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly askedAt: number;
  readonly visibility: Visibility;
}

export function pairPage(explained: PairExplanation, { version, askedAt, visibility }: PageRequest): string {
  const { pair, look } = explained;
  const { client, server } = pair;
  const judged = typeof look === "object" ? look.looked : undefined;
  const ofLeg = (who: string, story: Story): [string, string] => [
    `The ${who}'s connection, ${shortId(story)}`,
    storyTable(story, visibility),
  ];
  return pageOf({
    title: `${client.subject.instance}: ${shortId(client)} and ${shortId(server)}, explained`,
    facts: headRows(explained).map(([name, text]) => [name, printable(text)]),
    sections: [
      foundSection(explained),
      ...(judged
        ? [
            [
              `What was said, as the ${judgeOf(explained)} took it`,
              storyTable(shownSide(judged).story, visibility),
            ] as const,
          ]
        : []),
      ofLeg("client", client),
      ofLeg("server", server),
    ],
    version,
    askedAt,
    legend:
      "Times are seconds since the client connected. Of each connection, → came from its program, and ← was passed on to it.",
  });
}

/** Side whose own machine followed: the other one of the side that made the mistake. */
const judgeOf = ({ look }: PairExplanation) =>
  typeof look === "object" && look.looked.fault === "server" ? "client" : "server";

function foundSection({ pair, look }: PairExplanation): readonly [string, string] {
  if (typeof look !== "object") return ["What can be said", paragraphs([untoldText(look, pair)])];
  const { looked } = look;
  const otherwise = looked.disagreements.length > 0 ? [disagreementText(looked)] : [];
  if (looked.cards.length > 0) {
    const cards = looked.cards.map((card) => cardHtml(card, card.side));
    return ["What went wrong, or nearly", [paragraphs(otherwise), ...cards].join("\n")];
  }
  if (otherwise.length > 0) return ["What went wrong", paragraphs(otherwise)];
  return ["What can be said", paragraphs([proxiedWords[looked.stopped ?? "whole"]])];
}
