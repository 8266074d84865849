/** The lab of this process: plain data, commands by id, and news that is true when it is told. */
import { describe, expect, it } from "vitest";
import { instanceDocument } from "../../src/lab/documents.ts";
import calculator from "../../src/machines/calculator.ts";
import chat from "../../src/machines/chat.ts";
import fileServer from "../../src/machines/file-server.ts";
import { converse, eventually } from "../actors/harness.ts";
import { daemon, useDaemon } from "../repl/own-daemon.ts";

useDaemon([calculator, chat, fileServer]);

const LOCAL = { host: "127.0.0.1", port: 0 };

describe("an instance", () => {
  it("is plain data: a copy by way of JSON has the same document, and no token in it", async () => {
    const { lab } = daemon;
    const spawned = await lab.spawn("file-server", { ...LOCAL, service: "pdf", token: "hidden7" });
    expect(structuredClone(spawned)).toEqual(spawned);
    const copy = JSON.parse(JSON.stringify(spawned));
    expect(instanceDocument(copy)).toEqual(instanceDocument(spawned));
    expect(JSON.stringify(instanceDocument(spawned))).not.toContain("hidden7");
    expect(JSON.stringify(instanceDocument(spawned, { showTokens: true }))).toContain("hidden7");
  });

  it("stays as it was: what happens afterwards is in the next one", async () => {
    const { lab } = daemon;
    const before = await lab.spawn("calculator", LOCAL);
    const after = await lab.stop(before.id);
    expect([before.state, after.state, lab.find(before.id)?.state]).toEqual([
      "running",
      "stopped",
      "stopped",
    ]);
    expect((await lab.remove(before.id)).id).toBe(before.id);
    expect(lab.find(before.id)).toBeUndefined();
  });
});

describe("a subscription", () => {
  it("hears of an instance's states when it is in them, and of its removal when it is gone", async () => {
    const { lab } = daemon;
    const news: string[] = [];
    const end = lab.subscribe("instances", (change) => {
      const now = lab.find(change.id)?.state ?? "gone";
      news.push(
        change.kind === "state" ? `${change.to}: ${change.instance.state}, ${now}` : `removed: ${now}`,
      );
    });
    const { id } = await lab.spawn("calculator", LOCAL);
    await lab.remove(id);
    end();
    await lab.spawn("calculator", LOCAL);
    expect(news).toContain("running: running, running");
    expect(news.at(-1)).toBe("removed: gone");
    expect(news.filter((one) => one.startsWith("removed"))).toHaveLength(1);
  });

  it("hears of a step when the connection is in its new state", async () => {
    const { lab } = daemon;
    const { port } = await lab.spawn("calculator", LOCAL);
    const steps: [string, string][] = [];
    lab.subscribe("entries", ({ story, entry }) => {
      if (entry.kind === "transition") steps.push([entry.to, story.state]);
    });
    const peer = await converse(port);
    peer.say("ann\n");
    await eventually(() => expect(steps.length).toBeGreaterThan(0));
    for (const [told, present] of steps) expect(present).toBe(told);
  });

  it("hears of a connection's beginning and end when they have happened", async () => {
    const { lab } = daemon;
    const { port } = await lab.spawn("calculator", LOCAL);
    const news: string[] = [];
    lab.subscribe("connections", ({ kind, story }) => {
      const isLive = lab.liveStories().includes(story);
      news.push(`${kind}: ${isLive ? "live" : "over"}`);
    });
    const peer = await converse(port);
    await eventually(() => expect(news).toEqual(["opened: live"]));
    peer.end();
    await eventually(() => expect(news).toEqual(["opened: live", "closed: over"]));
  });
});

describe("a command", () => {
  it("acts on connections by their ids, and says why where it cannot", async () => {
    const { lab } = daemon;
    const { port } = await lab.spawn("calculator", LOCAL);
    const peer = await converse(port);
    await eventually(() => expect(lab.liveStories()).toHaveLength(1));
    const id = lab.lastStory()?.subject.id ?? "";
    expect(await lab.send(id, Buffer.from("hello"))).toMatchObject({ id, bytesOut: expect.any(Number) });
    await peer.hears("hello");
    await expect(lab.event(id, { type: "no.such" })).rejects.toMatchObject({ code: "wrong-state" });
    expect(await lab.rst(id)).toMatchObject({ id });
    await eventually(() => expect(lab.liveStories()).toHaveLength(0));
    await expect(lab.send(id, Buffer.from("x"))).rejects.toMatchObject({ code: "wrong-state" });
    await expect(lab.fin("calculator-1/c99")).rejects.toMatchObject({ code: "no-such-connection" });
    expect(await lab.kick([id])).toEqual([]);
  });

  it("to a stopping daemon adds nothing", async () => {
    daemon.lab.markStopping();
    await expect(daemon.lab.spawn("calculator", LOCAL)).rejects.toMatchObject({ code: "wrong-state" });
  });
});
