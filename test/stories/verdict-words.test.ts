/** The reason of each verdict in words, at its limits. */
import { describe, expect, it } from "vitest";
import { cause } from "../../src/stories/causes.ts";
import type { LiveView } from "../../src/stories/live-view.ts";
import type { Story } from "../../src/stories/story.ts";
import {
  byVerdict,
  type Judged,
  reasonOf,
  type Verdict,
  verdictOf,
  verdicts,
  waitText,
} from "../../src/stories/verdict.ts";

const story = (more: object = {}) =>
  ({
    subject: { transport: "tcp", role: "echo", instance: "echo-1" },
    framing: "line",
    ...more,
  }) as unknown as Story;
const live = (more: Partial<LiveView> = {}): LiveView => ({
  framing: "line",
  unreadBytes: 0,
  unread: Buffer.alloc(0),
  queuedBytes: 0,
  stillMs: 0,
  ...more,
});
const judged = (verdict: Verdict, more: Partial<Judged> = {}): Judged => ({
  verdict,
  cards: [],
  turn: "theirs",
  ...more,
});

describe("a verdict", () => {
  it("is a matter of two seconds for what lies, and of ten for a silence", () => {
    const of = (more: Partial<LiveView>) => verdictOf(story(), live(more), judged("ok"));
    expect(of({ stillMs: 1_999, unreadBytes: 1 })).toBe("ok");
    expect(of({ stillMs: 2_000, unreadBytes: 1 })).toBe("stuck");
    expect(of({ stillMs: 2_000, queuedBytes: 1 })).toBe("stuck");
    expect(of({ stillMs: 9_999 })).toBe("ok");
    expect(of({ stillMs: 10_000 })).toBe("waiting");
  });

  it("has an order from the gravest", () => {
    expect([...verdicts].reverse().sort(byVerdict)).toEqual([...verdicts]);
    expect(verdicts).toEqual(["crashed", "failed", "refused", "stuck", "waiting", "violation", "note", "ok"]);
  });
});

describe("the reason", () => {
  it("of a fault is its cause, whatever else is true", () => {
    const failed = story({ cause: cause("peer-gone", {}) });
    expect(reasonOf(failed, live({ queuedBytes: 1 }), judged("stuck"))).toBe(
      "the peer went away in the middle of a file",
    );
  });

  it.each([
    [
      { queuedBytes: 7, unreadBytes: 3, stillMs: 2_999 },
      "line",
      "it does not read: 7 bytes have been waiting for 2 s",
    ],
    [
      { unreadBytes: 3, stillMs: 3_000 },
      "line",
      "3 bytes that are not a whole message have waited for 3 s: a line without its newline",
    ],
    [{ unreadBytes: 3, stillMs: 3_000 }, "nul", "3 bytes that are not a whole message have waited for 3 s"],
  ])("of stuck bytes is how many, how long and why: %j, %s", (view, framing, said) => {
    expect(reasonOf(story({ framing }), live(view), judged("stuck"))).toBe(said);
  });

  it("of bytes that wait while it is the role's turn is that it reads nothing", () => {
    const view = live({ unreadBytes: 6, stillMs: 26_000 });
    expect(reasonOf(story({ state: "joining" }), view, judged("stuck", { turn: "ours" }))).toBe(
      "the echo reads nothing in its state joining: 6 bytes have been waiting for 26 s",
    );
  });

  it("of a wait is who waits, and for what", () => {
    const long = live({ stillMs: 16_500 });
    expect(reasonOf(story(), long, judged("waiting"))).toBe("deadlock: the echo has been waiting 16 s");
    expect(reasonOf(story({ waitsFor: "a word" }), long, judged("waiting"))).toBe(
      "deadlock: the echo has been waiting 16 s for a word",
    );
    expect(waitText(story({ waitsFor: "" }), 1)).toBe("1 s for ");
  });

  it.each(["violation", "note"] as const)("of a %s is its first card", (verdict) => {
    const cards = [
      { id: "D1", level: "note", title: "One" },
      { id: "D2", level: "note", title: "Two" },
    ] as const;
    expect(reasonOf(story(), undefined, judged(verdict, { cards }))).toBe("D1: One");
    expect(reasonOf(story(), undefined, judged(verdict))).toBeUndefined();
  });

  it("of none is that a person has to speak, while there is a peer to hear it", () => {
    const turn = { turn: "operator" } as const;
    expect(reasonOf(story(), live(), judged("ok", turn))).toBe("waits for the operator: say echo-1 …");
    expect(reasonOf(story(), undefined, judged("ok", turn))).toBeUndefined();
    expect(reasonOf(story(), live(), judged("ok"))).toBeUndefined();
  });
});
