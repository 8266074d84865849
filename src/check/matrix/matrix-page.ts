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
.differs { margin: .5rem 0; overflow-wrap: anywhere; max-height: none; }
.differs h3 { font-size: 1rem; margin: 0; }
.map td { border: 1px solid var(--line); padding: 0; text-align: center; min-width: 2.2rem; }
.map td a, .map td span { display: block; padding: .2rem .3rem; color: inherit; font-weight: 600; }
.map thead td { border: 0; }
.map td a { text-decoration-thickness: 1px; text-underline-offset: .15em; }
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
  const differences = differencesOf(cells, servers);
  const places = new Map(differences.flatMap((some, nth) => some.map((cell) => [cell, nth] as const)));
  const rows = clients.map(
    (
      client,
    ) => html`<tr>${named("row", client)}${servers.map((server) => cellMarkup(byPair.get(keyOf({ client, server })), places))}</tr>
`,
  );
  const body = html`<h1>${title}: who gets on with whom</h1>
<p>A row is a client, a column a server; ${servers[0] ?? ""} is the server that all others are held against. ${matrixSummary(cells)}.</p>
<div class="map wide" tabindex="0" role="region" aria-label="clients and servers"><table><thead><tr><td><span class="unseen">client</span></td>${servers.map((server) => named("col", server))}</tr></thead><tbody>
${rows}</tbody></table></div>
<p class="quiet">wrong: a frame differs; hangs: the client did not end; dies: one of the two ended with an error; -: the server did not start; empty: this pair was not drawn.</p>
${differences.length === 0 ? NONE : html`<h2>First frame that differs</h2>`}
${differences.map(differenceMarkup)}`;
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

function cellMarkup(cell: Cell | undefined, places: ReadonlyMap<Cell, number>): Markup {
  if (!cell) return html`<td></td>`;
  const mark = MARKS[cell.verdict];
  const place = places.get(cell);
  const shown =
    place === undefined ? html`<span>${mark}</span>` : html`<a href="#difference-${place + 1}">${mark}</a>`;
  return html`<td class="${LOOKS[cell.verdict]}" title="${cell.client} with ${cell.server}: ${cell.verdict}">${shown}</td>`;
}

/** Cells that differ, those of one server that differ in the same way together. */
function differencesOf(cells: readonly Cell[], servers: readonly string[]): Cell[][] {
  const place = new Map(servers.map((server, nth) => [server, nth]));
  const differing = cells
    .filter(({ differs }) => differs !== null)
    .toSorted((a, b) => (place.get(a.server) ?? 0) - (place.get(b.server) ?? 0));
  const alike = new Map<string, Cell[]>();
  for (const cell of differing) {
    const key = JSON.stringify([cell.server, cell.verdict, cell.differs]);
    alike.set(key, [...(alike.get(key) ?? []), cell]);
  }
  return [...alike.values()];
}

function differenceMarkup(cells: readonly Cell[], nth: number): Markup {
  const [first] = cells;
  if (!first?.differs) return NONE;
  const { server, verdict, differs } = first;
  const clients = cells.map(({ client }, at) => html`${at === 0 ? "" : ", "}<bdi>${client}</bdi>`);
  return html`<section id="difference-${nth + 1}" class="box differs"><h3><bdi>${server}</bdi>: ${verdict}, from frame ${differs.nth} on</h3>
<p>expected ${frameMarkup(differs.expected)}</p><p>came ${frameMarkup(differs.got)}</p>
<p class="quiet">with ${clients.length === 1 ? "the client" : `${clients.length} clients:`} ${clients}</p></section>
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
