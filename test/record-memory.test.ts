/** How much memory the stories may take is the operator's to say. */
import { afterAll, expect, it } from "vitest";
import { parseCommandLine } from "../src/netlabd-program.ts";
import { Scene } from "./e2e/scene.ts";

const scene = new Scene();
afterAll(() => scene.end());

it("is as said, and the recorder's own choice where nothing is said", () => {
  expect(parseCommandLine(["--record-memory", "8M"]).recordMemoryBytes).toBe(8 * 1_048_576);
  expect(parseCommandLine([]).recordMemoryBytes).toBeUndefined();
});

it.each(["lots", "64k"])("%s is refused with what it wants", async (size) => {
  const { exit, stderr } = await scene.node("netlabd", ["--record-memory", size]).ended;
  expect({ exit, stderr }).toEqual({ exit: 2, stderr: expect.stringContaining("64M, of at least 1M") });
});
