/** Those who send datagrams are spoken of as connections are: with ids, stories, and an end. */
import { describe, expect, it } from "vitest";
import { FakeRegistry } from "../fakes.ts";
import udpThrowsOnce from "../fixtures/roles/udp-throws-once.ts";
import { Sender } from "./datagrams.ts";
import { eventually, openLab } from "./harness.ts";
import { SimulatedClock } from "./simulated-clock.ts";

const ROLE = udpThrowsOnce.name;

async function udpLab() {
  const clock = new SimulatedClock();
  const lab = await openLab([udpThrowsOnce], { clock });
  const instance = await lab.spawn(ROLE, { label: "s042" });
  return { clock, lab, instance };
}

describe("a sender", () => {
  it("has an id and a story from its first datagram", async () => {
    const { lab, instance } = await udpLab();
    const first = await Sender.open(instance.port);
    const second = await Sender.open(instance.port);
    first.say("one");
    await first.hears(1);
    second.say("two");
    await second.hears(1);
    first.say("three");
    expect(await first.hears(1)).toEqual(["three"]);
    expect(instance.service.peers).toBe(2);
    expect(lab.recorder.live().map(({ subject }) => subject.id)).toEqual([`${ROLE}-1/u1`, `${ROLE}-1/u2`]);
    const story = lab.storyOf(first);
    expect(story).toMatchObject({
      subject: { label: "s042", transport: "udp", remote: { address: "127.0.0.1", port: first.port } },
      framing: "datagram",
      waitsFor: "anything",
      lastRule: "TEST-1",
      bytesIn: 8,
      bytesOut: 8,
    });
    expect(story.entries.map(({ kind }) => kind)).toEqual(["opened", "in", "out", "in", "out"]);
  });

  it("is forgotten after a minute's silence, and its story has ended", async () => {
    const { clock, lab, instance } = await udpLab();
    const silent = await Sender.open(instance.port);
    const talking = await Sender.open(instance.port);
    silent.say("hello");
    await silent.hears(1);
    talking.say("hello");
    await talking.hears(1);
    clock.advance(50_000);
    talking.say("still here");
    await talking.hears(1);
    clock.advance(9_999);
    expect(instance.service.peers).toBe(2);
    clock.advance(1);
    expect(instance.service.peers).toBe(1);
    expect(lab.storyOf(silent).endedAt).toBe(clock.now());
    expect(lab.storyOf(talking).endedAt).toBeUndefined();
    // When it speaks again it is a new one.
    silent.say("hello again");
    await silent.hears(1);
    expect(lab.recorder.live().at(-1)?.subject.id).toBe(`${ROLE}-1/u3`);
  });

  it("that an operator kills is forgotten at once", async () => {
    const { lab, instance } = await udpLab();
    const sender = await Sender.open(instance.port);
    sender.say("hello");
    await sender.hears(1);
    lab.controlOf(sender)?.kill();
    expect(instance.service.peers).toBe(0);
    expect(lab.storyOf(sender).entries.at(-1)).toMatchObject({ kind: "operator" });
    expect(lab.storyOf(sender).fault).toBeUndefined();
  });
});

describe("the bootstrap registry over real datagrams", () => {
  it("answers a good registration with nothing, a malformed one with an error, and a discovery in order", async () => {
    const clock = new SimulatedClock();
    const registry = new FakeRegistry(clock);
    const lab = await openLab([], { clock, registry });
    const { port } = await lab.spawn("bootstrap");
    const sender = await Sender.open(port);
    sender.say("REGISTRN,192.168.126.139,1238,txt,server3");
    sender.say("REGISTRN,192.168.126.137,1236,pdf,server1\0");
    sender.say("DISCOVERY\n");
    await eventually(() => expect(lab.storyOf(sender).entries).toHaveLength(4));
    expect(sender.heard).toEqual([]);
    registry.commit();
    expect(await sender.hears(3)).toEqual([
      "192.168.126.137,1236,pdf,server1",
      "192.168.126.139,1238,txt,server3",
      "end",
    ]);
    sender.say("REGISTRN,nonsense");
    expect(await sender.hears(1)).toEqual([expect.stringMatching(/^ERROR,/)]);
  });

  it("may be stopped while an answer waits for the disk", async () => {
    const clock = new SimulatedClock();
    const registry = new FakeRegistry(clock);
    const lab = await openLab([], { clock, registry });
    const instance = await lab.spawn("bootstrap");
    const sender = await Sender.open(instance.port);
    sender.say("REGISTRN,192.168.126.137,1236,pdf,server1");
    sender.say("DISCOVERY");
    await eventually(() => expect(lab.storyOf(sender).entries).toHaveLength(3));
    await lab.supervisor.stop(instance);
    expect(() => registry.commit()).not.toThrow();
    expect(sender.heard).toEqual([]);
  });
});
