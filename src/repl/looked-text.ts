/** Findings of an onlooker in a conversation of two others, on a terminal. */
import type { Looked } from "../onlooker/look.ts";
import { printable, printableBytes } from "../printable.ts";
import { causeText } from "../stories/cause-text.ts";
import type { Visibility } from "../stories/entry-text.ts";
import { alsoLines, briefCard, wholeCard } from "./card-text.ts";
import type { Look } from "./explain-text.ts";
import { lastLine } from "./last-line.ts";
import type { StoppedWords } from "./looked-words.ts";
import { wrapped } from "./wrapped.ts";

const MOST_COLUMNS = 80;

export interface LookedWords {
  readonly stopped: StoppedWords;
  /** Command that shows the rest; `--full` goes behind it. */
  readonly again: string;
}

/** The side whose counterpart made the mistake: the reads that a card names are its own. */
export const shownSide = (looked: Looked) =>
  (looked.fault === "server" ? looked.client : looked.server) ?? looked;

/** Tells where the server's words are others than ours; the first card; or why there is none. */
export function lookedConclusion(
  looked: Looked,
  { stopped, again }: LookedWords,
  look: Look,
  visibility: Visibility,
): string[] {
  const { cards } = looked;
  const lines = (text: string) => wrapped(text, Math.min(look.columns, MOST_COLUMNS));
  const disagreement = looked.disagreements.length > 0 ? lines(disagreementText(looked)) : [];
  const [first, ...others] = cards;
  if (!first) {
    const why = stopped[looked.stopped ?? "whole"];
    const last = looked.server
      ? lastLine({ ...looked.server.judgement, story: looked.story, visibility })
      : "";
    return disagreement.length > 0 ? disagreement : [...lines(why), ...(last === "" ? [] : lines(last))];
  }
  if (look.full)
    return [...disagreement, ...cards.flatMap((card) => ["", ...wholeCard(card, look)])].slice(
      disagreement.length > 0 ? 0 : 1,
    );
  const more = `${again} --full: the rule${others.length > 0 ? ", the other cards" : ""}, and how to see it again`;
  return [...disagreement, ...briefCard(first, look), ...alsoLines(others, look), look.style.dim(more)];
}

/** `The server answered "50", ours would have said "50.0" [CALC-1].` */
export function disagreementText({ disagreements, story }: Looked): string {
  const [first] = story.entries.flatMap((entry) =>
    entry.kind === "remark" && OTHERWISE.has(entry.cause.code) ? [entry.cause] : [],
  );
  if (!first) return "";
  const text = printable(causeText(first));
  const rule = first.rule === undefined ? "" : ` [${first.rule}]`;
  const more =
    disagreements.length > 1 ? ` The same goes for ${disagreements.length - 1} more of its answers.` : "";
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${rule}.${more}`;
}

const OTHERWISE: ReadonlySet<string> = new Set(["answered-otherwise", "not-answered", "spoke-unasked"]);

export const disagreementDocuments = ({ disagreements }: Looked) =>
  disagreements.map(({ at, said, ours, rule }) => ({
    us: at,
    said: printableBytes(said),
    ours: printableBytes(ours),
    rule: rule ?? null,
  }));
