/** Ids that say one thing for good: whom a story, a row or a selector means does not change behind anybody's back. */
import { writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { Conversation } from "../actors/conversation.ts";
import { type ConnectionDocument, type InstanceDocument, TestDaemon } from "./daemon.ts";
import { freePorts } from "./free-ports.ts";
import { Scene } from "./scene.ts";

const scene = new Scene();
afterAll(() => scene.end());

const [first = 0, second = 0, third = 0] = await freePorts(3);
const spawned = (daemon: TestDaemon, line: string) => daemon.document<InstanceDocument>(`spawn ${line}`);
const ids = async (daemon: TestDaemon) =>
  (await daemon.document<InstanceDocument[]>("ls")).map(({ id }) => id).sort();

/** A peer that comes, is greeted and leaves; answers its connection's id. */
async function visit(daemon: TestDaemon, port: number): Promise<string> {
  const peer = await Conversation.open(port);
  await peer.hears("Please, Enter Your ig name");
  peer.end();
  await peer.over();
  const [last] = (await daemon.document<ConnectionDocument[]>("conns --all @last")) ?? [];
  return last?.id ?? "";
}

describe("the id of a role that was removed", () => {
  it("is nobody's again: a new one of its name has no story yet", async () => {
    const daemon = await TestDaemon.start(scene, { name: "retired" });
    const one = await spawned(daemon, "chat two --port 0");
    expect(await visit(daemon, one.port)).toBe("chat-1/c1");
    expect(await daemon.plain("explain two")).toContain("chat-1/c1");
    await daemon.plain("remove two");
    const other = await spawned(daemon, "chat two --port 0");
    expect(other.id).toBe("chat-2");
    expect(await daemon.plain("explain two")).toContain('no connection "two"');
    expect(await daemon.plain("conns two --all --json")).toBe("[]\n");
    // The removed one's is told by its own id.
    expect(await daemon.plain("explain c1")).toContain("chat-1/c1");
    await daemon.stop();
  });

  it("is nobody's after a restart and after a kill, of roles that are not stored too", async () => {
    const daemon = await TestDaemon.start(scene, { name: "restarted" });
    const kept = await spawned(daemon, "chat kept --port 0");
    await spawned(daemon, "chat removed --port 0");
    await spawned(daemon, "chat passing --port 0 --restart temporary");
    await daemon.plain("remove removed");
    await daemon.stop();
    const again = await daemon.again();
    expect((await spawned(again, "chat --port 0")).id).toBe("chat-4");
    await again.plain("remove chat-4");
    await again.kill();
    const third = await again.again();
    expect(await ids(third)).toEqual([kept.id]);
    expect((await spawned(third, "chat --port 0")).id).toBe("chat-5");
    await third.stop();
  });
});

describe("the number of a connection", () => {
  it("goes on over a restart, and over a kill", async () => {
    const daemon = await TestDaemon.start(scene, { name: "numbers" });
    const { port } = await spawned(daemon, `chat --port ${first}`);
    expect([await visit(daemon, port), await visit(daemon, port)]).toEqual(["chat-1/c1", "chat-1/c2"]);
    await daemon.stop();
    const again = await daemon.again();
    expect(await visit(again, port)).toBe("chat-1/c3");
    await again.kill();
    const killed = await again.again();
    const [, number] = /^chat-1\/c(\d+)$/.exec(await visit(killed, port)) ?? [];
    expect(Number(number)).toBeGreaterThan(3);
    await killed.stop();
  });
});

describe("an entry of a lab file", () => {
  const lab = (...roles: Record<string, unknown>[]) => JSON.stringify({ roles });
  const echo = (port: number, more = {}) => ({ role: "echo", port, ...more });

  it("keeps its id over restarts and reloads, also where others come, go and change", async () => {
    const options = { name: "entries", lab: lab(echo(first), echo(second)) };
    const daemon = await TestDaemon.start(scene, options);
    const where = async (one: TestDaemon) =>
      (await one.document<InstanceDocument[]>("ls")).map(({ id, port }) => `${id} ${port}`).sort();
    expect(await where(daemon)).toEqual([`echo-1 ${first}`, `echo-2 ${second}`]);
    writeFileSync(scene.path("entries.yaml"), lab(echo(third, { label: "new" }), echo(second)));
    daemon.program.signal("SIGHUP");
    await daemon.program.says("the lab entries is read again");
    // One whose options were changed is the same entry still.
    expect(await where(daemon)).toEqual([`echo-1 ${third}`, `echo-2 ${second}`]);
    await daemon.stop();

    const fewer = await TestDaemon.start(scene, { ...options, lab: lab(echo(second)) });
    expect(await where(fewer)).toEqual([`echo-2 ${second}`]);
    await fewer.kill();
    const more = await TestDaemon.start(scene, { ...options, lab: lab(echo(first), echo(second)) });
    // The one that was left out has gone, and its id with it.
    expect(await where(more)).toEqual([`echo-2 ${second}`, `echo-3 ${first}`]);
    await more.stop();
  });

  it("does not take the id of a role that an operator spawned", async () => {
    const daemon = await TestDaemon.start(scene, { name: "both" });
    const mine = await spawned(daemon, "echo mine --port 0");
    await daemon.stop();
    const withLab = await TestDaemon.start(scene, { name: "both", lab: lab(echo(first)) });
    const after = await withLab.document<InstanceDocument[]>("ls");
    expect(after.map(({ id, name }) => [id, name])).toEqual(
      expect.arrayContaining([
        ["echo-2", null],
        [mine.id, "mine"],
      ]),
    );
    expect(withLab.program.stderr).not.toContain("earlier run");
    await withLab.stop();
  });
});
