/** Stories for captures, and what a reader makes of the file again. */
import { type CapturedStory, CaptureEncoder, captureHead } from "../../src/capture/capture-encoder.ts";
import { packetsIn } from "../../src/capture/capture-reader.ts";
import { type Conversation, conversationsOf, type Speaker } from "../../src/capture/conversations.ts";
import type { Entry } from "../../src/stories/entry.ts";
import { Story, type StorySubject } from "../../src/stories/story.ts";
import { toRecord } from "../../src/stories/story-record.ts";

const OPENED_AT = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

export const subject = (changes: Partial<StorySubject> = {}): StorySubject => ({
  id: "calculator-1/c1",
  instance: "calculator-1",
  role: "calculator",
  edition: 0,
  transport: "tcp",
  local: { address: "127.0.0.1", port: 3400 },
  remote: { address: "127.0.0.1", port: 50_000 },
  ...changes,
});

/** A story with these entries; sums are theirs. */
export function captured(
  entries: readonly Entry[],
  changes: Partial<StorySubject> = {},
  opener: "peer" | "us" = "peer",
): CapturedStory {
  const story = Story.restored(
    subject(changes),
    {
      openedAt: OPENED_AT,
      endedAt: undefined,
      state: "any",
      waitsFor: undefined,
      bytesIn: 0,
      bytesOut: 0,
      framing: "line",
      lastRule: undefined,
      isLineBad: false,
      fault: undefined,
      cause: undefined,
      peerName: undefined,
      judged: undefined,
      secrets: [],
    },
    entries,
  );
  return { opener, record: toRecord(story) };
}

export const octets = (kind: "in" | "out", at: number, text: string | Buffer, size?: number): Entry => {
  const bytes = Buffer.from(text as string);
  return { kind, at, bytes, size: size ?? bytes.length };
};

export const captureOf = (...stories: CapturedStory[]): Buffer =>
  Buffer.concat([captureHead("0.0.0", ["a role"]), ...new CaptureEncoder().stories(stories)]);

export const conversationsIn = (file: Buffer): Conversation[] => conversationsOf(packetsIn(file));

/** All that one side said; bytes that are not there are `?`. */
export const saidBy = ({ events }: Conversation, from: Speaker): string =>
  events
    .filter((event) => event.from === from)
    .map((event) => {
      if (event.kind === "data")
        return event.bytes.toString("latin1") + "?".repeat(event.size - event.bytes.length);
      return event.kind === "lost" ? "?".repeat(event.size) : "";
    })
    .join("");
