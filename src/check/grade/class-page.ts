/** The page of a class: which cases were lost by how many, and each hand-in with its points. One file, no script. */
import { html, type Markup, NONE } from "../formats/markup.ts";
import { pageText } from "../formats/page.ts";
import { type GradedLine, isAbsent } from "./graded.ts";
import type { GradedCase } from "./grading.ts";

export interface ClassAbout {
  readonly title: string;
  readonly max: number;
  readonly cases: readonly GradedCase[];
  /** Name of a student's page, relative to this one; undefined: there is none. */
  readonly pageOf: (line: GradedLine) => string | undefined;
  /** Further parts of the page, such as a matrix. */
  readonly more?: Markup;
}

const STYLE = `
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: baseline; }
th { color: var(--quiet); font-weight: 600; font-size: .85rem; }
td.number, th.number { text-align: right; white-space: nowrap; }
th.number { white-space: normal; }
td svg { width: 8rem; height: .6rem; background: var(--line); border-radius: .3rem; }
td.name { overflow-wrap: break-word; min-width: 8rem; max-width: 22rem; }
td.remark { overflow-wrap: anywhere; min-width: 6rem; }
@media (max-width: 40rem) { th.share, td.share { display: none; } th, td { padding: .3rem .35rem; } }
`;

export function classPage(lines: readonly GradedLine[], about: ClassAbout): string {
  const judged = lines.filter(({ submitted, points }) => submitted !== null && points !== null);
  const body = html`<h1>${about.title}</h1>
<p>${classSummary(lines, about.max)}.</p>
<h2>Cases, those that most hand-ins lost first</h2>
${caseTable(judged, about)}
<h2>Hand-ins</h2>
${lineTable(lines, about)}
${about.more ?? NONE}`;
  return pageText({ title: about.title, body, style: STYLE });
}

/** `24 hand-ins: 3 with all points, mean 71.4 of 100; 1 not judged; 2 without a hand-in` */
export function classSummary(lines: readonly GradedLine[], max: number): string {
  const handedIn = lines.filter((line) => !isAbsent(line));
  const points = handedIn.flatMap((line) => (line.points === null ? [] : [line.points]));
  const mean = points.length === 0 ? 0 : points.reduce((a, b) => a + b, 0) / points.length;
  const unjudged = handedIn.length - points.length;
  const absent = lines.length - handedIn.length;
  return [
    `${handedIn.length} ${handedIn.length === 1 ? "hand-in" : "hand-ins"}: ${points.filter((one) => one === max).length} with all points, mean ${mean.toFixed(1)} of ${max}`,
    ...(unjudged > 0 ? [`${unjudged} not judged`] : []),
    ...(absent > 0 ? [`${absent} without a hand-in`] : []),
  ].join("; ");
}

export interface LostCase extends GradedCase {
  readonly lost: number;
}

/** Cases by how many hand-ins lost them, the most first. */
export function lostCases(lines: readonly GradedLine[], cases: readonly GradedCase[]): LostCase[] {
  const counts = new Map<string, number>();
  for (const { lost } of lines) for (const id of lost) counts.set(id, (counts.get(id) ?? 0) + 1);
  return cases.map((one) => ({ ...one, lost: counts.get(one.id) ?? 0 })).toSorted((a, b) => b.lost - a.lost);
}

function caseTable(judged: readonly GradedLine[], { cases }: ClassAbout): Markup {
  const rows = lostCases(judged, cases).map(
    ({
      id,
      title,
      grade,
      weight,
      lost,
    }) => html`<tr><td class="number">${lost}</td><td class="share">${share(lost, judged.length)}</td><td>${title}<br><code class="quiet">${id}</code></td><td>${grade}</td><td class="number">${weight}</td></tr>
`,
  );
  return html`<div class="wide" tabindex="0" role="region" aria-label="cases"><table><thead><tr><th class="number">lost by</th><th class="share"><span class="unseen">share</span></th><th>case</th><th>grade</th><th class="number">weight</th></tr></thead><tbody>
${rows}</tbody></table></div>`;
}

const share = (some: number, all: number): Markup =>
  html`<svg role="img" aria-label="${some} of ${all}" viewBox="0 0 ${Math.max(all, 1)} 1" preserveAspectRatio="none"><rect width="${some}" height="1" fill="currentColor" class="bad"/></svg>`;

function lineTable(lines: readonly GradedLine[], { max, pageOf }: ClassAbout): Markup {
  const rows = lines.map((line) => {
    const page = pageOf(line);
    const shown = html`<bdi>${line.shownAs}</bdi>`;
    const name = page === undefined ? shown : html`<a href="${page}">${shown}</a>`;
    const points = line.points === null ? "not judged" : `${line.points} of ${max}`;
    return html`<tr><td class="name">${name}</td><td class="share">${line.student.group ?? ""}</td><td class="number">${points}</td><td class="number">${line.mustFailed}</td><td class="number share">${line.shouldFailed}</td><td class="remark">${isAbsent(line) ? "nothing handed in" : line.remark}</td></tr>
`;
  });
  return html`<div class="wide" tabindex="0" role="region" aria-label="hand-ins"><table><thead><tr><th>hand-in</th><th class="share">group</th><th class="number">points</th><th class="number">MUST lost</th><th class="number share">SHOULD lost</th><th>remark</th></tr></thead><tbody>
${rows}</tbody></table></div>`;
}
