/** Time of the thread as heavy peers share it: with a clock of the test's own, and over real sockets. */
import { describe, expect, it, vi } from "vitest";
import { ThreadTurns, type TurnTaker, turns } from "../../src/actors/turns.ts";
import { echoMachine, echoRole } from "../fixtures/roles/_echo.ts";
import { converse, openLab } from "./harness.ts";

const LOOK = 32;

/** Time and turns of the loop, moved by the test. */
function threadOf() {
  const thread = { now: 1_000, after: [] as (() => void)[] };
  const shared = new ThreadTurns(
    () => thread.now,
    (serve) => thread.after.push(serve),
  );
  const nextTurn = () => {
    for (const serve of thread.after.splice(0)) serve();
  };
  /** So many messages, each of which takes so long: how many were handed over. */
  const pump = (messages: number, eachMs: number, isLarge = true): number => {
    shared.begin(isLarge);
    let handed = 0;
    while (handed < messages) {
      handed += 1;
      thread.now += eachMs;
      if (shared.isOver()) break;
    }
    shared.end();
    return handed;
  };
  return { shared, nextTurn, pump };
}

const taker = (takeTurn: () => void, lastTurnMs = 0): TurnTaker => ({ lastTurnMs, takeTurn });

describe("a turn", () => {
  it("lasts 2 ms where nobody else waits, and 0.3 ms where somebody does", () => {
    const { shared, pump } = threadOf();
    expect(pump(10_000, 0.01)).toBe(224);
    shared.wait(taker(() => undefined));
    expect(pump(10_000, 0.01)).toBe(LOOK);
  });

  it("is not measured for a few small messages, and is for many", () => {
    const { shared, pump } = threadOf();
    pump(LOOK - 1, 10, false);
    expect(shared.isSliceSpent).toBe(false);
    pump(LOOK * 2, 10, false);
    expect(shared.isSliceSpent).toBe(true);
  });

  it("spends the slice of all until the loop has turned", () => {
    const { shared, pump, nextTurn } = threadOf();
    pump(1, 0.2);
    expect(shared.isSliceSpent).toBe(false);
    pump(1, 0.2);
    expect(shared.isSliceSpent).toBe(true);
    nextTurn();
    expect(shared.isSliceSpent).toBe(false);
  });
});

describe("those who wait", () => {
  it("have their turns in the order of asking, as many as a slice holds, and at least one", () => {
    const { shared, nextTurn } = threadOf();
    const served: string[] = [];
    for (const [name, ms] of [
      ["a", 0.2],
      ["b", 0.2],
      ["c", 5],
      ["d", 0],
    ] as const)
      shared.wait(taker(() => served.push(name), ms));
    nextTurn();
    expect(served).toEqual(["a", "b"]);
    nextTurn();
    expect(served).toEqual(["a", "b", "c"]);
    nextTurn();
    expect(served).toEqual(["a", "b", "c", "d"]);
  });

  it("are starved by nobody: who wants another turn goes behind the others", () => {
    const { shared, nextTurn, pump } = threadOf();
    const turnsOf = new Map<number, number>();
    for (let one = 0; one < 50; one += 1) {
      const greedy = taker(() => {
        turnsOf.set(one, (turnsOf.get(one) ?? 0) + 1);
        pump(LOOK, 0.01);
        shared.wait(greedy);
      }, 0.32);
      shared.wait(greedy);
    }
    for (let turn = 0; turn < 200; turn += 1) nextTurn();
    expect([...turnsOf.values()]).toEqual(Array(50).fill(4));
  });

  it("wait once, however often they ask", () => {
    const { shared, nextTurn } = threadOf();
    const once = vi.fn();
    const impatient = taker(once);
    shared.wait(impatient);
    shared.wait(impatient);
    nextTurn();
    nextTurn();
    expect(once).toHaveBeenCalledTimes(1);
  });
});

const numbered = (count: number) => Array.from({ length: count }, (_, one) => `line ${one}\n`).join("");

describe("a peer whose turn is over in the middle of what it sent", () => {
  const answers = echoRole("answers", { machine: echoMachine((peer, text) => peer.send(text)) });

  it("is answered everything, in order, and its FIN is not forgotten", async () => {
    vi.spyOn(turns, "isOver").mockReturnValue(true);
    const lab = await openLab([answers]);
    const peer = await converse(await lab.spawn("answers"));
    const all = numbered(200);
    peer.end(all);
    expect((await peer.hearsTheEnd()).toString()).toBe(all);
    vi.restoreAllMocks();
  });

  it("is heard all the same where its reads come when the slice is spent", async () => {
    const isSpent = vi.spyOn(turns, "isSliceSpent", "get").mockReturnValue(true);
    const lab = await openLab([answers]);
    const peer = await converse(await lab.spawn("answers"));
    const all = numbered(10_000);
    peer.end(all);
    expect((await peer.hearsTheEnd()).toString()).toBe(all);
    expect(isSpent).toHaveBeenCalled();
    vi.restoreAllMocks();
  });
});
