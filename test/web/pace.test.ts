/** Pauses between looks: by what a look costs, and not by how long it was kept waiting. */
import { describe, expect, it } from "vitest";
import { PAUSE, Pace } from "../../src/web/pace.ts";

function paceOf(...took: readonly number[]): Pace {
  const pace = new Pace();
  for (const ms of took) pace.note(ms);
  return pace;
}

describe("the pace of looks", () => {
  it("leaves a thing alone for thirty times what a look costs", () => {
    expect(paceOf(2).pauseMs).toBe(2 * PAUSE);
  });

  it("takes a look that other work kept waiting for no more than the others cost", () => {
    expect(paceOf(2, 2, 200, 180, 90).costMs).toBe(2);
  });

  it("believes that looks cost more once all of the last ones did", () => {
    expect(paceOf(2, 9, 9, 9, 9).costMs).toBe(2);
    expect(paceOf(2, 9, 9, 9, 9, 9).costMs).toBe(9);
  });

  it("has no pause before the first look", () => {
    expect(new Pace().pauseMs).toBe(0);
  });
});
