/** What a peer may not do, and what it is told then [FRAME-7, FRAME-8]. */
import { describe, expect, it } from "vitest";
import { cause } from "../../src/stories/causes.ts";
import { echoMachine, echoRole } from "../fixtures/roles/_echo.ts";
import dozes from "../fixtures/roles/dozes.ts";
import talksWithoutEnd, { ANSWER_BYTES } from "../fixtures/roles/talks-without-end.ts";
import { converse, eventually, openLab, turns } from "./harness.ts";
import { SimulatedClock } from "./simulated-clock.ts";

describe("a refusal", () => {
  it("is read as words, and no reset takes it away, where a lot is unread [FRAME-8]", async () => {
    // Its time stands still: a drain that a busy machine makes long is not given up.
    const lab = await openLab([], { clock: new SimulatedClock() });
    const peer = await converse(await lab.serveFiles());
    peer.say(Buffer.from("a wrong token\n"));
    peer.end("x".repeat(500_000));
    expect((await peer.hearsTheEnd()).toString()).toBe("Invalid\n");
    await peer.over();
    expect(peer.error).toBeUndefined();
    // Our FIN goes first; what is unread is read after it.
    await eventually(() => expect(lab.storyOf(peer).endedAt).toBeDefined());
    expect(lab.storyOf(peer)).toMatchObject({ fault: "refused", lastRule: "FILE-1", bytesIn: 500_014 });
  });

  it("reaches a peer whose input was held back", async () => {
    const clock = new SimulatedClock();
    const lab = await openLab([dozes], { clock });
    const peer = await converse(await lab.spawn("dozes", { nap: "1s", leaves: true }));
    peer.say("sleep\n");
    await eventually(() => expect(lab.storyOf(peer).state).toBe("asleep"));
    peer.end("z".repeat(500_000));
    await eventually(() => expect(lab.controlOf(peer)?.unreadBytes).toBeGreaterThan(65_536));
    clock.advance(1_000);
    expect((await peer.hearsTheEnd()).toString()).toBe("awake");
    await peer.over();
    expect(peer.error).toBeUndefined();
    await eventually(() => expect(lab.storyOf(peer).endedAt).toBeDefined());
    expect(lab.storyOf(peer)).toMatchObject({ fault: undefined, bytesIn: 500_006 });
  });

  it("does not read for ever: a peer that goes on talking is cut off", async () => {
    // Its time stands still: a drain that a busy machine makes long is not given up.
    const lab = await openLab([], { clock: new SimulatedClock() });
    const peer = await converse(await lab.serveFiles());
    peer.say(Buffer.from("a wrong token\n"));
    peer.say(Buffer.alloc(64 * 1_048_576));
    await peer.over();
    expect(peer.error).toMatch(/ECONNRESET|EPIPE/);
    expect(lab.storyOf(peer).bytesIn).toBeLessThan(4 * 1_048_576);
  });

  it("does not wait for ever: a peer that does not close is cut off after the drain time", async () => {
    const clock = new SimulatedClock();
    const lab = await openLab([], { clock });
    const server = await lab.serveFiles();
    const peer = await converse(server);
    peer.say("a wrong token\n");
    expect((await peer.hearsTheEnd()).toString()).toBe("Invalid\n");
    await turns();
    clock.advance(999);
    await turns();
    expect(lab.storyOf(peer).endedAt).toBeUndefined();
    clock.advance(1);
    await eventually(() => expect(lab.storyOf(peer).endedAt).toBeDefined());
  });
});

describe("a message over --max-message", () => {
  it.each([
    ["a line", "x".repeat(101)],
    ["a line with its end", `${"x".repeat(101)}\n`],
    ["a NUL-terminated string", `${"x".repeat(101)}\0`],
  ])("is told to be too long: %s", async (_what, text) => {
    const lab = await openLab();
    const peer = await converse(await lab.serveFiles({ maxMessage: 100 }));
    peer.say(text);
    expect((await peer.hearsTheEnd()).toString()).toMatch(/^Message too long[\n\0]?$/);
    expect(lab.storyOf(peer)).toMatchObject({ fault: "refused", lastRule: "FRAME-7" });
    expect(lab.storyOf(peer).cause).toEqual(cause("message-too-long", { limit: 100 }));
  });

  it("of a bare peer is told to be too long too, wherever the reads cut it", async () => {
    // Its time stands still: on a busy machine what has come could lie long enough to be a message.
    const clock = new SimulatedClock();
    const lab = await openLab([], { clock });
    const peer = await converse(await lab.serveFiles());
    peer.say("server1");
    await eventually(() => expect(lab.storyOf(peer).bytesIn).toBe("server1".length));
    clock.advance(100);
    await peer.hears("valid");
    peer.say("x".repeat(200_000));
    expect((await peer.hearsTheEnd()).toString()).toBe("Message too long");
    expect(lab.storyOf(peer)).toMatchObject({ fault: "refused", lastRule: "FRAME-7" });
  });

  it("may be exactly as long", async () => {
    const lab = await openLab();
    const token = "t".repeat(100);
    const peer = await converse(await lab.serveFiles({ maxMessage: 100, token }));
    peer.say(`${token}\n`);
    await peer.hears("valid\n");
  });
});

describe("a peer over --max-connections", () => {
  it("is told so, and its place is free as soon as it is another's to have", async () => {
    const lab = await openLab();
    const server = await lab.serveFiles({ maxConnections: 1 });
    const first = await converse(server);
    first.say("server1\n");
    await first.hears("valid\n");
    const second = await converse(server);
    expect((await second.hearsTheEnd()).toString()).toBe("Too many clients");
    expect(lab.storyOf(second)).toMatchObject({ fault: "refused", lastRule: "FRAME-7" });
    expect(server.service.peers).toBe(1);
    // The refused one has not closed its side: it must not hold the place that the first one leaves.
    first.end();
    await first.over();
    const third = await converse(server);
    third.say("server1\n");
    await third.hears("valid\n");
    expect(second.isOver).toBe(false);
  });

  it("may come where one that was sent away lingers", async () => {
    const lab = await openLab();
    const server = await lab.serveFiles({ maxConnections: 1 });
    const wrong = await converse(server);
    wrong.say("nonsense\n");
    expect((await wrong.hearsTheEnd()).toString()).toBe("Invalid\n");
    const next = await converse(server);
    next.say("server1\n");
    await next.hears("valid\n");
  });
});

describe("a silence", () => {
  it("over --idle is told, and ends the connection", async () => {
    const clock = new SimulatedClock();
    const lab = await openLab([], { clock });
    const peer = await converse(await lab.serveFiles({ idle: "10s" }));
    peer.say("server1\n");
    await peer.hears("valid\n");
    clock.advance(9_999);
    await turns();
    expect(lab.storyOf(peer).fault).toBeUndefined();
    clock.advance(2_500);
    expect((await peer.hearsTheEnd()).toString()).toBe("Idle too long\n");
    expect(lab.storyOf(peer)).toMatchObject({ fault: "refused", lastRule: "FRAME-7" });
  });

  it("in the middle of a file breaks the connection: words would be taken for the file's bytes", async () => {
    const clock = new SimulatedClock();
    const lab = await openLab([], { clock });
    await lab.addFile("server.pdf", 32 * 1_048_576);
    const peer = await converse(await lab.serveFiles({ idle: "10s" }), { isDeaf: true });
    peer.say("server1\nserver.pdf\n");
    await eventually(() => expect(lab.storyOf(peer).state).toBe("announcing"));
    peer.say("Got\n");
    await eventually(() => expect(lab.storyOf(peer).state).toBe("sending"));
    await eventually(() => expect(lab.controlOf(peer)?.queuedBytes).toBeGreaterThan(0));
    clock.advance(12_500);
    await eventually(() => expect(lab.storyOf(peer).endedAt).toBeDefined());
    const said = lab.storyOf(peer).entries.filter((entry) => entry.kind === "out");
    expect(said.map(({ size }) => size)).toEqual([6, 6, 4]);
    expect(lab.storyOf(peer)).toMatchObject({ fault: "failed", cause: { code: "transfer-idle" } });
    expect(lab.events.filter(({ type }) => type === "connection.failed")).toHaveLength(1);
  });
});

describe("input that no state waits for", () => {
  it("is left with the peer beyond a limit, and read when it is wanted", async () => {
    const clock = new SimulatedClock();
    const lab = await openLab([dozes], { clock });
    const peer = await converse(await lab.spawn("dozes", { nap: "1s", maxMessage: "32m" }));
    peer.say("sleep\n");
    await eventually(() => expect(lab.storyOf(peer).state).toBe("asleep"));
    const flood = Buffer.alloc(16 * 1_048_576, "z");
    peer.say(flood);
    // The kernel's buffers are full when nothing leaves any more; what is held is a read or two over the limit.
    await eventually(() => expect(peer.socket.writableLength).toBeGreaterThan(0));
    await turns(50);
    expect(lab.controlOf(peer)?.unreadBytes).toBeLessThanOrEqual(65_536 * 2);
    clock.advance(1_000);
    await peer.hears("awake");
    await eventually(() => expect(lab.storyOf(peer).bytesIn).toBe("sleep\n".length + flood.length));
  });
});

describe("a peer that sends without a pause", () => {
  it("is read some of in each turn of the loop, so that the others have theirs", async () => {
    const answersLittle = echoRole("answers-little", { machine: echoMachine((peer) => peer.send("ok")) });
    const lab = await openLab([answersLittle]);
    const peer = await converse(await lab.spawn("answers-little"));
    // As much as the kernel's buffers hold is there at once.
    peer.say(`${"x".repeat(1_023)}\n`.repeat(8 * 1_024));
    let [read, most] = [0, 0];
    while (read < 8 * 1_048_576) {
      await turns(1);
      const { bytesIn } = lab.storyOf(peer);
      most = Math.max(most, bytesIn - read);
      read = bytesIn;
    }
    expect(most).toBeLessThanOrEqual(4 * 65_536);
  });
});

describe("a peer that does not read", () => {
  it("is answered no more until it reads, and then hears everything", async () => {
    const lab = await openLab([talksWithoutEnd]);
    const peer = await converse(await lab.spawn("talks-without-end", { maxQueue: "1m" }), { isDeaf: true });
    // More than any kernel's buffers between the two of them take.
    peer.say("more\n".repeat(128));
    await eventually(() => expect(lab.controlOf(peer)?.queuedBytes).toBeGreaterThan(65_536));
    await turns(50);
    expect(lab.controlOf(peer)?.queuedBytes).toBeLessThanOrEqual(65_536 + ANSWER_BYTES);
    expect(lab.storyOf(peer).bytesOut).toBeLessThan(128 * ANSWER_BYTES);
    peer.listen();
    expect(await peer.hearsBytes(128 * ANSWER_BYTES)).toHaveLength(128 * ANSWER_BYTES);
    expect(lab.storyOf(peer).fault).toBeUndefined();
  });

  it("is dropped after --idle", async () => {
    const clock = new SimulatedClock();
    const lab = await openLab([talksWithoutEnd], { clock });
    const deaf = await converse(await lab.spawn("talks-without-end", { idle: "10s" }), { isDeaf: true });
    deaf.say("more\n".repeat(128));
    await eventually(() => expect(lab.controlOf(deaf)?.queuedBytes).toBeGreaterThan(65_536));
    clock.advance(12_500);
    await eventually(() => expect(lab.storyOf(deaf).endedAt).toBeDefined());
    expect(lab.storyOf(deaf)).toMatchObject({ fault: "failed", cause: { code: "slow-reader" } });
  });

  it("is dropped when what waits for it passes --max-queue all the same", async () => {
    const lab = await openLab([talksWithoutEnd]);
    const server = await lab.spawn("talks-without-end", { maxQueue: "128k" });
    const deaf = await converse(server, { isDeaf: true });
    const other = await converse(server);
    // More than any kernel's buffers between the two of them take.
    deaf.say("more\n".repeat(512));
    await eventually(() => expect(lab.storyOf(deaf).endedAt).toBeDefined());
    expect(lab.storyOf(deaf)).toMatchObject({
      fault: "failed",
      cause: { code: "slow-reader" },
    });
    expect(lab.storyOf(deaf).bytesOut).toBeLessThan(512 * ANSWER_BYTES);
    other.say("more\n");
    expect(await other.hearsBytes(ANSWER_BYTES)).toHaveLength(ANSWER_BYTES);
  });
});
