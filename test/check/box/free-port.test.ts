/** Port that a checked program is told to listen on: no other program has it, be it of streams or of datagrams. */
import { expect, it } from "vitest";
import { freePort } from "../../../src/check/box/free-port.ts";
import { holdPort } from "../../actors/held-port.ts";

it.each(["tcp", "udp"] as const)("is none that another program has over %s", async (transport) => {
  const { port, free } = await holdPort(transport, await freePort());
  expect(await freePort(port)).toBeGreaterThan(port);
  await free();
});

it("is the one that is asked for where no other program has it", async () => {
  const wanted = await freePort();
  expect(await freePort(wanted)).toBe(wanted);
});
