/** Every event in every stage of a connection's life: where it leads, and who has closed it then. */
import { describe, expect, it } from "vitest";
import { type Life, type LifeEvent, lifeAfter } from "../../src/actors/connection-life.ts";
import { cause } from "../../src/stories/causes.ts";

const slow = cause("slow-reader", { bytes: 9 });
const reset = cause("peer-reset", {});

const lives: Record<string, Life> = {
  conversing: { is: "conversing" },
  leaving: { is: "leaving", farewell: "bye" },
  flushing: { is: "flushing" },
  "draining by us": { is: "draining", closedBy: "us" },
  "draining by peer": { is: "draining", closedBy: "peer" },
  "torn by us": { is: "torn", closedBy: "us", cause: slow },
  "torn by peer": { is: "torn", closedBy: "peer", cause: reset },
  "over by us": { is: "over", closedBy: "us", cause: slow },
};

const events: Record<string, LifeEvent> = {
  stop: { type: "stop", farewell: "bye" },
  close: { type: "close" },
  flushed: { type: "flushed", hasPeerEnded: false },
  "flushed behind its FIN": { type: "flushed", hasPeerEnded: true },
  tear: { type: "tear", cause: slow },
  broke: { type: "broke", cause: reset },
  closed: { type: "closed" },
};

const shown = (life: Life) => ("closedBy" in life ? `${life.is} by ${life.closedBy}` : life.is);

/** `-`: nothing changes. */
const table: Record<string, readonly string[]> = {
  //                         stop       close       flushed           … behind its FIN    tear             broke           closed
  conversing: ["leaving", "flushing", "-", "-", "torn by us", "torn by peer", "over by peer"],
  leaving: ["-", "flushing", "-", "-", "torn by us", "torn by peer", "over by peer"],
  flushing: ["-", "-", "draining by us", "draining by peer", "torn by us", "torn by peer", "over by peer"],
  "draining by us": ["-", "-", "-", "-", "torn by us", "torn by peer", "over by us"],
  "draining by peer": ["-", "-", "-", "-", "torn by peer", "torn by peer", "over by peer"],
  "torn by us": ["-", "-", "-", "-", "-", "-", "over by us"],
  "torn by peer": ["-", "-", "-", "-", "-", "-", "over by peer"],
  "over by us": ["-", "-", "-", "-", "-", "-", "-"],
};

describe.each(Object.entries(lives))("a connection that is %s", (name, life) => {
  it.each(
    Object.entries(events).map(([event, made], at) => [event, made, table[name]?.[at] ?? "?"] as const),
  )("after %s", (_event, event, expected) => {
    const after = lifeAfter(life, event);
    if (expected === "-" || expected === name) expect(after.is === life.is && shown(after)).toBe(shown(life));
    else expect(shown(after)).toBe(expected);
  });
});

describe("the cause of an end", () => {
  it("is that of the first that broke it", () => {
    const torn = lifeAfter({ is: "conversing" }, { type: "tear", cause: slow });
    const over = lifeAfter(lifeAfter(torn, { type: "broke", cause: reset }), { type: "closed" });
    expect(over).toEqual({ is: "over", closedBy: "us", cause: slow });
  });

  it("is none where two FINs ended it", () => {
    const draining = lifeAfter({ is: "flushing" }, { type: "flushed", hasPeerEnded: false });
    expect(lifeAfter(draining, { type: "closed" })).toEqual({ is: "over", closedBy: "us" });
  });
});

it("changes nothing by giving the same object back", () => {
  for (const life of Object.values(lives))
    for (const event of Object.values(events)) {
      const after = lifeAfter(life, event);
      if (shown(after) === shown(life)) expect(after).toBe(life);
    }
});
