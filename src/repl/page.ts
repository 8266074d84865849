/** Frame of a page that needs nothing else, and what stands in it: facts, cards, the entries of a story. */
import type { Card } from "../diagnoses/table.ts";
import { hexdump } from "../printable.ts";
import { contextOf } from "../stories/editions.ts";
import type { RedactionContext, Visibility } from "../stories/entry-text.ts";
import { describeEntry, shownEntry } from "../stories/entry-text.ts";
import type { ShownBytes } from "../stories/redaction.ts";
import type { Entry, Story } from "../stories/story.ts";
import { readLine, ruleLine } from "./explanation.ts";

const STYLE = `
  :root { color-scheme: light dark; --line: #8884; --bad: #c0392b; --odd: #9a6700; }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  h1 { font-size: 1.4rem; margin-bottom: 0; } h2 { font-size: 1.1rem; }
  dl { display: grid; grid-template-columns: 7rem 1fr; gap: .2rem 1rem; margin: 0; } dt { color: #777; } dd { margin: 0; }
  .card { border: 1px solid var(--line); border-left: .4rem solid var(--bad); padding: .2rem 1rem 1rem; margin: 1rem 0; }
  .card.note { border-left-color: var(--odd); }
  table { border-collapse: collapse; width: 100%; } td { border-top: 1px solid var(--line); padding: .2rem .5rem; vertical-align: top; }
  td:first-child { color: #777; text-align: right; white-space: nowrap; } tr.in td { background: #3b82f618; } tr.out td { background: #22c55e18; }
  tr.refused td, tr.crashed td { background: #c0392b22; }
  code, pre { font: 13px/1.4 ui-monospace, monospace; overflow-wrap: anywhere; white-space: pre-wrap; margin: .2rem 0; }
  footer { color: #777; margin-top: 2rem; font-size: .85rem; }
  @media print { .card, tr { break-inside: avoid; } }`;

export interface Page {
  readonly title: string;
  readonly facts: readonly (readonly [string, string])[];
  /** Heading and its HTML. */
  readonly sections: readonly (readonly [string, string])[];
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly askedAt: number;
  /** Meaning of the arrows. */
  readonly legend: string;
}

export function pageOf({ title, facts, sections, version, askedAt, legend }: Page): string {
  const body = sections.map(([heading, html]) => `<h2>${escaped(heading)}</h2>\n${html}`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title><style>${STYLE}
</style></head><body>
<h1>${escaped(title)}</h1>
${definitions(facts)}
${body.join("\n")}
<footer>Written by netlabd ${escaped(version)} on ${new Date(askedAt).toISOString()}. ${escaped(legend)}</footer>
</body></html>
`;
}

export const paragraphs = (lines: readonly string[]) =>
  lines.map((line) => `<p>${escaped(line)}</p>`).join("\n");

function definitions(rows: readonly (readonly [string, string])[]): string {
  return `<dl>${rows.map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`).join("")}</dl>`;
}

/** `side`: whose mistake it is, of two. */
export function cardHtml(card: Card, side?: string): string {
  const came = [...card.reads.map((read) => readLine(read)), ...(card.came ? [card.came] : [])];
  const steps = card.advice.map((step) => `<li>${escaped(step)}</li>`).join("");
  return `<section class="card ${card.level}"><h2>${card.id} ${escaped(card.title)} [${escaped(card.rule)}]</h2>
<dl><dt>level</dt><dd>${card.level}${side === undefined ? "" : `, of the ${side}`}</dd><dt>rule</dt><dd>${escaped(ruleLine(card.rule))}</dd>
<dt>came</dt><dd>${came.map((line) => `<code>${escaped(line)}</code>`).join("<br>")}</dd>
${card.state ? `<dt>in state</dt><dd>${escaped(card.state)}</dd>` : ""}<dt>expected</dt><dd>${escaped(card.expected)}</dd>
<dt>likely</dt><dd>${escaped(card.cause)}</dd><dt>change</dt><dd><ol>${steps}</ol></dd>
<dt>again</dt><dd><pre>${escaped(card.reproduce)}</pre></dd></dl></section>`;
}

export function storyTable(story: Story, visibility: Visibility): string {
  const context = contextOf(story);
  const rows = story.entries.map((entry) => entryRow(entry, context, visibility));
  return `<table><tbody>\n${rows.join("\n")}\n</tbody></table>`;
}

function entryRow(whole: Entry, context: RedactionContext, visibility: Visibility): string {
  const entry = shownEntry(whole, context, visibility);
  const seconds = (entry.at / 1_000_000).toFixed(3);
  const words = escaped(describeEntry(whole, context, visibility).trim());
  const dump = "bytes" in entry && entry.bytes.length > 0 ? hexHtml({ hidden: [], ...entry }) : "";
  return `<tr class="${entry.kind}"><td>+${seconds}</td><td><code>${words}</code>${dump}</td></tr>`;
}

/** A long one is folded in; on paper it stays so. */
function hexHtml({ bytes, hidden }: ShownBytes): string {
  const rows = hexdump(bytes, hidden);
  const dump = `<pre>${escaped(rows.join("\n"))}</pre>`;
  return rows.length <= 8 ? dump : `<details><summary>${rows.length} rows of hex</summary>${dump}</details>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
