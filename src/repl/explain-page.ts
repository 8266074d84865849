/** An explanation as one page that needs nothing else: to be handed in, mailed or printed. */
import { connectionDocument } from "../lab/documents.ts";
import { printable } from "../printable.ts";
import { closingLines, type Explanation, sourceWord } from "./explanation.ts";
import { cardHtml, pageOf, paragraphs, storyTable } from "./page.ts";

export function explanationPage(explanation: Explanation, version: string): string {
  const { story, askedAt, judged, reason, cards, visibility } = explanation;
  const document = connectionDocument(story, judged);
  const source = sourceWord(story);
  const facts: [string, string][] = [
    ["role", `${story.subject.role}${document.label ? `, for ${document.label}` : ""}`],
    ["peer", document.remote],
    ["state", document.state],
    ["verdict", reason ? `${judged.verdict}: ${printable(reason)}` : judged.verdict],
    ["bytes", `${document.bytesIn} in, ${document.bytesOut} out`],
    ["framing", document.framing],
    ["since", document.since ?? ""],
    ...(source === undefined ? [] : [["source", source] as [string, string]]),
  ];
  return pageOf({
    title: `${story.subject.id}, explained`,
    facts,
    sections: [
      cards.length === 0
        ? ["What can be said", paragraphs(closingLines(explanation))]
        : ["What went wrong, or nearly", cards.map((card) => cardHtml(card)).join("\n")],
      ["What happened, in order", storyTable(story, visibility)],
    ],
    version,
    askedAt,
    legend:
      "Times are seconds since the connection opened; → came from the peer, ← was sent to it. Reads are shown as they arrived: where the peer's own send() calls began and ended cannot be seen from here.",
  });
}
