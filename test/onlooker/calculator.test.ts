import { describe, expect, it } from "vitest";
import { look } from "../../src/onlooker/look.ts";
import { conversation, type Line } from "./conversations.ts";

const looked = (lines: readonly Line[], changes = {}) =>
  look({ conversation: conversation(4389, lines, changes) });
const ids = ({ cards }: Awaited<ReturnType<typeof looked>>) => cards.map(({ side, id }) => `${side} ${id}`);

describe("a conversation with a calculator", () => {
  it("that is right has no card, however fast the client is", async () => {
    const one = await looked([
      "C> ann",
      100,
      "C> 15 + 35",
      "S> 50.0",
      "C> 1 / 0",
      "S> Division by zero",
      "C> q",
      "S.",
      "C.",
    ]);
    expect(ids(one)).toEqual([]);
    expect(one).toMatchObject({
      fault: undefined,
      disagreements: [],
      judged: { verdict: "ok" },
      stopped: undefined,
    });
  });

  it("whose server says 50 for 50.0 has the server's card, and both words", async () => {
    const one = await looked(["C> ann", 100, "C> 15 + 35", "S> 50", "C> q", "S.", "C."]);
    expect(ids(one)).toEqual(["server D78"]);
    expect(one.fault).toBe("server");
    expect(one.disagreements.map(({ said, ours, rule }) => [String(said), String(ours), rule])).toEqual([
      ["50", "50.0", "CALC-1"],
    ]);
    const remarks = one.story.entries.flatMap((entry) => (entry.kind === "remark" ? [entry.cause] : []));
    expect(remarks).toEqual([
      { code: "answered-otherwise", rule: "CALC-1", args: { said: "50", ours: "50.0" } },
    ]);
  });

  it("whose client sends a number in binary has the client's card", async () => {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(3.5);
    const one = await looked([
      "C> ann",
      100,
      { from: "client", bytes },
      "S> Incorrect expression format",
      "C.",
      "S.",
    ]);
    expect(one.fault).toBe("client");
    expect(ids(one).every((id) => id.startsWith("client"))).toBe(true);
  });

  it("whose server falls silent has the server's card", async () => {
    const one = await looked(["C> ann", 100, "C> 15 + 35", "S> 50.0", "C> 2 * 3", 6_000, "C.", "S."]);
    expect(ids(one)).toEqual(["server D75"]);
    expect(one.disagreements).toMatchObject([{ said: Buffer.alloc(0), ours: Buffer.from("6.0") }]);
  });

  it("is not judged where its beginning was not seen, and says so", async () => {
    const one = await looked(["S> 50", "C> q", "S.", "C."], { isFromStart: false });
    expect(ids(one)).toEqual([]);
    expect(one).toMatchObject({ stopped: "beginning", fault: undefined });
  });
});
