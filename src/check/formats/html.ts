/** A report as one page: what failed first and open, then the rest, each case a card that opens without a script. */
import { endedOutput, type Report, type Result, type TranscriptLine } from "../report.ts";
import { octetsText, spaced } from "./_card-text.ts";
import { tailOf } from "./_safe-text.ts";
import { summaryOf, tallyOf } from "./_tally.ts";
import { html, type Markup, NONE } from "./markup.ts";
import { pageText } from "./page.ts";

export const htmlText = (report: Report, heading = `${report.role} ${report.side}`, shown?: Markup) =>
  pageText({ title: `${heading}: ${summaryOf(report)}`, body: reportMarkup(report, shown ?? heading) });

/** All of a report, for a page of its own or a part of one; `heading` names whose it is. */
function reportMarkup(report: Report, heading: string | Markup): Markup {
  return html`<h1>${heading}</h1>
${report.ended && report.results.length === 0 ? NONE : html`<p>${summaryOf(report)}.</p>`}
${bar(report)}
${endedNotice(report)}
${facts(report)}
${groups.map((group) => section(group, report))}`;
}

interface Group {
  readonly title: string;
  /** So many cards are shown open; more of them are a list to choose from. */
  readonly maxOpen: number;
  readonly has: (result: Result) => boolean;
}

const failed = (grade: Result["grade"]) => (one: Result) => one.status === "failed" && one.grade === grade;
const isOf = (status: Result["status"]) => (one: Result) => one.status === status;

/** Order in which a student mends a program. */
const groups: readonly Group[] = [
  { title: "Failed: a program must pass these", maxOpen: Number.POSITIVE_INFINITY, has: failed("MUST") },
  { title: "Failed: a robust program should pass these", maxOpen: 5, has: failed("SHOULD") },
  { title: "Not implemented", maxOpen: 0, has: isOf("unimplemented") },
  { title: "Noted, without points", maxOpen: 0, has: failed("INFO") },
  { title: "Not judged: a fault of the checker", maxOpen: 0, has: isOf("error") },
  { title: "Passed only sometimes", maxOpen: 0, has: (one) => one.status === "passed" && one.flaky },
  { title: "Passed", maxOpen: 0, has: (one) => one.status === "passed" && !one.flaky },
  { title: "Skipped", maxOpen: 0, has: isOf("skipped") },
];

function section({ title, maxOpen, has }: Group, { results }: Report): Markup {
  const cases = results.filter(has);
  if (cases.length === 0) return NONE;
  return html`<section>
<h2>${title} (${cases.length})</h2>
${cases.map((result) => card(result, cases.length <= maxOpen && result.follows === null))}
</section>
`;
}

/** Shares of the weight, as widths: a style attribute is what the policy forbids, so each share is a number of columns. */
function bar(report: Report): Markup {
  const { passed, failed: bad } = tallyOf(report);
  if (report.results.length === 0) return NONE;
  const { got, max } = report.score;
  const label = `score ${got} of ${max}; ${passed} passed, ${bad.MUST} MUST and ${bad.SHOULD} SHOULD failed`;
  return html`<svg class="bar" role="img" aria-label="${label}" width="100%" viewBox="0 0 ${Math.max(max, 1)} 1" preserveAspectRatio="none"><rect width="${got}" height="1" fill="currentColor" class="good"/></svg>
`;
}

function endedNotice(report: Report): Markup {
  const { ended } = report;
  if (ended === null) return NONE;
  const output = endedOutput(report);
  return html`<div class="notice"><p><strong>${ended.message}.</strong></p>${output === "" ? NONE : html`<pre>${tailOf(output)}</pre>`}</div>
`;
}

function facts({ score, program, box, seed, started, ms, version }: Report): Markup {
  const rows: [string, Markup][] = [
    ...(score.max === 0 ? [] : [["score", html`${score.got} of ${score.max}`] as [string, Markup]]),
    ...(program.run === null ? [] : [["program", html`<code>${program.run}</code>`] as [string, Markup]]),
    ...(program.at === null ? [] : [["program at", html`<code>${program.at}</code>`] as [string, Markup]]),
    ...(program.build === null
      ? []
      : [["built by", html`<code>${program.build.command}</code>`] as [string, Markup]]),
    ["box", html`${[box.kind, ...box.notes].join("; ")}`],
    ["seed", html`<code>${seed}</code>`],
    [
      "checked",
      html`${started.replace("T", " ").replace(/\.\d+Z$/, "Z")}, in ${(ms / 1_000).toFixed(1)} s, by netlabd ${version}`,
    ],
  ];
  return html`<dl class="facts">
${rows.map(
  ([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>
`,
)}</dl>
`;
}

function card(result: Result, isOpen: boolean): Markup {
  const { id, title, grade, weight, status } = result;
  const points =
    status === "skipped" || status === "error" || weight === 0
      ? ""
      : `${status === "passed" ? weight : 0} of ${weight}`;
  const summary = html`<summary><span class="mark ${look(result)}">${result.flaky ? "flaky" : WORDS[status]}</span> <h3>${title} <span class="id mono quiet">${id}</span></h3> <span class="points quiet">${grade}${points === "" ? "" : `, ${points}`}</span></summary>`;
  return html`<details class="case"${isOpen ? html` open` : NONE}>${summary}<div class="inside">${inside(result)}</div></details>
`;
}

const WORDS: Readonly<Record<Result["status"], string>> = {
  passed: "passed",
  failed: "failed",
  skipped: "skipped",
  unimplemented: "not implemented",
  error: "not judged",
};

function look({ status, grade, flaky }: Result): string {
  if (status === "passed") return flaky ? "odd" : "good";
  if (status === "failed") return grade === "MUST" ? "bad" : grade === "SHOULD" ? "odd" : "quiet";
  return status === "unimplemented" ? "odd" : "quiet";
}

function inside(result: Result): Markup {
  const { message, follows, rule, ruleText, expected, got, closing, remarks } = result;
  const { transcript, output, again } = result;
  const isOfSeveral = transcript.some(({ connection }) => connection > 1);
  const values = [
    ...(expected
      ? [
          html`<div><h4>expected</h4>${box("expected", html`<code>${octetsText({ ...expected, hex: "" })}</code>${hexLine(expected.hex)}`)}</div>`,
        ]
      : []),
    ...(got
      ? [
          html`<div><h4>got</h4>${box("got", html`<code>${octetsText({ ...got, hex: "" })}</code>${hexLine(got.hex)}`)}</div>`,
        ]
      : []),
  ];
  return html`${message === "" ? NONE : html`<p><strong>${message}</strong></p>`}
${follows === null ? NONE : html`<p>It failed for the same reason as <code>${follows}</code>.</p>`}
<p class="quiet"><code>[${rule}]</code> ${ruleText ?? ""}</p>
${values.length === 0 ? NONE : html`<div class="pair">${values}</div>`}
${closing === null ? NONE : html`<p class="quiet">The program closed the connection ${closing === "reset" ? "by a reset" : "in order"}.</p>`}
${likelyMarkup(result)}
${list("accepted, though not quite as the rule says", remarks)}
${transcript.length === 0 ? NONE : html`<h4>conversation, as the checker saw it, in seconds</h4>${box("conversation", html`<ol class="talk mono">${transcript.map((line) => talkLine(line, isOfSeveral))}</ol>`)}`}
${output === "" ? NONE : html`<h4>last output of the program</h4>${box("last output", html`<pre>${tailOf(output)}</pre>`)}`}
${again === "" ? NONE : html`<h4>to see it again</h4>${box("command", html`<pre>${again}</pre>`)}`}`;
}

/** A long one is scrolled, by the keyboard too. */
const box = (label: string, content: Markup) =>
  html`<div class="box" tabindex="0" role="group" aria-label="${label}">${content}</div>`;

const hexLine = (hex: string) => (hex === "" ? NONE : html`<br><code class="hex">${spaced(hex)}</code>`);

function likelyMarkup({ likely }: Result): Markup {
  if (likely.length === 0) return NONE;
  return html`<h4>likely cause</h4>${likely.map(
    ({ id, title, cause, advice }) =>
      html`<p><code>${id}</code> <strong>${title}</strong>. ${cause}</p>${list("", advice)}`,
  )}`;
}

function list(title: string, items: readonly string[]): Markup {
  if (items.length === 0) return NONE;
  return html`${title === "" ? NONE : html`<h4>${title}</h4>`}<ul class="plain">${items.map((item) => html`<li>${item}</li>`)}</ul>`;
}

function talkLine(line: TranscriptLine, isOfSeveral: boolean): Markup {
  const { at, dir, text, note, hex, connection } = line;
  const said = text === "" ? spaced(hex) : text;
  return html`<li><span class="time">${(at / 1_000).toFixed(3)}</span><span class="${LOOKS[dir]}">${NAMES[dir]}</span><span>${isOfSeveral ? html`<span class="quiet">#${connection} </span>` : NONE}${dir === "note" ? NONE : html`<code>${said}</code>`}${note === "" ? NONE : html` <span class="quiet">${note}</span>`}</span></li>`;
}

const NAMES = { out: "sent", in: "came", note: "" } as const;
const LOOKS = { out: "good", in: "odd", note: "quiet" } as const;
