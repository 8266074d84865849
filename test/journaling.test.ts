/** A story goes to the journal as facts, and comes back the same; no token goes along. */
import { describe, expect, it } from "vitest";
import { SimulatedClock } from "xstate";
import { StoryJournal, storyFromJournal } from "../src/journaling.ts";
import fileServer from "../src/machines/file-server.ts";
import type { Journal, JournalEntry, JournalStory } from "../src/stores/journal.ts";
import { cause } from "../src/stories/causes.ts";
import { editionOf, secretsOf } from "../src/stories/editions.ts";
import { bytesIn, bytesOut, type Entry } from "../src/stories/entry.ts";
import { Recorder } from "../src/stories/recorder.ts";
import type { Story, StorySubject } from "../src/stories/story.ts";

function journaled(parts: Partial<StorySubject> = {}, secrets: readonly string[] = []) {
  const recorder = new Recorder(new SimulatedClock());
  const written: JournalEntry[] = [];
  const kept: JournalStory[] = [];
  const journal = {
    write: (entry: JournalEntry) => void written.push(entry),
    keep: (one: JournalStory) => void kept.push(one),
  } as unknown as Journal;
  const isWanted = ({ subject: { instance } }: Story) => instance === "file-server-1";
  const storyJournal = new StoryJournal({ recorder, run: () => 1, open: () => journal, isWanted });
  storyJournal.start();
  const subject: StorySubject = {
    id: "file-server-1/c17",
    instance: "file-server-1",
    role: "file-server",
    label: "s042",
    edition: 0,
    transport: "tcp",
    local: { address: "127.0.0.1", port: 1_236 },
    remote: { address: "127.0.0.1", port: 50_001 },
    ...parts,
  };
  const story = recorder.open(subject, "awaitingToken", secrets);
  /** As the rows come from disk. */
  const back = () => {
    const rows = written.map(({ row }) => row()).map((row) => ({ ...row, bytes: octets(row.bytes) }));
    const last = written.at(-1)?.storyRow();
    if (!last) throw new Error("nothing was written");
    return storyFromJournal(last, rows);
  };
  return { recorder, story, written, kept, storyJournal, back };
}

const card = (id: string) => ({ id, level: "note", title: "" }) as const;
const octets = (bytes: Uint8Array | undefined) => (bytes ? Buffer.from(bytes) : null);

const bytes = Buffer.from([0, 255, 10]);
const everyKind: Entry[] = [
  { at: 1, kind: "in", bytes, size: 3 },
  { at: 2, kind: "in", bytes: Buffer.alloc(0), size: 0 },
  { at: 3, kind: "late", bytes, size: 9_000 },
  { at: 4, kind: "drained", bytes, size: 3 },
  { at: 5, kind: "dropped", bytes, size: 3 },
  { at: 6, kind: "message", size: 3, state: "awaitingToken", rule: "FILE-1" },
  { at: 7, kind: "out", bytes, size: 3 },
  { at: 8, kind: "file", direction: "out", name: "server.txt", size: 10, told: 30 },
  { at: 9, kind: "transition", from: "awaitingToken", to: "awaitingFilename", event: "peer.message" },
  { at: 10, kind: "input", name: "random", answer: 0.25 },
  { at: 11, kind: "input", name: "addressBook.find", answer: "Ada" },
  { at: 12, kind: "remark", cause: cause("hub-rebuilt", { error: "boom" }) },
  { at: 13, kind: "refused", cause: cause("message-too-long", { limit: 64 }), words: "too long" },
  { at: 14, kind: "operator", action: "send", size: 7, by: "kim" },
  { at: 15, kind: "ended" },
  { at: 16, kind: "fin" },
  { at: 17, kind: "closed", by: "peer", cause: cause("crashed", { error: "reset", place: "" }) },
  { at: 18, kind: "crashed", cause: cause("crashed", { error: "boom", place: "" }) },
  { at: 19, kind: "gap", omitted: 3, bytesIn: 4, bytesOut: 5 },
];

describe("a story in the journal", () => {
  it("comes back with every kind of entry as it was, and with how it stood", () => {
    const { recorder, story, back } = journaled();
    for (const entry of everyKind) story.add(entry);
    story.fail("refused", cause("message-too-long", { limit: 64 }));
    story.bytesIn = 9_006;
    story.lastRule = "FILE-1";
    recorder.end(story);
    const kept = back();
    expect(kept.entries).toEqual([{ at: 0, kind: "opened", state: "awaitingToken" }, ...everyKind]);
    expect(kept).toMatchObject({
      state: "awaitingToken",
      openedAt: story.openedAt,
      endedAt: story.endedAt,
      isEndKnown: true,
      bytesIn: 9_006,
      fault: "refused",
      cause: { code: "message-too-long", args: { limit: 64 } },
      lastRule: "FILE-1",
    });
    expect(kept.subject).toEqual(story.subject);
  });

  it("comes back whole where memory keeps no more than its ends", () => {
    const { story, back } = journaled();
    for (let at = 1; at <= 500; at += 1) story.add({ at, kind: "in", bytes, size: 3 });
    expect(story.omitted).toBeGreaterThan(0);
    expect(back().entries.map(({ at }) => at)).toEqual(Array.from({ length: 501 }, (_, at) => at));
  });

  it("says where entries were not written", () => {
    const { story, written, back } = journaled();
    for (let at = 1; at <= 5; at += 1) story.add({ at, kind: "ended" });
    written.splice(2, 3);
    expect(back().entries.map(({ kind }) => kind)).toEqual(["opened", "ended", "gap", "ended"]);
    expect(back().entries[2]).toMatchObject({ omitted: 3 });
  });

  it("has in its gap the bytes of the entries that were not written", () => {
    const { story, written, back } = journaled();
    for (let at = 1; at <= 5; at += 1) {
      story.recordRead(bytes);
      story.recordWrite(bytes.subarray(0, 2));
    }
    written.splice(2, 5);
    const { entries } = back();
    expect(entries.filter(({ kind }) => kind === "gap")).toMatchObject([{ bytesIn: 6, bytesOut: 6 }]);
    expect(entries.reduce((sum, entry) => sum + bytesIn(entry), 0)).toBe(story.bytesIn);
    expect(entries.reduce((sum, entry) => sum + bytesOut(entry), 0)).toBe(story.bytesOut);
  });

  it("has no end where it was not told one", () => {
    const { story, back } = journaled();
    story.add({ at: 5_000, kind: "ended" });
    expect(back()).toMatchObject({ isEndKnown: false, endedAt: story.openedAt + 5 });
  });

  it("keeps no token: not in bytes, words, causes or what the world answered", () => {
    const options = { service: "pdf", token: "hunter2" };
    const { story, written } = journaled({ edition: editionOf(fileServer) }, secretsOf(fileServer, options));
    const token = Buffer.from("hunter2");
    const told = cause("failure", { text: "it said hunter2" });
    story.add({ at: 1, kind: "in", bytes: token, size: 7 });
    story.add({ at: 2, kind: "refused", cause: told, words: "hunter2?" });
    story.add({ at: 3, kind: "input", name: "addressBook.find", answer: "hunter2" });
    const answer = { ok: true, value: { listed: "hunter2" }, sizeBytes: 8 } as const;
    story.add({ at: 4, kind: "transition", from: "a", to: "b", event: "listing done", answer });
    story.fail("failed", told);
    const rows = written.map(({ row, storyRow }) => ({ ...row(), ...storyRow() }));
    expect(rows).toHaveLength(5);
    const text = JSON.stringify(
      rows.map((row) => ({ ...row, bytes: octets(row.bytes)?.toString("latin1") })),
    );
    expect(text).toContain("‹7 bytes, hidden›");
    expect(text).not.toContain("hunter2");
  });

  it("is written once more when it has been judged, with its verdict and its cards", () => {
    const { story, kept, storyJournal } = journaled();
    story.judged = { verdict: "violation", turn: "theirs", cards: [card("D17"), card("D08")] };
    storyJournal.keepJudged(story);
    expect(kept.map(({ storyRow }) => storyRow())).toMatchObject([
      { id: "file-server-1/c17", verdict: "violation", cards: "D17 D08" },
    ]);
    const other = journaled({ id: "chat-1/c1", instance: "chat-1" });
    other.storyJournal.keepJudged(other.story);
    expect(other.kept).toEqual([]);
  });

  it("is of the instances that are wanted, and no others", () => {
    const { written, story } = journaled({ id: "chat-1/c1", instance: "chat-1" });
    story.add({ at: 1, kind: "ended" });
    expect(written).toEqual([]);
  });
});
