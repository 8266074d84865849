/** A role or a connection in full, for `show` and `explain`. */

import { connectionDocument, instanceDocument } from "../lab/documents.ts";
import { peerVerdicts } from "../lab/instance-verdicts.ts";
import type { Lab, LabInstance } from "../lab/lab.ts";
import { hexdump, printable } from "../printable.ts";
import { contextOf } from "../stories/editions.ts";
import { describeEntry, type Visibility } from "../stories/entry-text.ts";
import type { LiveView } from "../stories/live-view.ts";
import type { Entry, Story } from "../stories/story.ts";
import { type Judged, reasonOf } from "../stories/verdict.ts";
import { troubleOf, whereOf } from "./instance-lines.ts";
import { type Style, styleWord } from "./style.ts";
import { wrapped } from "./wrapped.ts";

const LAST_EVENTS = 12;
const UNREAD_SHOWN = 256;

/** Names of rows, and the gap behind them. */
const NAME_COLUMNS = 13;

export function instanceReport(
  lab: Lab,
  instance: LabInstance,
  visibility: Visibility,
  style: Style,
  columns: number,
): string {
  const document = instanceDocument(instance, visibility);
  const { machineState, side } = instance;
  const { options, ...rest } = document;
  const rows: [string, string][] = [
    ["state", styleWord(style, rest.state)],
    ["plays", `${rest.type}: ${lab.roles.get(instance.type)?.summary}`],
    ...(rest.name ? [["name", rest.name] as [string, string]] : []),
    ...(rest.label ? [["label", rest.label] as [string, string]] : []),
    ...(side !== "client" ? [["where", `${whereOf(instance)}/${rest.transport}`] as [string, string]] : []),
    ["peers", [String(rest.connections), troubleOf(peerVerdicts(lab)(rest.id))].filter(Boolean).join("; ")],
    ["restarts", `${rest.restarts} (${instance.restart})`],
    ["since", rest.startedAt ?? "not running"],
    ...(machineState ? [machineRow(lab, instance, machineState, options)] : []),
    ...(rest.lastError ? [["last error", printable(rest.lastError)] as [string, string]] : []),
    ...(instance.result === undefined
      ? []
      : [["result", printable(JSON.stringify(instance.result))] as [string, string]]),
    [
      "options",
      Object.entries(options)
        .filter(([, value]) => value !== null)
        .map(([key, value]) => `${key}=${value}`)
        .join(" "),
    ],
  ];
  const lines = rows.flatMap(([name, value]) =>
    wrapped(value, columns - NAME_COLUMNS).map(
      (line, index) => `  ${(index === 0 ? name : "").padEnd(10)} ${line}`,
    ),
  );
  return [style.bold(rest.id), ...lines].join("\n");
}

/** States of a file server's registrar, for people. */
const REGISTRATION: Readonly<Record<string, string>> = {
  idle: "none: this server is given out by port and token (--bootstrap registers it)",
  addressing: "finding the address to register",
  unaddressed: "no address to register yet: trying again",
  registering: "registering",
  registered: "registered; not seen in the list yet",
  looking: "asking for the list",
  listed: "listed: clients find this server there",
  unanswered: "no answer yet: trying again",
};

/** The state of a machine that is the role's as a whole and no connection's: a run, a registrar, a server of datagrams. */
function machineRow(
  lab: Lab,
  { type, side }: LabInstance,
  state: string,
  { bootstrap }: Readonly<Record<string, unknown>>,
): [string, string] {
  if (side === "client") return ["run", state];
  if (lab.roles.get(type)?.companion === undefined) return ["machine", `in the state ${state}`];
  const at = state === "idle" ? "" : `${printable(String(bootstrap))}: `;
  return ["registry", `${at}${REGISTRATION[state] ?? state}`];
}

/** A connection as it stands. */
export interface Standing {
  readonly story: Story;
  readonly live: LiveView | undefined;
  readonly judged: Judged;
  readonly reason: string | undefined;
}

export function standingOf(lab: Pick<Lab, "liveView" | "judged">, story: Story): Standing {
  const live = lab.liveView(story.subject.id);
  const judged = lab.judged(story);
  return { story, live, judged, reason: reasonOf(story, live, judged) };
}

export function connectionReport(
  standing: Standing,
  style: Style,
  columns: number,
  visibility: Visibility = {},
): string {
  const { story, live } = standing;
  const raw = (live?.unread ?? Buffer.alloc(0)).subarray(0, UNREAD_SHOWN);
  const { redactor } = contextOf(story);
  const unread = redactor && !visibility.showTokens ? redactor.redact(raw) : { bytes: raw, hidden: [] };
  return [
    ...connectionHead(standing, style, columns),
    "",
    ...storyLines(story, style, columns, { ...visibility, last: LAST_EVENTS }),
    ...(unread.bytes.length > 0
      ? [
          "",
          `unread, ${live?.unreadBytes} bytes:`,
          ...hexdump(unread.bytes, unread.hidden).map((line) => `  ${line}`),
        ]
      : []),
  ].join("\n");
}

/** The same of a connection's head. */
const HEAD_LABEL = 11;

export function connectionHead(
  { story, live, judged, reason }: Standing,
  style: Style,
  columns: number,
): string[] {
  const document = connectionDocument(story, judged);
  const { verdict, cards } = document;
  const queued = live?.queuedBytes ?? 0;
  const rows: [string, string][] = [
    ["role", `${story.subject.role}${document.label ? `, for ${document.label}` : ""}`],
    ["peer", document.remote],
    ["state", `${document.state}${document.waitsFor ? `, waits for ${document.waitsFor}` : ""}`],
    ["verdict", `${styleWord(style, verdict)}${reason ? `: ${printable(reason)}` : ""}`],
    ...(cards.length > 0 ? [["cards", cards.join(" ")] as [string, string]] : []),
    [
      "bytes",
      `${story.bytesIn} in, ${story.bytesOut} out${queued > 0 ? `, ${queued} wait for it to read` : ""}`,
    ],
    ["framing", framingInWords(story.framing)],
    ["rule", story.lastRule ? `[${story.lastRule}]` : "none yet"],
    ["since", document.since ?? ""],
  ];
  const lines = rows.flatMap(([name, value]) =>
    wrapped(value, columns - HEAD_LABEL).map(
      (line, index) => `  ${(index === 0 ? name : "").padEnd(8)} ${line}`,
    ),
  );
  return [style.bold(story.subject.id), ...lines];
}

const FRAMING_WORDS: Record<string, string> = {
  unknown: "unknown: nothing came yet that tells",
  bare: "bare: every read is a message",
  line: "line: a newline ends a message",
  nul: "nul: a NUL ends a message",
  datagram: "datagrams",
};

const framingInWords = (framing: string) => FRAMING_WORDS[framing] ?? framing;

/** The last so many entries, or all, with the time since the beginning. */
export function storyLines(
  story: Story,
  style: Style,
  columns: number,
  { last = Number.POSITIVE_INFINITY, ...visibility }: Visibility & { readonly last?: number } = {},
): string[] {
  const { entries } = story;
  const start = Math.max(0, entries.length - last);
  const lines: string[] = start > 0 ? [style.dim(`  … ${start} earlier: explain ${story.subject.id}`)] : [];
  for (let index = start; index < entries.length; index += 1) {
    const entry = entries[index];
    if (entry) lines.push(entryLine(entry, story, style, columns, visibility));
  }
  return lines;
}

function entryLine(
  entry: Entry,
  story: Story,
  style: Style,
  columns: number,
  visibility: Visibility,
): string {
  const line = `${sinceStart(entry)}  ${describeEntry(entry, contextOf(story), visibility)}`;
  const cut = line.length > columns ? `${line.slice(0, columns - 1)}…` : line;
  if (entry.kind === "crashed" || entry.kind === "refused") return style.bad(cut);
  if (entry.kind === "transition" || entry.kind === "message") return style.dim(cut);
  return cut;
}

/** `+0.012`: when, in seconds since it opened. */
export function sinceStart({ at }: Pick<Entry, "at">): string {
  return `+${(at / 1_000_000).toFixed(3)}`.padStart(9);
}
