/**
 * A user's role that goes wrong where no step of its machine leads: after an await, in a listener, in a callback of its own. One of `npm run
 * test:long`, for each way costs some seconds.
 */
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApartLab, Peer } from "./apart-lab.ts";
import { eventually } from "./eventually.ts";

const WAYS: readonly (readonly [where: string, way: string])[] = [
  ["after an await of the lab's clock", "clock"],
  ["in a listener of its own emitter", "listener"],
  ["in a next tick", "nextTick"],
  ["in an invoked actor, after its await", "step"],
];
/** The same, as far as the watch over a process's loop can tell. */
const FURTHER: typeof WAYS = [
  ["after an await of a file", "file"],
  ["behind a promise of its module", "atLoad"],
  ["in an endless pattern, after an await", "pattern"],
  ["in promises that never end", "chain"],
];
const HANG = /no sign of life for 0\.8 s, at .*misdeeds\.ts:\d+:\d+/;

let lab: ApartLab;

beforeAll(async () => {
  lab = await ApartLab.start();
});
afterAll(() => lab.end());

describe("an instance of a user's role that loops", () => {
  it.each([...WAYS, ...FURTHER])("%s is started again, and its peers' stories say why", (_, way) =>
    lab.expectToOutlive(`${way} ever`, HANG),
  );
});

describe("an instance of a user's role that holds its loop for long", () => {
  it.each(WAYS)("%s is named in the log, and goes on", { timeout: 120_000 }, async (_, way) => {
    const { id, port } = await lab.spawn("--watchdog", "60s");
    const peer = await Peer.meet(port);
    const isOver = once(peer.socket, "data");
    peer.socket.write(`${way} long\n`);
    await isOver;
    await eventually(async () =>
      expect(await lab.logged(`${id} held its process's event loop`)).toMatch(
        /for \d{3,} ms: role misdeeds, in code after an await, or a callback of its own$/,
      ),
    );
    expect(await lab.show(id)).toMatchObject({ state: "running", restarts: 0 });
    peer.socket.destroy();
  });
});
