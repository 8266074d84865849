/**
 * The contract that every server keeps, whatever it speaks: its role's own dialogue, cut up, half closed, broken off, too
 * long, too slow, stopped, and by two clients at once. A role of one's own is held to it by its `dialogue`.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { Instance } from "../../src/actors/instance.ts";
import { parseOptions } from "../../src/catalogue/instance-options.ts";
import { scanRoles } from "../../src/catalogue/role-folder.ts";
import { loadRoleSource } from "../../src/catalogue/role-source.ts";
import type { Role } from "../../src/machines/_role.ts";
import { Sender } from "../actors/datagrams.ts";
import { converse, openLab, type TestLab, turns } from "../actors/harness.ts";
import { SimulatedClock } from "../actors/simulated-clock.ts";
import { DialoguePlayer } from "./dialogue-player.ts";

const checkout = path.join(import.meta.dirname, "../..");
const isTcpServer = ({ side, transport }: Role) => side === "server" && transport === "tcp";
const isUdpServer = ({ side, transport }: Role) => side === "server" && transport === "udp";
const IDLE_MS = 1_800_000;
const SWEEP_MS = 10_000;
const MAX_MESSAGE = 64;

const shipped = [...(await scanRoles(path.join(checkout, "src/machines"))).values()];
const fixtures = [...(await scanRoles(path.join(checkout, "test/fixtures/roles"))).values()];
const loaded = await loadExample("guess-number");
const roles = [...shipped.filter(isTcpServer), ...fixtures.filter(({ dialogue }) => dialogue), loaded];

/** As `load` brings it in; its types are another test's. */
async function loadExample(name: string): Promise<Role> {
  const source = readFileSync(path.join(checkout, "examples", `${name}.ts`), "utf8");
  return loadRoleSource(source, `${name}.mts`, path.join(checkout, "node_modules/.netlabd-contract"));
}

interface Scene {
  readonly lab: TestLab;
  readonly clock: SimulatedClock;
  readonly server: Instance;
  /** A client that is connected, of a name that no other has. */
  readonly client: () => Promise<DialoguePlayer>;
}

async function serving(role: Role, given: Record<string, unknown> = {}): Promise<Scene> {
  const clock = new SimulatedClock();
  const isKnown = ["file-server", "bootstrap", "file-client"].includes(role.name);
  const lab = await openLab(isKnown ? [] : [role], { clock });
  const server = await lab.spawn(role.name, { ...role.dialogue?.given, ...given });
  expect(server.state, server.lastError).toBe("running");
  let clients = 0;
  const client = async () => {
    clients += 1;
    return new DialoguePlayer(await converse(server), role, `ann${clients}`, lab, clock);
  };
  return { lab, clock, server, client };
}

/** The whole dialogue, and the end that it tells. */
async function playWhole(client: DialoguePlayer, role: Role, cutAt?: number): Promise<void> {
  await client.play(0, client.lines.length, cutAt);
  if (role.dialogue?.closes) expect(await client.hearsTheEnd()).toBe("");
  else client.peer.end();
}

const longest = (role: Role) =>
  Math.max(...(role.dialogue?.lines ?? []).map((line) => ("client" in line ? line.client.length + 1 : 0)));

it("is kept by every server that netlabd comes with: each has a dialogue", () => {
  const without = shipped.filter(({ side, dialogue }) => side === "server" && dialogue === undefined);
  expect(without.map(({ name }) => name)).toEqual([]);
});

describe.each(shipped.filter(isUdpServer).map((role) => [role.name, role] as const))("%s", (_, role) => {
  it.each(["", "\n", "\r\n", "\0", "\0stale; "])(
    "answers each datagram of a dialogue that ends in %j",
    async (ending) => {
      const { server } = await serving(role);
      const senders = [await Sender.open(server.port), await Sender.open(server.port)];
      for (const line of role.dialogue?.lines ?? [])
        for (const sender of senders)
          if ("client" in line) sender.say(line.client + ending);
          else expect(await sender.hears(1)).toEqual([line.server]);
    },
  );
});

describe.each(roles.map((role) => [role.name, role] as const))("%s", (_, role) => {
  it("answers a right client, line by line", async () => {
    const { lab, client } = await serving(role);
    const player = await client();
    await playWhole(player, role);
    expect(lab.storyOf(player.peer).fault).toBeUndefined();
  });

  it("answers the same wherever its messages are cut [FRAME-2]", async () => {
    const { client } = await serving(role);
    for (let cutAt = 1; cutAt < longest(role); cutAt += 1) await playWhole(await client(), role, cutAt);
  });

  it("answers a message with a FIN behind it, and then ends [FRAME-8]", async () => {
    const { client } = await serving(role);
    for (const turn of (await client()).turns) {
      const player = await client();
      await player.play(0, turn);
      const line = player.lines[turn];
      if (line && "client" in line) player.sayAndEnd(line.client);
      await player.hearsAnswersTo(turn);
      await player.hearsTheEnd();
      await player.peer.over();
      expect(player.peer.error).toBeUndefined();
    }
  });

  it("is there for the next client after a reset at any place", async () => {
    const { lab, server, client } = await serving(role);
    for (let place = 0; place <= (role.dialogue?.lines.length ?? 0); place += 1) {
      const player = await client();
      await player.play(0, place);
      player.peer.reset();
    }
    await playWhole(await client(), role);
    expect(server.state).toBe("running");
    expect(lab.states.filter((state) => state.endsWith("backingOff"))).toEqual([]);
  });

  it("refuses a message over --max-message, and ends [FRAME-7]", async () => {
    const { client } = await serving(role, { maxMessage: MAX_MESSAGE });
    const player = await client();
    const [turn = 0] = player.turns;
    await player.play(0, turn);
    await player.say(tooLong(role));
    expect(await player.hearsTheEnd()).toContain("Message too long");
  });

  it("refuses a client that is silent for --idle, and ends [FRAME-7]", async () => {
    const { clock, client } = await serving(role);
    const player = await client();
    const [turn = 0] = player.turns;
    await player.play(0, turn);
    await turns();
    clock.advance(IDLE_MS + SWEEP_MS);
    expect(await player.hearsTheEnd()).toContain("Idle too long");
  });

  it("lets its clients go when it is stopped, with its leaving word", async () => {
    const { server, client } = await serving(role);
    const players = [await client(), await client()];
    for (const player of players) await player.play(0, player.turns[0]);
    server.stop();
    for (const player of players) expect(await player.hearsTheEnd()).toContain(farewellOf(role));
    for (const { peer } of players) peer.end();
    await server.reaches((state) => state === "stopped");
  });

  it("answers two clients at once, each its own", async () => {
    const { client } = await serving(role);
    const players = [await client(), await client()];
    for (let place = 0; place < (role.dialogue?.lines.length ?? 0); place += 1)
      for (const player of players) await player.play(place, place + 1);
  });
});

/** More than the limit without an end; of a record, which tells its length, the beginning of one that is longer. */
const tooLong = ({ name }: Role) =>
  (name === "address-book" ? "Q\0\0\0\x7f" : "").padEnd(2 * MAX_MESSAGE, "x");

const farewellOf = (role: Role) =>
  role.farewell?.(parseOptions(role, role.dialogue?.given ?? {}) as never) ?? "";

it("a user's role is a server or a client, and no proxy", async () => {
  const source = `import { defineRole } from "netlabd";
import { setup } from "xstate";
import { z } from "zod";
export default defineRole({ name: "between", summary: "stands between", side: "proxy", transport: "tcp", port: 0,
  options: z.object({}), machine: setup({}).createMachine({ initial: "on", states: { on: {} } }), phases: {} });
`;
  const folder = path.join(checkout, "node_modules/.netlabd-contract");
  await expect(loadRoleSource(source, "between.mts", folder)).rejects.toThrow(
    /side: a role is a server or a client/,
  );
});
