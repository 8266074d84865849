/** A story in slots reads back as the plain entries that were written into it, whatever they were, and counts what it no longer keeps. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesIn, bytesOut, type Entry } from "../../src/stories/entry.ts";
import { Recorder, type RecorderOptions } from "../../src/stories/recorder.ts";
import { kindIn, slot } from "../../src/stories/slots.ts";
import type { Story } from "../../src/stories/story.ts";
import { SimulatedClock } from "../actors/simulated-clock.ts";
import { echoSubject as subject } from "./echo-subject.ts";

const FIRST = 32;
const LAST = 64;
const LONGEST = 8_192;

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map((octets) => Buffer.from(octets)),
  fc.constantFrom(LONGEST, LONGEST + 1, 20_000).map((size) => Buffer.alloc(size, "é\0\n")),
);
const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 20 }),
  fc.constantFrom("a".repeat(LONGEST), "é".repeat(LONGEST)),
);
const word = fc.constantFrom("awaitingToken", "sending", "closed");

/** Something that happens to a story, and the entries that it is, without their times. */
type Happening = (story: Story) => Omit<Entry, "at">[];

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 4, arbitrary: bytes.map((octets): Happening => reads(octets)) },
  { weight: 2, arbitrary: bytes.map((octets): Happening => writes(octets)) },
  { weight: 4, arbitrary: text.map((words): Happening => says(words)) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom(1, 3, 80, 150), fc.nat({ max: 300 }), fc.constantFrom("FILE-1", "FILE-3"))
      .map(([count, from, rule]) => Array.from({ length: count }, (_, more) => [from + more, rule] as const))
      .map((sizes): Happening => hears(sizes)),
  },
  { weight: 2, arbitrary: fc.tuple(word, word).map(([from, to]): Happening => moves(from, to)) },
  fc.constantFrom("ended" as const, "fin" as const).map((kind): Happening => ends(kind)),
  bytes.map((octets): Happening => drops(octets)),
  fc.constantFrom<Happening>(
    (story) => {
      story.close("peer");
      return [{ kind: "closed", by: "peer" } as Omit<Entry, "at">];
    },
    (story) => {
      const cause = { code: "wrong-token" } as const;
      story.remark(cause);
      return [{ kind: "remark", cause } as Omit<Entry, "at">];
    },
    (story) => {
      story.recordFile("out", "big.mp4", 10).moved(7);
      const file = { kind: "file", direction: "out", name: "big.mp4", size: 7, told: 10 };
      return [file as Omit<Entry, "at">];
    },
  ),
);

const kept = (octets: Buffer) => Buffer.from(octets.subarray(0, LONGEST));

function reads(octets: Buffer): Happening {
  return (story) => {
    story.recordRead(Buffer.from(octets));
    return [{ kind: "in", bytes: kept(octets), size: octets.length } as Omit<Entry, "at">];
  };
}

function writes(octets: Buffer): Happening {
  return (story) => {
    story.recordWrite(octets);
    return [{ kind: "out", bytes: kept(octets), size: octets.length } as Omit<Entry, "at">];
  };
}

function says(words: string): Happening {
  return (story) => {
    const octets = Buffer.from(words);
    story.recordText(words, octets.length);
    return [{ kind: "out", bytes: kept(octets), size: octets.length } as Omit<Entry, "at">];
  };
}

function hears(sizes: readonly (readonly [number, string])[]): Happening {
  return (story) => {
    const at = story.now();
    return sizes.map(([size, rule]) => {
      story.recordMessage(size, rule, at);
      return { kind: "message", size, state: story.state, rule } as Omit<Entry, "at">;
    });
  };
}

function moves(from: string, to: string): Happening {
  return (story) => {
    story.beginStep();
    story.recordText("in the step", 11);
    story.endStep({ from, to, event: "peer.message" });
    return [
      { kind: "transition", from, to, event: "peer.message" } as Omit<Entry, "at">,
      { kind: "out", bytes: Buffer.from("in the step"), size: 11 } as Omit<Entry, "at">,
    ];
  };
}

function ends(kind: "ended" | "fin"): Happening {
  return (story) => {
    story.recordEnd(kind);
    return [{ kind }];
  };
}

function drops(octets: Buffer): Happening {
  return (story) => {
    story.recordDropped(octets);
    return [{ kind: "dropped", bytes: kept(octets), size: octets.length } as Omit<Entry, "at">];
  };
}

function lived(happenings: readonly Happening[], options: RecorderOptions = {}, onTap?: (e: Entry) => void) {
  const clock = new SimulatedClock();
  const recorder = new Recorder(clock, options);
  if (onTap) recorder.tap((_story, entry) => onTap(entry));
  const story = recorder.open({ ...subject }, "listening");
  const written: Omit<Entry, "at">[] = [{ kind: "opened", state: "listening" } as Omit<Entry, "at">];
  for (const happens of happenings) {
    clock.advance(1);
    written.push(...happens(story));
  }
  return { story, recorder, written };
}

const timeless = (entries: readonly Entry[]) => entries.map(({ at: _at, ...rest }) => rest);
const sum = (entries: readonly Entry[], of: (entry: Entry) => number) =>
  entries.reduce((total, entry) => total + of(entry), 0);

describe("a story in slots", () => {
  it("reads back what was written: its first and its last entries, and a gap with the sums of the rest", () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 120 }), (happenings) => {
        const { story, written } = lived(happenings);
        const isGap = written.length > FIRST + LAST;
        const first = timeless(story.entries).slice(0, FIRST);
        expect(first).toEqual(written.slice(0, FIRST));
        expect(timeless(story.entries.slice(FIRST + (isGap ? 1 : 0)))).toEqual(
          written.slice(isGap ? -LAST : FIRST),
        );
        expect([story.length, story.omitted, story.entriesBeforeGap]).toEqual([
          written.length,
          Math.max(0, written.length - FIRST - LAST),
          Math.min(written.length, FIRST),
        ]);
        const omitted = written.slice(FIRST, isGap ? -LAST : FIRST) as Entry[];
        const gap = story.entries.find(({ kind }) => kind === "gap");
        expect([sum(gap ? [gap] : [], bytesIn), sum(gap ? [gap] : [], bytesOut)]).toEqual([
          sum(omitted, bytesIn),
          sum(omitted, bytesOut),
        ]);
        expect([sum(story.entries, bytesIn), sum(story.entries, bytesOut)]).toEqual([
          story.bytesIn,
          story.bytesOut,
        ]);
        const times = story.entries.map(({ at }) => at);
        expect(times).toEqual([...times].sort((a, b) => a - b));
      }),
      { numRuns: 300 },
    );
  });

  it("costs what it keeps: asked for or not in between, and as much as its recorder was charged", () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 120 }), (happenings) => {
        const { story, recorder } = lived(happenings);
        const asked = lived(
          happenings.map((happens) => (asking) => {
            const written = happens(asking);
            expect(asking.entries.length).toBeGreaterThan(0);
            return written;
          }),
        );
        expect(asked.story.entries).toEqual(story.entries);
        expect([story.cost, asked.story.cost]).toEqual([recorder.costBytes, recorder.costBytes]);
      }),
      { numRuns: 100 },
    );
  });

  it("tells a tap each entry as it is kept, in the same order", () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 60 }), (happenings) => {
        const heard: Entry[] = [];
        const { written } = lived(happenings, {}, (entry) => heard.push(structuredClone(entry)));
        // A file grows while it is under way.
        const grown = timeless(heard).map((entry) => (entry.kind === "file" ? { ...entry, size: 7 } : entry));
        const bytesAgain = (entry: object) =>
          "bytes" in entry ? { ...entry, bytes: Buffer.from(entry.bytes as Uint8Array) } : entry;
        expect(grown.map(bytesAgain)).toEqual(written);
      }),
      { numRuns: 100 },
    );
  });

  it("keeps every entry, whole, where all is kept", () => {
    const happenings = Array.from({ length: 300 }, () => reads(Buffer.alloc(20_000, "x")));
    const { story } = lived(happenings, { keepsAll: true });
    expect([story.entries.length, story.omitted]).toEqual([301, 0]);
    expect(
      story.entries.slice(1).every((entry) => entry.kind === "in" && entry.bytes.length === 20_000),
    ).toBe(true);
  });
});

describe("a run of messages", () => {
  it("is written before what happens to another story of the same thread, and by a tap's coming not told twice", () => {
    const many = hears(Array.from({ length: 1_000 }, (_, size) => [size, "FILE-1"] as const));
    const { story, recorder } = lived([many]);
    const { story: other } = lived([many, reads(Buffer.from("x"))]);
    const heard: string[] = [];
    recorder.tap((_story, entry) => heard.push(entry.kind));
    story.recordRead(Buffer.from("y"));
    expect(heard).toEqual(["in"]);
    const sizes = story.entries.flatMap((entry) => (entry.kind === "message" ? [entry.size] : []));
    expect(sizes).toEqual([...Array(31).keys(), ...Array.from({ length: 63 }, (_, index) => 937 + index)]);
    expect([story.length, other.length]).toEqual([1_002, 1_002]);
    expect(story.entries.at(-1)).toMatchObject({ kind: "in", bytes: Buffer.from("y") });
  });

  it("is never before what happened in its course", () => {
    const { story } = lived([]);
    const clocked = story.now();
    for (let count = 0; count < 50; count += 1) story.recordMessage(1, "FILE-1", clocked);
    story.remark({ code: "wrong-token" } as never);
    story.recordMessage(1, "FILE-1", clocked - 5);
    const times = story.entries.map(({ at }) => at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it("is told to another process that keeps the same only behind the message that it begins with", () => {
    const many = hears(Array.from({ length: 40 }, () => [1, "FILE-1"] as const));
    const { story, recorder } = lived([many, says("before")]);
    const told: (string | number)[] = [];
    recorder.follower = {
      onSlot: (_story, _at, code) => told.push(kindIn(code)),
      onRun: (_story, run) => told.push(`${run.count} more`),
    };
    hears([[7, "FILE-1"]])(story);
    says("alone")(story);
    const at = story.now();
    for (const size of [7, 8, 9]) story.recordMessage(size, "FILE-1", at);
    says("three")(story);
    expect(told).toEqual([slot.message, slot.outText, slot.message, "2 more", slot.outText]);
  });
});
