/** A relay over real sockets: users of every habit, those that do not read, and real clients. */
import { describe, expect, it } from "vitest";
import type { Instance } from "../../src/actors/instance.ts";
import relay from "../../src/machines/relay.ts";
import relayClient from "../../src/machines/relay-client.ts";
import type { Conversation } from "../actors/conversation.ts";
import { converse, eventually, openLab } from "../actors/harness.ts";
import { SimulatedClock } from "../actors/simulated-clock.ts";
import { habits, speaker } from "./habits.ts";
import { openClient } from "./open-client.ts";
import { hasPython, pythonPeer, pythonServer } from "./python-peer.ts";

const NOT_ONLINE = "Server | Receiver not online";

async function serving(given: Record<string, unknown> = {}) {
  const lab = await openLab([relay]);
  return { lab, server: await lab.spawn("relay", given) };
}

/** A user that says lines. */
async function enter(server: Instance, name: string): Promise<Conversation> {
  const peer = await converse(server);
  peer.say(`${name}\n`);
  await peer.hears("Message please\n");
  return peer;
}

/** The users that the relay knows, one after another. */
const names = (server: Instance) => server.service.hub?.members.map(({ name }) => name).join(" ");

describe("a user that sends", () => {
  it.each(habits)("$what is served in its own way [RELAY-0, RELAY-2]", async (habit) => {
    const clock = new SimulatedClock();
    const lab = await openLab([relay], { clock });
    const server = await lab.spawn("relay");
    const peer = await converse(server);
    const say = speaker(habit, peer, lab, clock);
    const hears = (text: string) => peer.hears(text + habit.ending);
    await say("alice");
    await hears("Message please");
    await say("note|alice");
    await hears("alice | note");
    await say("hello there|bob");
    await hears(NOT_ONLINE);
    await say("hello there");
    await hears("Server | Use message|user");
    await say("close");
    // A read of its own is due 50 ms behind the last one, where the peer has not spoken since.
    clock.advance(50);
    expect((await peer.hearsTheEnd()).toString()).toBe(`Closing..${habit.ending}`);
    expect(lab.storyOf(peer)).toMatchObject({ framing: habit.framing, fault: undefined });
  });

  it("everything at once hears every answer in its order, and the last word in a segment of its own", async () => {
    const { lab, server } = await serving();
    const peer = await converse(server);
    peer.say("alice\nno bar\nhello|bob\nnote|alice\nclose\n");
    const answers = `Message please\nServer | Use message|user\n${NOT_ONLINE}\nalice | note\n`;
    expect((await peer.hearsTheEnd()).toString()).toBe(`${answers}Closing..\n`);
    // Of the writes: a machine that stands still in the gap reads both at once.
    const writes = lab.storyOf(peer).entries.filter((entry) => entry.kind === "out");
    const [before, last] = writes.slice(-2);
    expect(last?.bytes.toString()).toBe("Closing..\n");
    expect((last?.at ?? 0) - (before?.at ?? 0)).toBeGreaterThan(48_000);
    peer.end();
    await peer.over();
    expect(peer.error).toBeUndefined();
  });

  it("everything and a FIN at once hears the same: its FIN means close [FRAME-8]", async () => {
    const { server } = await serving();
    const peer = await converse(server);
    peer.end("alice\nhello|bob\nno bar");
    const answers = `Message please\n${NOT_ONLINE}\nServer | Use message|user\n`;
    expect((await peer.hearsTheEnd()).toString()).toBe(`${answers}Closing..\n`);
    await eventually(() => expect(names(server)).toBe(""));
  });
});

describe("a relay", () => {
  it("gives a name to one at a time [RELAY-1]", async () => {
    const { server } = await serving();
    const bob = await enter(server, "bob");
    const second = await converse(server);
    second.say("bob\n");
    await second.hears("Server | Name taken\n");
    second.say("bob2\n");
    await second.hears("Message please\n");
    bob.reset();
    await eventually(() => expect(names(server)).toBe("bob2"));
    await enter(server, "bob");
  });

  it("keeps the order of one sender's messages, whatever else is said [RELAY-3]", async () => {
    const { server } = await serving();
    const [alice, bob, carol] = [
      await enter(server, "alice"),
      await enter(server, "bob"),
      await enter(server, "carol"),
    ];
    const numbers = Array.from({ length: 500 }, (_, index) => index);
    alice.say(numbers.map((number) => `${number}|bob\n`).join(""));
    carol.say(numbers.map((number) => `${number}|bob\n`).join(""));
    const size = numbers.reduce((sum, number) => sum + `alice | ${number}\ncarol | ${number}\n`.length, 0);
    const heard = (await bob.hearsBytes(size)).toString().split("\n");
    for (const sender of ["alice", "carol"]) {
      const from = heard.filter((line) => line.startsWith(sender));
      expect(from).toEqual(numbers.map((number) => `${sender} | ${number}`));
    }
  });

  it("drops a receiver that does not read, and its sender hears that it is not there [RELAY-3]", async () => {
    const { lab, server } = await serving({ maxQueue: "256k" });
    const alice = await enter(server, "alice");
    const carol = await enter(server, "carol");
    const deaf = await converse(server, { isDeaf: true });
    deaf.say("deaf\n");
    await eventually(() => expect(names(server)).toBe("alice carol deaf"));
    const text = "x".repeat(60_000);
    // More than any kernel's buffers between the two of them take.
    for (let sent = 0; sent < 1_000 && lab.storyOf(deaf).endedAt === undefined; sent += 1) {
      alice.say(`${text}|deaf\nping|alice\n`);
      await alice.hears("alice | ping\n");
    }
    expect(lab.storyOf(deaf)).toMatchObject({
      fault: "failed",
      cause: { code: "slow-reader" },
    });
    expect(names(server)).toBe("alice carol");
    alice.say("hello|deaf\n");
    await alice.hears(`${NOT_ONLINE}\n`);
    alice.say("hello|carol\n");
    await carol.hears("alice | hello\n");
  });
});

describe("our clients", () => {
  it("write to each other through our relay, and leave by close", async () => {
    const { server } = await serving();
    const alice = openClient(relayClient, { port: server.port, as: "alice" });
    const bob = openClient(relayClient, { port: server.port, as: "bob" });
    await alice.sees("Message please");
    await bob.sees("Message please");
    alice.type("hello there|bob");
    await bob.sees("alice | hello there");
    bob.type("hi|alice");
    await alice.sees("bob | hi");
    bob.endInput();
    expect(await bob.result).toEqual({ ok: true });
    expect(bob.shown.at(-1)).toBe("Closing..");
    alice.type("still there?|bob");
    await alice.sees(NOT_ONLINE);
    alice.type("close");
    alice.endInput();
    expect(await alice.result).toEqual({ ok: true });
    expect(alice.shown.at(-1)).toBe("Closing..");
  });

  it("give up where their name is taken [RELAY-1]", async () => {
    const { server } = await serving();
    await enter(server, "bob");
    const second = openClient(relayClient, { port: server.port, as: "bob" });
    expect(await second.result).toMatchObject({ ok: false, code: "name-taken" });
  });
});

describe.skipIf(!hasPython)("Python programs (skipped without python3)", () => {
  it("their clients write to ours and to each other through our relay", async () => {
    const { server } = await serving();
    const alice = openClient(relayClient, { port: server.port, as: "alice" });
    await alice.sees("Message please");
    const bob = pythonPeer("relay_client.py", [server.port, "bob"], { input: "", isInputOpen: true });
    await bob.says("Message please");
    const carol = pythonPeer("relay_client.py", [server.port, "carol"], {
      input: "hello there|alice\nhello|bob\nhello|dave\nhello\n",
    });
    const { stdout, stderr, exit } = await carol.ended;
    expect({ stderr, exit }).toEqual({ stderr: "", exit: 0 });
    const answers = [NOT_ONLINE, "Server | Use message|user", "Closing.."];
    expect(stdout.trimEnd().split("\n")).toEqual(["Message please", ...answers]);
    await bob.says("carol | hello");
    await alice.sees("carol | hello there");
    alice.type("and you?|bob");
    await bob.says("alice | and you?");
    bob.endInput();
    expect(await bob.ended).toMatchObject({ exit: 0, stderr: "" });
    expect(bob.stdout.trimEnd().split("\n").at(-1)).toBe("Closing..");
  });

  it("their relay serves our clients", async () => {
    const { port, program } = await pythonServer("relay_server.py");
    const alice = openClient(relayClient, { port, as: "alice" });
    await alice.sees("Message please");
    const bob = openClient(relayClient, { port, as: "bob" });
    await bob.sees("Message please");
    alice.type("hello there|bob");
    await bob.sees("alice | hello there");
    alice.type("hello|dave");
    await alice.sees(NOT_ONLINE);
    alice.endInput();
    expect(await alice.result).toEqual({ ok: true });
    expect(alice.shown.at(-1)).toBe("Closing..");
    expect(program.stdout).toContain("got alice\n");
    bob.endInput();
    expect(await bob.result).toEqual({ ok: true });
  });
});
