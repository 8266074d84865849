/** Portions of what comes all at once: taken as it comes up to a number, the rest with turns of the loop between. */
import { describe, expect, it } from "vitest";
import { KnownKeys } from "../../src/cluster/known-keys.ts";
import { HEADER } from "../../src/cluster/log-keys.ts";
import { PORTION, Portions } from "../../src/cluster/portions.ts";

/** Turns of a loop that the test ends one by one; a renewal of a lease would go out between them. */
function play(take: (item: number) => void = () => undefined) {
  const taken: number[] = [];
  const afterTurn: (() => void)[] = [];
  const portions = new Portions<number>(
    (item) => {
      taken.push(item);
      take(item);
    },
    (then) => afterTurn.push(then),
  );
  const endTurn = () => {
    for (const then of afterTurn.splice(0)) then();
  };
  return { portions, taken, afterTurn, endTurn };
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

describe("portions of a log", () => {
  it("are taken as they come, where they are few", () => {
    const { portions, taken, endTurn, afterTurn } = play();
    for (const item of numbers(PORTION)) portions.add(item);
    expect(taken).toEqual(numbers(PORTION));
    endTurn();
    expect(afterTurn).toEqual([]);
  });

  it("have a turn of the loop between them, where 20,000 come at once; none is lost, doubled or overtaken", () => {
    const { portions, taken, endTurn, afterTurn } = play();
    for (const item of numbers(20_000)) portions.add(item);
    const sizes: number[] = [taken.length];
    for (let before = taken.length; afterTurn.length > 0; before = taken.length) {
      endTurn();
      sizes.push(taken.length - before);
    }
    expect(Math.max(...sizes)).toBe(PORTION);
    expect(taken).toEqual(numbers(20_000));
  });

  it("stay in order where more comes while the first wait", () => {
    const { portions, taken, endTurn, afterTurn } = play();
    for (const item of numbers(PORTION + 2)) portions.add(item);
    portions.add(PORTION + 2);
    endTurn();
    portions.add(PORTION + 3);
    while (afterTurn.length > 0) endTurn();
    expect(taken).toEqual(numbers(PORTION + 4));
  });

  it("end at once, and what waits is not taken any more", () => {
    const { portions, taken, endTurn } = play((item) => {
      if (item === PORTION + 1) portions.end();
    });
    for (const item of numbers(3 * PORTION)) portions.add(item);
    endTurn();
    endTurn();
    portions.add(0);
    expect(taken).toEqual(numbers(PORTION + 2));
  });
});

describe("keys that a log knows", () => {
  const row = (key: string) => ({
    sequence: 1,
    key,
    data: new Uint8Array(),
    ageMs: 0,
    headers: new Map([[HEADER.batch, "b/2"]]),
  });

  it("have the rows of an import with its end", () => {
    const known = new KnownKeys();
    known.addTaken(row("a.1"));
    known.addTaken(row("a.2"));
    expect(known.has("a.1")).toBe(false);
    known.addTaken({ ...row("import.b"), headers: new Map() });
    expect([known.has("a.1"), known.has("a.2")]).toEqual([true, true]);
  });
});
