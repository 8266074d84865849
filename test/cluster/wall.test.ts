/** The wall of a lab of two nodes. */
import { afterEach, expect, it } from "vitest";
import calculator from "../../src/machines/calculator.ts";
import type { WallState } from "../../src/web/protocol.ts";
import { WallSource } from "../../src/web/sources/wall-source.ts";
import { eventually } from "../actors/harness.ts";
import { TwoLabs } from "./two-labs.ts";

let labs: TwoLabs;
let wall: WallSource;
let now = 0;

afterEach(async () => {
  wall.close();
  await labs.end();
});

/** A second later, as a page sees it that has seen nothing. */
function look(): WallState {
  now += 1_000;
  wall.look(now);
  return JSON.parse(wall.since(0)) as WallState;
}

it("has a tile for each role of both nodes, and loses those of a node that is gone", async () => {
  labs = await TwoLabs.start([calculator]);
  for (const node of [labs.node1, labs.node2]) await labs.answers(node, "spawn calculator --port 0");
  wall = new WallSource(labs.node1.daemon.lab);
  await eventually(() => expect(look().order).toEqual(["calculator-1", "calculator-1@node2"]));
  const tile = look().tiles.find(({ id }) => id === "calculator-1@node2");
  expect(tile).toMatchObject({ kind: "instance", node: "node2", role: "calculator", trouble: null });
  await labs.answers(labs.node2, "stop calculator");
  await eventually(() => expect(look().tiles).toContainEqual({ ...tile, trouble: "stopped" }));
  labs.node1.nodes.lose("node2");
  await eventually(() => expect(look().order).toEqual(["calculator-1"]));
});
