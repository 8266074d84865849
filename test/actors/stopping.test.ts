/** A stop: no new peers, what is under way finishes, the idle go at once - and it may start again. */
import { describe, expect, it } from "vitest";
import chat from "../../src/machines/chat.ts";
import echo from "../../src/machines/echo.ts";
import udpAnswersLate, { LATE_MS } from "../fixtures/roles/udp-answers-late.ts";
import { Sender } from "./datagrams.ts";
import { converse, eventually, openLab, sizeOf, turns } from "./harness.ts";
import { SimulatedClock } from "./simulated-clock.ts";

const LARGE = 32 * 1_048_576;
/** Longer than a busy machine takes over what is under way. */
const PATIENT_MS = 60_000;

describe("a stop", () => {
  it("lets a transfer finish, sends the idle a FIN, and takes nobody new", async () => {
    const lab = await openLab();
    const large = await lab.addFile("large.pdf", LARGE);
    const server = await lab.serveFiles();
    const idle = await converse(server);
    idle.say("server1\n");
    await idle.hears("valid\n");
    const fetching = await converse(server, { isDeaf: true });
    fetching.say("server1\nlarge.pdf\n");
    await eventually(() => expect(lab.storyOf(fetching).state).toBe("awaitingAck"));
    fetching.say("Got\n");
    await eventually(() => expect(lab.storyOf(fetching).state).toBe("sending"));

    const stopped = lab.supervisor.stop(server, PATIENT_MS);
    expect((await idle.hearsTheEnd()).toString()).toBe("");
    idle.end();
    await idle.over();
    expect(idle.error).toBeUndefined();
    expect(server.state).toBe("draining");
    await expect(converse(server)).rejects.toThrow("ECONNREFUSED");
    fetching.listen();
    await fetching.hears("valid\nfound\n");
    await fetching.hears(sizeOf(large));
    expect((await fetching.hearsTheEnd()).equals(large)).toBe(true);
    fetching.end();
    await stopped;
    expect(server.state).toBe("stopped");
    expect(lab.recorder.live()).toEqual([]);
    expect(lab.storyOf(fetching).fault).toBeUndefined();
  });

  it("lets one finish that was told of a file and has not acknowledged yet", async () => {
    const lab = await openLab();
    const pdf = await lab.addFile("server.pdf", 1_000);
    const server = await lab.serveFiles();
    const peer = await converse(server);
    peer.say("server1\nserver.pdf\n");
    await peer.hears("valid\nfound\n");
    await peer.hears(sizeOf(pdf));
    const stopped = lab.supervisor.stop(server, PATIENT_MS);
    peer.say("Got\n");
    expect((await peer.hearsTheEnd()).equals(pdf)).toBe(true);
    peer.end();
    await stopped;
  });

  it("tells peers in the words of their protocol, where it has one, behind what is under way", async () => {
    const lab = await openLab([echo, chat]);
    const text = await lab.addFile("a.txt", 100);
    const [echoing, room] = [await lab.spawn("echo"), await lab.spawn("chat")];
    const idle = await converse(echoing);
    const asking = await converse(echoing);
    const member = await converse(room);
    member.say(":Al:al\n");
    await eventually(() => expect(lab.storyOf(member).state).toBe("chatting"));
    await idle.hears("Enter your command please");
    await asking.hears("Enter your command please");
    asking.say("download a.txt");
    // Read before the stop: a machine that stands still in the gap reads both at once.
    await eventually(() => expect(asking.unread.equals(text)).toBe(true));
    const stopped = Promise.all([lab.supervisor.stop(echoing), lab.supervisor.stop(room)]);
    expect((await idle.hearsTheEnd()).toString()).toBe("Closing...");
    expect((await asking.hearsTheEnd()).toString()).toBe(`${text}Closing...`);
    expect((await member.hearsTheEnd()).toString()).toMatch(/\n:Server:The room closes\n$/);
    for (const peer of [idle, asking, member]) peer.end();
    await stopped;
    const reads = asking.reads.map(({ bytes }) => bytes.toString());
    expect(reads.at(-1), "a read of its own").toBe("Closing...");
  });

  it("cuts off at its limit who does not finish, and blames nobody", async () => {
    const clock = new SimulatedClock();
    const lab = await openLab([], { clock });
    await lab.addFile("large.pdf", LARGE);
    const server = await lab.serveFiles();
    const deaf = await converse(server, { isDeaf: true });
    deaf.say("server1\nlarge.pdf\n");
    await eventually(() => expect(lab.storyOf(deaf).state).toBe("announcing"));
    deaf.say("Got\n");
    await eventually(() => expect(lab.controlOf(deaf)?.queuedBytes).toBeGreaterThan(0));
    const stopped = lab.supervisor.stop(server, 5_000);
    clock.advance(4_999);
    await turns();
    expect(server.state).toBe("draining");
    clock.advance(1);
    await stopped;
    expect(lab.recorder.live()).toEqual([]);
    expect(lab.storyOf(deaf).fault).toBeUndefined();
    expect(lab.storyOf(deaf).entries).toContainEqual(expect.objectContaining({ kind: "closed", by: "us" }));
    expect(clock.waiting).toBe(0);
  });

  it("is followed by a start on the same port, also where any was wanted", async () => {
    const lab = await openLab();
    const server = await lab.serveFiles();
    const { port } = server;
    await lab.supervisor.stop(server);
    expect([server.state, server.port, server.startedAt]).toEqual(["stopped", port, undefined]);
    server.start();
    expect(await server.settled()).toBe("running");
    expect(server.port).toBe(port);
    const peer = await converse(server);
    peer.say("server1\n");
    await peer.hears("valid\n");
  });

  it("said twice ends a drain at once", async () => {
    const lab = await openLab();
    await lab.addFile("server.pdf");
    const server = await lab.serveFiles();
    const peer = await converse(server);
    peer.say("server1\nserver.pdf\n");
    await eventually(() => expect(lab.storyOf(peer).state).toBe("awaitingAck"));
    server.stop();
    server.stop();
    await server.reaches((state) => state === "stopped");
    expect((await peer.hearsTheEnd()).toString()).toMatch(/^valid\nfound\n/);
  });
});

describe("a UDP role that is stopped", () => {
  it("ends its senders' stories, and what it still wants to answer is lost without harm", async () => {
    const clock = new SimulatedClock();
    const lab = await openLab([udpAnswersLate], { clock });
    const instance = await lab.spawn("udp-answers-late");
    const sender = await Sender.open(instance.port);
    sender.say("hello");
    await eventually(() => expect(lab.recorder.live()).toHaveLength(1));
    await lab.supervisor.stop(instance);
    expect(lab.recorder.live()).toEqual([]);
    // Its socket is closed: a send on it would throw, into nobody's hands.
    expect(() => clock.advance(LATE_MS)).not.toThrow();
    await turns();
    expect(sender.heard).toEqual([]);
    expect(clock.waiting).toBe(0);
  });
});
