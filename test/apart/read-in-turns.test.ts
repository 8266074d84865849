import { PassThrough } from "node:stream";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { readInTurns } from "../../src/apart/read-in-turns.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout"] }));
afterEach(() => void vi.useRealTimers());

/** A pipe of whose pieces each takes so long, and what has been taken of it. */
function pipeThatTakes(ms: number) {
  let now = 0;
  const taken: string[] = [];
  const pipe = new PassThrough();
  const take = (chunk: Buffer) => {
    taken.push(chunk.toString());
    now += ms;
  };
  readInTurns(pipe, take, () => now);
  return { pipe, taken };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

it("hears nothing more for as long as a piece took, and then goes on", async () => {
  const { pipe, taken } = pipeThatTakes(20);
  pipe.write("one");
  await turn();
  pipe.write("two");
  await turn();
  vi.advanceTimersByTime(19);
  await turn();
  expect(taken).toEqual(["one"]);
  vi.advanceTimersByTime(1);
  await turn();
  expect(taken).toEqual(["one", "two"]);
});

it("goes on at once after a piece that took next to nothing", async () => {
  const { pipe, taken } = pipeThatTakes(1);
  pipe.write("one");
  await turn();
  pipe.write("two");
  await turn();
  expect(taken).toEqual(["one", "two"]);
});
