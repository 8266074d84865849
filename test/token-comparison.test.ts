/** Tokens that a stranger says are compared in constant time, wherever one is [FILE-1, BOOT-5]. */

import { beforeEach, expect, it, vi } from "vitest";
import { SimulatedClock } from "xstate";
import { tokenAndFilename } from "../src/machines/file-server.ts";
import { openRegistry } from "../src/stores/registry.ts";
import { fileServer } from "./machines/file-server-play.ts";
import { LabFolder } from "./stores/lab-folder.ts";

/** The lengths of what was compared. */
const compared = vi.hoisted(() => [] as number[]);

vi.mock("../src/node-modules.ts", async (importOriginal) => {
  const modules = await importOriginal<typeof import("../src/node-modules.ts")>();
  const real = modules.crypto();
  const timingSafeEqual = (a: Buffer, b: Buffer) => {
    compared.push(a.length, b.length);
    return real.timingSafeEqual(a, b);
  };
  return { ...modules, crypto: () => ({ ...real, timingSafeEqual }) };
});

beforeEach(() => void compared.splice(0));

/** Digests of one length, so that not even the token's length is told. */
const ONCE = [32, 32];

it.each(["", "s", "server2", "server1 and more", "x".repeat(60_000)])(
  "one that a client says: %s",
  async (said) => {
    const { say, run } = fileServer();
    await say(said);
    expect([compared, run.state]).toEqual([ONCE, "closed"]);
  },
);

it("one that is glued to a filename", () => {
  const { run } = fileServer();
  const session = { context: run.actor.getSnapshot().context } as never;
  expect(tokenAndFilename("server1server.pdf", session)).toEqual(["server1", "server.pdf"]);
  expect(tokenAndFilename("sErver1server.pdf", session)).toBeUndefined();
  expect(compared).toEqual([...ONCE, ...ONCE]);
});

it("one that wants an entry removed from the registry", async () => {
  const registry = openRegistry(new LabFolder().open(), new SimulatedClock());
  await registry.register({ ip: "10.0.0.1", port: 1_236, service: "pdf", token: "server1" });
  expect(await registry.deregister({ ip: "10.0.0.1", port: 1_236, token: "server2" })).toBe(false);
  expect(compared).toEqual(ONCE);
  expect(await registry.deregister({ ip: "10.0.0.1", port: 1_236, token: "server1" })).toBe(true);
});
