/** When a server counts as one that answers nothing ever. */
import { expect, it } from "vitest";
import { Silence } from "../../src/check/silence.ts";

/** A try of this case that fails; `isAsking`: something was said to the program. */
function fails(silence: Silence, id: string, isAsking = true): string | undefined {
  silence.begins();
  if (isAsking) silence.asked();
  return silence.failed(id, { end: undefined, words: "" });
}

it("is proved by three tries of a program that the check starts, and never of one that ran before", () => {
  for (const isStarted of [true, false]) {
    const silence = new Silence(isStarted);
    for (const id of ["a", "b", "c"]) fails(silence, id);
    expect(silence.isProved).toBe(isStarted);
    expect(fails(silence, "d")).toBe(isStarted ? "a" : undefined);
  }
});

it("is not proved by a try that asks nothing, whatever was asked in one that passed before", () => {
  const silence = new Silence(true);
  for (const id of ["a", "b"]) fails(silence, id);
  silence.begins();
  silence.asked();
  fails(silence, "c", false);
  expect(silence.isProved).toBe(false);
});
