/**
 * A story as plain JSON: to be sent, stored, graded or judged elsewhere. What comes out of it again is told, drawn, judged and replayed the
 * same.
 */
import type { ErrorCode } from "../errors.ts";
import { NetlabError } from "../errors.ts";
import type { Cause } from "./causes.ts";
import { type Entry, STORY_VERSION } from "./entry.ts";
import type { LiveView } from "./live-view.ts";
import { type Fault, Story, type StorySubject } from "./story.ts";
import type { Judged } from "./verdict.ts";

/** Bytes are base64. `entries` are those of `Entry`, in order. */
export interface StoryRecord {
  readonly version: typeof STORY_VERSION;
  readonly subject: StorySubject;
  readonly openedAt: number;
  readonly endedAt: number | null;
  readonly state: string;
  readonly waitsFor: string | null;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly framing: string;
  readonly lastRule: string | null;
  readonly isLineBad?: boolean;
  readonly fault: Fault | null;
  readonly cause: Cause | null;
  readonly peerName?: string | null;
  /** Judgement of it once it had ended. */
  readonly judged?: Judged | null;
  /** Words that are to be hidden from every reader. */
  readonly secrets: readonly string[];
  readonly entries: readonly unknown[];
  /** Of a connection that was live when the record was made. */
  readonly live: unknown;
}

export function toRecord(story: Story, live?: LiveView): StoryRecord {
  const { subject, openedAt, state, bytesIn, bytesOut, framing, secrets } = story;
  return {
    version: STORY_VERSION,
    subject: JSON.parse(JSON.stringify(subject)) as StorySubject,
    openedAt,
    endedAt: story.endedAt ?? null,
    state,
    waitsFor: story.waitsFor ?? null,
    bytesIn,
    bytesOut,
    framing,
    lastRule: story.lastRule ?? null,
    ...(story.isLineBad ? { isLineBad: true } : {}),
    fault: story.fault ?? null,
    cause: story.cause ?? null,
    peerName: story.peerName ?? null,
    judged: story.judged ?? null,
    secrets: [...secrets],
    entries: story.entries.map(toPlain),
    live: live ? toPlain(live) : null,
  };
}

/** Throws a NetlabError where the record is of another version. */
export function fromRecord(record: StoryRecord): {
  readonly story: Story;
  readonly live: LiveView | undefined;
} {
  if (record.version !== STORY_VERSION)
    throw new NetlabError("usage/story-version", { version: record.version, known: STORY_VERSION });
  const story = Story.restored(
    record.subject,
    {
      openedAt: record.openedAt,
      endedAt: record.endedAt ?? undefined,
      state: record.state,
      waitsFor: record.waitsFor ?? undefined,
      bytesIn: record.bytesIn,
      bytesOut: record.bytesOut,
      framing: record.framing,
      lastRule: record.lastRule ?? undefined,
      isLineBad: record.isLineBad ?? false,
      fault: record.fault ?? undefined,
      cause: record.cause ?? undefined,
      peerName: record.peerName ?? undefined,
      judged: record.judged ?? undefined,
      secrets: [...record.secrets],
    },
    record.entries.map((entry) => fromPlain(entry) as Entry),
  );
  return { story, live: record.live ? (fromPlain(record.live) as LiveView) : undefined };
}

/** An entry as plain JSON, for readers that follow a story. */
export const entryRecord = (entry: Entry): unknown => toPlain(entry);

export const entryFromRecord = (record: unknown): Entry => fromPlain(record) as Entry;

/** Values that JSON does not have are objects of one key, which starts with a tilde. */
export function toPlain(value: unknown): unknown {
  if (value === undefined) return { "~undefined": true };
  if (typeof value === "bigint") return { "~bigint": String(value) };
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Uint8Array) return { "~bytes": Buffer.from(value).toString("base64") };
  if (value instanceof NetlabError)
    return { "~error": { code: value.code, message: value.message, fact: value.fact ?? null } };
  if (value instanceof Error) return { "~error": { message: value.message } };
  if (Array.isArray(value)) return value.map(toPlain);
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, toPlain(field)]));
}

export function fromPlain(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(fromPlain);
  const [first] = Object.entries(value);
  switch (first?.[0]) {
    case "~undefined":
      return undefined;
    case "~bigint":
      return BigInt(first[1] as string);
    case "~bytes":
      return Buffer.from(first[1] as string, "base64");
    case "~error":
      return revivedError(first[1] as { code?: ErrorCode; message: string; fact?: Cause | null });
    default:
      return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, fromPlain(field)]));
  }
}

function revivedError({
  code,
  message,
  fact,
}: {
  code?: ErrorCode;
  message: string;
  fact?: Cause | null;
}): Error {
  if (code === undefined) return new Error(message);
  return NetlabError.worded(code, message, fact ? { fact } : {});
}
