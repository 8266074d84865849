/** All further ways in which a user's role may go wrong: one of `npm run test:long`, for each costs some seconds. */
import { afterAll, beforeAll, describe, it } from "vitest";
import { ApartLab } from "./apart-lab.ts";

let lab: ApartLab;

beforeAll(async () => {
  lab = await ApartLab.start();
});
afterAll(() => lab.end());

const HANG = /no sign of life for 0\.8 s, at .*misdeeds\.ts:\d+:\d+/;

describe("an instance of a user's role", () => {
  it.each([
    ["loops in a guard", "guard", HANG],
    ["loops in an action", "action", HANG],
    ["loops in a delay", "delay", HANG],
    ["loops in a timer of its own", "later", HANG],
    ["loops in its hub", "hub", HANG],
    ["leaks on the heap", "heap", /took \d+ MB of memory, and may take 160 \(--memory\)/],
    ["is killed", "kill", /role's process ended: SIGKILL/],
    ["throws where none is there to catch it", "thrownLater", /undefined.*misdeeds\.ts:\d+:\d+\)/],
  ])("that %s is started again, and its peers' stories say why", (_, deed, why) =>
    lab.expectToOutlive(deed, why),
  );
});
