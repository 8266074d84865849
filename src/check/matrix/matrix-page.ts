/** Matrix as a page - a heat map, and below it the first frame of each pair that differs - and as CSV. */
import { stringify } from "csv-stringify/sync";
import { printable } from "../../printable.ts";
import { html, type Markup, NONE } from "../formats/markup.ts";
import { pageText } from "../formats/page.ts";
import type { Matrix } from "./matrix.ts";
import type { Cell, Frame, PairVerdict } from "./pair.ts";

const STYLE = `
.map table { border-collapse: collapse; font-size: .85rem; }
.map th { font-weight: 600; text-align: left; padding: .2rem .4rem; }
.map th bdi { display: block; max-width: 12rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.map tbody th { position: sticky; left: 0; background: var(--back); }
.map thead th { vertical-align: bottom; }
.map thead th bdi { writing-mode: vertical-rl; transform: rotate(180deg); max-width: none; max-height: 12rem; }
@media (max-width: 40rem) { .map th bdi { max-width: 7rem; } }
.differs { margin: .5rem 0; overflow-wrap: anywhere; }
.map td { border: 1px solid var(--line); padding: 0; text-align: center; min-width: 2.2rem; }
.map td a, .map td span { display: block; padding: .2rem .3rem; color: inherit; font-weight: 600; }
.map thead td { border: 0; }
.map td.good { background: var(--good-back); } .map td.bad { background: var(--bad-back); } .map td.odd { background: var(--odd-back); }
`;

const LOOKS: Readonly<Record<PairVerdict, string>> = {
  ok: "good",
  wrong: "odd",
  hangs: "bad",
  dies: "bad",
  "not started": "quiet",
  "not judged": "quiet",
};

/** Short enough for a cell; colour alone tells nothing to many. */
const MARKS: Readonly<Record<PairVerdict, string>> = {
  ok: "ok",
  wrong: "wrong",
  hangs: "hangs",
  dies: "dies",
  "not started": "-",
  "not judged": "?",
};

export function matrixPage({ clients, servers, cells }: Matrix, title: string): string {
  const byPair = new Map(cells.map((cell) => [keyOf(cell), cell]));
  const rows = clients.map(
    (
      client,
    ) => html`<tr>${named("row", client)}${servers.map((server) => cellMarkup(byPair.get(keyOf({ client, server })), cells))}</tr>
`,
  );
  const body = html`<h1>${title}: who gets on with whom</h1>
<p>A row is a client, a column a server; ${servers[0] ?? ""} is the server that all others are held against. ${matrixSummary(cells)}.</p>
<div class="map wide" tabindex="0" role="region" aria-label="clients and servers"><table><thead><tr><td><span class="unseen">client</span></td>${servers.map((server) => named("col", server))}</tr></thead><tbody>
${rows}</tbody></table></div>
<p class="quiet">wrong: a frame differs; hangs: the client did not end; dies: one of the two ended with an error; -: the server did not start; empty: this pair was not drawn.</p>
<h2>First frame that differs</h2>
${cells.map((cell, at) => differenceMarkup(cell, at))}`;
  return pageText({ title: `${title}: matrix`, body, style: STYLE });
}

/** `41 of 50 pairs get on: 5 wrong, 3 hang, 1 die` */
export function matrixSummary(cells: readonly Cell[]): string {
  const count = (verdict: PairVerdict) => cells.filter((cell) => cell.verdict === verdict).length;
  const bad = (["wrong", "hangs", "dies", "not started", "not judged"] as const).filter(
    (verdict) => count(verdict) > 0,
  );
  const rest = bad.length === 0 ? "" : `; ${bad.map((verdict) => `${count(verdict)} ${verdict}`).join(", ")}`;
  return `${count("ok")} of ${cells.length} pairs get on${rest}`;
}

/** Cut on the page, and whole where it is pointed at. */
const named = (scope: "row" | "col", name: string): Markup =>
  html`<th scope="${scope}" title="${name}"><bdi>${name}</bdi></th>`;

const keyOf = ({ client, server }: Pick<Cell, "client" | "server">) => JSON.stringify([client, server]);

function cellMarkup(cell: Cell | undefined, cells: readonly Cell[]): Markup {
  if (!cell) return html`<td></td>`;
  const mark = MARKS[cell.verdict];
  const shown =
    cell.differs === null
      ? html`<span>${mark}</span>`
      : html`<a href="#pair-${cells.indexOf(cell)}">${mark}</a>`;
  return html`<td class="${LOOKS[cell.verdict]}" title="${cell.client} with ${cell.server}: ${cell.verdict}">${shown}</td>`;
}

function differenceMarkup({ client, server, verdict, differs }: Cell, at: number): Markup {
  if (differs === null) return NONE;
  return html`<section id="pair-${at}" class="box differs"><p><strong><bdi>${client}</bdi></strong> with <strong><bdi>${server}</bdi></strong>: ${verdict}, from frame ${differs.nth} on</p>
<p>expected ${frameMarkup(differs.expected)}</p><p>came ${frameMarkup(differs.got)}</p></section>
`;
}

const frameMarkup = (frame: Frame | null): Markup =>
  frame === null ? html`nothing more` : html`${frame.speaker}: <code>${printable(frame.text)}</code>`;

export function matrixCsv({ cells }: Matrix): string {
  const rows = cells.map(({ client, server, verdict, differs }) => [
    client,
    server,
    verdict,
    differs?.nth ?? "",
    differs?.expected ? printable(differs.expected.text) : "",
    differs?.got ? printable(differs.got.text) : "",
  ]);
  return stringify([["client", "server", "verdict", "frame", "expected", "got"], ...rows], {
    escape_formulas: true,
  });
}
