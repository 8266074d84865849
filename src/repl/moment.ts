/** A moment of a connection: its state, what its machine knew, and what lay unread. */

import { hexdump, hexOf, printable } from "../printable.ts";
import type { RecordedMoment, Replayed } from "../replay/replay.ts";
import { contextOf } from "../stories/editions.ts";
import { describeEntry, type Visibility } from "../stories/entry-text.ts";
import type { ShownBytes } from "../stories/redaction.ts";
import { type Story, wallMs } from "../stories/story.ts";
import { sinceStart } from "./reports.ts";
import type { Style } from "./style.ts";

const DEEPEST = 3;
const VALUE_CHARACTERS = 200;

/** The role may have changed so much that the replay never came there. */
const NOTHING: RecordedMoment = {
  state: "unknown",
  framing: "unknown",
  context: {},
  unread: Buffer.alloc(0),
};

interface Look extends Visibility {
  readonly style: Style;
}

export function momentText(story: Story, number: number, replayed: Replayed, look: Look): string {
  const { style } = look;
  const entry = story.entries[number - 1];
  const moment = replayed.momentAt(number) ?? NOTHING;
  const knows = Object.entries(knownBy(story, moment, look));
  const unread = unreadOf(story, moment, look);
  const seconds = entry ? sinceStart(entry).trim() : "";
  return [
    style.bold(`${story.subject.id} after entry ${number}, ${seconds} s`),
    ...(entry ? [`  happened  ${describeEntry(entry, contextOf(story), look).trim()}`] : []),
    `  state     ${moment.state}`,
    `  framing   ${moment.framing}`,
    ...(knows.length === 0 ? ["  knows     nothing of its own"] : []),
    ...knows.map(
      ([key, value], index) => `  ${index === 0 ? "knows" : "     "}     ${key} = ${shown(value)}`,
    ),
    ...(unread.bytes.length === 0
      ? ["  unread    nothing"]
      : ["  unread", ...hexdump(unread.bytes, unread.hidden).map((row) => `  ${row}`)]),
    ...(replayed.difference && replayed.difference.number <= number
      ? [
          style.bad(
            `  the role has changed: played again, it goes another way at entry ${replayed.difference.number}`,
          ),
        ]
      : []),
  ].join("\n");
}

export function momentDocument(story: Story, number: number, replayed: Replayed, visibility: Visibility) {
  const entry = story.entries[number - 1];
  const moment = replayed.momentAt(number) ?? NOTHING;
  const unread = unreadOf(story, moment, visibility);
  return {
    connection: story.subject.id,
    entry: number,
    at: entry ? new Date(wallMs(story, entry)).toISOString() : null,
    state: moment.state,
    framing: moment.framing,
    context: knownBy(story, moment, visibility),
    unreadHex: hexOf(unread.bytes, unread.hidden, ""),
    difference: replayed.difference?.number ?? null,
  };
}

function unreadOf(story: Story, { unread }: RecordedMoment, { showTokens }: Visibility): ShownBytes {
  const { redactor } = contextOf(story);
  return redactor && !showTokens ? redactor.redact(unread) : { bytes: unread, hidden: [] };
}

/** The machine's own part of its context, as plain values; tokens in it are hidden. */
function knownBy(story: Story, { context }: RecordedMoment, { showTokens }: Visibility) {
  const { redactor } = contextOf(story);
  const hide = (text: string) => (redactor && !showTokens ? redactor.text(text) : text);
  return Object.fromEntries(Object.entries(context).map(([key, value]) => [key, plain(value, hide, 0)]));
}

function plain(value: unknown, hide: (text: string) => string, depth: number): unknown {
  if (typeof value === "string") return hide(value);
  if (value === undefined) return null;
  if (typeof value === "function") return undefined;
  if (typeof value !== "object" || value === null) return value;
  if (Buffer.isBuffer(value)) return `${value.length} byte${value.length === 1 ? "" : "s"}`;
  if (depth >= DEEPEST) return "…";
  if (Array.isArray(value)) return value.map((item) => plain(item, hide, depth + 1));
  if ("sendBytes" in value) return "the connection";
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, plain(field, hide, depth + 1)]),
  );
}

const shown = (value: unknown) => printable(JSON.stringify(value) ?? "nothing", VALUE_CHARACTERS);
