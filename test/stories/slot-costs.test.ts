/** What entries cost of the memory that all stories share: as it was measured, so that a budget of megabytes is kept to. */
import { describe, expect, it } from "vitest";
import { cause } from "../../src/stories/causes.ts";
import type { Entry } from "../../src/stories/entry.ts";
import { PAST } from "../../src/stories/retention.ts";
import { coded, type Held, Slots, slot } from "../../src/stories/slots.ts";
import { type Fault, Story } from "../../src/stories/story.ts";

const FIN = { kind: "fin" } as const;
const MESSAGE = { kind: "message", state: "a", rule: "FILE-1" } as const;
const octets: Entry = { at: 0, kind: "late", bytes: Buffer.from("four"), size: 9_000 };
const moved = { at: 0, kind: "transition", from: "a", to: "b", event: "c" } as const;
const answered: Entry = { ...moved, answer: { ok: true, value: 1, sizeBytes: 500 } };
const remark: Entry = { at: 0, kind: "remark", cause: cause("stopped", {}) };

type Written = readonly [what: string, code: number, held: Held, costBytes: number];
const written: readonly Written[] = [
  ["a read", coded(slot.in, 4), "four", 60],
  ["a read that was cut", coded(slot.inCut, 9_000), "four", 60],
  ["a write of text", coded(slot.outText, 4), "four", 60],
  ["a write of bytes", coded(slot.out, 4), Buffer.from("four"), 276],
  ["a write that was cut", coded(slot.outCut, 9_000), Buffer.from("four"), 276],
  ["a message", coded(slot.message, 4), MESSAGE, 32],
  ["a fact", coded(slot.fact), FIN, 32],
  ["an entry", coded(slot.entry), remark, 112],
  ["an entry with bytes", coded(slot.entry), octets, 356],
  ["a transition without an answer", coded(slot.entry), moved, 112],
  ["a transition with one", coded(slot.entry), answered, 612],
];

describe("an entry's cost", () => {
  it.each(written)("of %s", (_, code, held, costBytes) => {
    expect(new Slots(false).keep(0, code, held)).toBe(costBytes);
    const full = new Slots(false);
    for (let count = 0; count < 32 + 64; count += 1) full.keep(0, coded(slot.fact), FIN);
    expect(full.keep(0, code, held), "less the fact that falls out").toBe(costBytes - 32);
    for (let count = 0; count < 63; count += 1) full.keep(0, coded(slot.fact), FIN);
    expect(full.keep(0, coded(slot.fact), FIN), "when it falls out").toBe(32 - costBytes);
  });
});

describe("what fell out", () => {
  const gapAfter = (code: number, held: Held) => {
    const slots = new Slots(false);
    for (let count = 0; count < 32; count += 1) slots.keep(0, coded(slot.fact), FIN);
    slots.keep(7, code, held);
    for (let count = 0; count < 64; count += 1) slots.keep(9, coded(slot.fact), FIN);
    return slots.entries[32];
  };
  const file = { at: 7, kind: "file", name: "a", size: 4, told: 9 } as const;

  it.each<[string, number, Held, number, number]>([
    ["a read", coded(slot.in, 4), "four", 4, 0],
    ["a read that was cut", coded(slot.inCut, 9_000), "four", 9_000, 0],
    ["a write of text", coded(slot.outText, 4), "four", 0, 4],
    ["a write of bytes", coded(slot.out, 4), Buffer.from("four"), 0, 4],
    ["a write that was cut", coded(slot.outCut, 9_000), Buffer.from("four"), 0, 9_000],
    ["a message, which is no bytes of its own", coded(slot.message, 4), MESSAGE, 0, 0],
    ["bytes that were not read", coded(slot.entry), octets, 9_000, 0],
    ["a file that came", coded(slot.entry), { ...file, direction: "in" }, 4, 0],
    ["a file that went", coded(slot.entry), { ...file, direction: "out" }, 0, 4],
    ["bytes that were passed over", coded(slot.entry), { ...octets, kind: "dropped" }, 0, 0],
    ["another gap", coded(slot.entry), { at: 7, kind: "gap", omitted: 2, bytesIn: 3, bytesOut: 5 }, 3, 5],
  ])("is counted each way: %s", (_, code, held, bytesIn, bytesOut) => {
    expect(gapAfter(code, held)).toEqual({ at: 7, kind: "gap", omitted: 1, bytesIn, bytesOut });
  });
});

describe("a story with all of its fields", () => {
  it("is restored with them", () => {
    const end = { address: "127.0.0.1", port: 1 };
    const subject = {
      id: "a/c1",
      instance: "a",
      role: "a",
      edition: 0,
      transport: "tcp",
      local: end,
      remote: end,
    } as const;
    const fields = {
      openedAt: 5,
      endedAt: 6,
      state: "closed",
      waitsFor: "a word",
      bytesIn: 1,
      bytesOut: 2,
      framing: "nul",
      lastRule: "FILE-1",
      isLineBad: true,
      fault: "failed" as Fault,
      cause: cause("peer-gone", {}),
      peerName: "ann",
      judged: undefined,
      secrets: ["pw"],
    };
    const story = Story.restored(subject, fields, [moved, answered]);
    expect(story).toMatchObject({ subject, ...fields });
    expect([story.entries, story.now()]).toEqual([[moved, answered], PAST.monotonic()]);
  });
});
