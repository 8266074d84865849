/** A story as JSON and back: field by field, and what a reader without tokens gets of it. */
import { describe, expect, it } from "vitest";
import { NetlabError } from "../../src/errors.ts";
import { cause } from "../../src/stories/causes.ts";
import type { Entry } from "../../src/stories/entry.ts";
import type { LiveView } from "../../src/stories/live-view.ts";
import { Recorder } from "../../src/stories/recorder.ts";
import { shownEntryRecord, toShownRecord } from "../../src/stories/shown-record.ts";
import type { Story } from "../../src/stories/story.ts";
import {
  entryFromRecord,
  entryRecord,
  fromPlain,
  fromRecord,
  toPlain,
  toRecord,
} from "../../src/stories/story-record.ts";
import { SimulatedClock } from "../actors/simulated-clock.ts";
import { echoSubject as subject } from "./echo-subject.ts";

function opened(secrets: readonly string[] = []): Story {
  return new Recorder(new SimulatedClock()).open({ ...subject }, "listening", secrets);
}

/** A story in which nothing is as it was at first. */
function eventful(): Story {
  const story = opened(["pw"]);
  story.recordRead(Buffer.from("pw\n"));
  story.recordWrite(Buffer.from("no pw\n"));
  story.recordFault({ fault: "f1", name: "latency", direction: "in", deed: "on" });
  story.refuse(cause("wrong-token", {}), "no");
  Object.assign(story, {
    endedAt: story.openedAt + 5,
    state: "closed",
    waitsFor: "the token",
    framing: "line",
    peerName: "ann",
    judged: { verdict: "refused", cards: [], turn: "nobody" },
  });
  return story;
}

describe("the record of a story", () => {
  it("has every field, and nothing where there is none yet", () => {
    const story = opened();
    expect(toRecord(story)).toEqual({
      version: 1,
      subject,
      openedAt: story.openedAt,
      endedAt: null,
      state: "listening",
      waitsFor: null,
      bytesIn: 0,
      bytesOut: 0,
      framing: "unknown",
      lastRule: null,
      fault: null,
      cause: null,
      peerName: null,
      judged: null,
      secrets: [],
      entries: [{ at: 0, kind: "opened", state: "listening" }],
      live: null,
    });
    expect(toRecord(eventful())).toMatchObject({
      endedAt: story.openedAt + 5,
      state: "closed",
      waitsFor: "the token",
      bytesIn: 3,
      bytesOut: 6,
      framing: "line",
      lastRule: "FILE-1",
      isLineBad: true,
      fault: "refused",
      cause: cause("wrong-token", {}),
      peerName: "ann",
      judged: { verdict: "refused" },
      secrets: ["pw"],
    });
  });

  it.each([
    ["nothing happened", opened],
    ["everything did", eventful],
  ])("is the same story again, where %s", (_, made) => {
    const story = made();
    const again = fromRecord(JSON.parse(JSON.stringify(toRecord(story)))).story;
    expect(toRecord(again)).toEqual(toRecord(story));
    for (const name of ["endedAt", "waitsFor", "lastRule", "fault", "cause", "peerName", "judged"] as const)
      expect(again[name], name).toEqual(story[name]);
    expect([again.isLineBad, again.omitted]).toEqual([story.isLineBad, story.omitted]);
  });

  it("has its gap where it was", () => {
    const story = opened();
    for (let count = 0; count < 200; count += 1) story.recordRead(Buffer.from("four"));
    const again = fromRecord(toRecord(story)).story;
    expect(again.entries).toEqual(story.entries);
    expect([again.length, again.omitted, again.entriesBeforeGap]).toEqual([201, 105, 32]);
    const whole = fromRecord(toRecord(opened())).story;
    expect([whole.length, whole.omitted, whole.entriesBeforeGap]).toEqual([1, 0, 1]);
  });

  it("has the connection as it was at that moment, where it was live", () => {
    const live: LiveView = {
      framing: "line",
      unreadBytes: 2,
      unread: Buffer.from("ab"),
      queuedBytes: 0,
      stillMs: 7,
    };
    const record = JSON.parse(JSON.stringify(toRecord(opened(), live)));
    expect(fromRecord(record).live).toEqual(live);
    expect(fromRecord(toRecord(opened())).live).toBeUndefined();
  });

  it("of another version is refused, with both", () => {
    const record = { ...toRecord(opened()), version: 2 as 1 };
    expect(() => fromRecord(record)).toThrow(NetlabError);
    expect(() => fromRecord(record)).toThrow(/2.*1/s);
  });

  it("shares no secrets with the story", () => {
    const secrets = ["pw"];
    const record = toRecord(opened(secrets));
    expect([record.secrets, fromRecord(record).story.secrets]).toEqual([["pw"], ["pw"]]);
    secrets.push("later");
    expect(record.secrets).toEqual(["pw"]);
  });
});

describe("a value as plain JSON", () => {
  it.each<[string, unknown, unknown]>([
    ["nothing", undefined, { "~undefined": true }],
    ["null", null, null],
    ["text", "text", "text"],
    ["a number", 7, 7],
    ["a large number", 2n ** 64n, { "~bigint": "18446744073709551616" }],
    ["bytes", Buffer.from([0, 255]), { "~bytes": "AP8=" }],
    ["a list", [undefined, { a: 1n }], [{ "~undefined": true }, { a: { "~bigint": "1" } }]],
    ["an object", { a: { b: [] } }, { a: { b: [] } }],
    ["an empty object", {}, {}],
  ])("%s becomes JSON, and itself again", (_, value, plain) => {
    expect(toPlain(value)).toEqual(plain);
    expect(JSON.parse(JSON.stringify(plain))).toEqual(plain);
    expect(fromPlain(plain)).toEqual(value);
  });

  it("an array of octets comes back as a buffer", () => {
    expect(fromPlain(toPlain(new Uint8Array([1, 2])))).toEqual(Buffer.from([1, 2]));
  });

  it("an error is its sentence, and one of ours its code and its fact too", () => {
    expect(toPlain(new TypeError("boom"))).toEqual({ "~error": { message: "boom" } });
    const again = fromPlain(toPlain(new Error("boom")));
    expect(again).toEqual(new Error("boom"));
    expect(again).not.toBeInstanceOf(NetlabError);
    for (const ours of [
      NetlabError.of("peer-gone", cause("peer-gone", {})),
      NetlabError.worded("peer-gone", "it went wrong"),
    ]) {
      const { code, message, fact } = fromPlain(JSON.parse(JSON.stringify(toPlain(ours)))) as NetlabError;
      expect([code, message, fact]).toEqual([ours.code, ours.message, ours.fact]);
    }
    expect(toPlain(NetlabError.worded("peer-gone", "no"))).toEqual({
      "~error": { code: "peer-gone", message: "no", fact: null },
    });
  });

  it("an entry is the same entry again", () => {
    const entry: Entry = { at: 1, kind: "in", bytes: Buffer.from("a"), size: 1 };
    expect(entryRecord(entry)).toEqual({ at: 1, kind: "in", bytes: { "~bytes": "YQ==" }, size: 1 });
    expect(entryFromRecord(entryRecord(entry))).toEqual(entry);
  });
});

describe("the record that anybody may see", () => {
  const answered: Entry = {
    at: 3,
    kind: "transition",
    from: "a",
    to: "b",
    event: "opening done",
    answer: { ok: true, value: "pw", sizeBytes: 10 },
  };

  it("has no token, no secret and no answer of the world", () => {
    const story = eventful();
    story.add(answered);
    story.cause = cause("crashed", { error: "a pw", place: "" });
    const record = toShownRecord(story, {});
    expect(record.secrets).toEqual([]);
    expect(record.cause).toEqual(cause("crashed", { error: "a ‹2 bytes, hidden›", place: "" }));
    expect(record.entries[1]).toEqual({
      at: 0,
      kind: "in",
      bytes: { "~bytes": Buffer.from("**\n").toString("base64") },
      size: 3,
      hidden: [{ start: 0, end: 2 }],
    });
    expect(record.entries.at(-1)).toEqual({
      at: 3,
      kind: "transition",
      from: "a",
      to: "b",
      event: "opening done",
    });
    expect(JSON.stringify(record)).not.toContain("pw");
  });

  it("has them where they may be shown", () => {
    const story = eventful();
    story.add(answered);
    expect(toShownRecord(story, { showTokens: true })).toEqual(toRecord(story));
    expect(shownEntryRecord(story, answered, { showTokens: true })).toEqual(entryRecord(answered));
  });

  it("keeps the cause where nothing is hidden, and where there is none", () => {
    const story = opened();
    expect(toShownRecord(story, {})).toEqual(toRecord(story));
    story.fail("failed", cause("peer-gone", {}));
    expect(toShownRecord(story, {}).cause).toEqual(cause("peer-gone", {}));
    expect(toShownRecord(opened(["pw"]), {}).cause).toBeNull();
    const moved = { ...answered, answer: undefined } as unknown as Entry;
    expect(shownEntryRecord(story, moved, {})).toEqual(entryRecord(moved));
  });
});
