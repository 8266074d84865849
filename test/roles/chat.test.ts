/** A chat room over real sockets: members of every habit, those that vanish, those that do not read, and real clients. */
import { describe, expect, it } from "vitest";
import { fromPromise } from "xstate";
import type { Instance } from "../../src/actors/instance.ts";
import { defineRole, type Role } from "../../src/machines/_role.ts";
import chat, { chatMachine } from "../../src/machines/chat.ts";
import chatClient from "../../src/machines/chat-client.ts";
import type { Conversation } from "../actors/conversation.ts";
import { converse, eventually, openLab, type TestLab, turns } from "../actors/harness.ts";
import { SimulatedClock } from "../actors/simulated-clock.ts";
import { type Habit, habits, speaker } from "./habits.ts";
import { openClient } from "./open-client.ts";
import { hasPython, pythonPeer, pythonServer } from "./python-peer.ts";

const PROMPT = "Please, Enter Your ig name";

async function room(given: Record<string, unknown> = {}, role: Role = chat) {
  const lab = await openLab([role]);
  return { lab, server: await lab.spawn(role.name, given) };
}

/** A message as this peer hears it [FRAME-5]. */
const heardBy = ({ framing, ending }: Habit, text: string) =>
  framing === "line" && text.endsWith("\n") ? text : text + ending;

const bare: Habit = { what: "bare text", framing: "bare", ending: "", encode: (text) => text };
const lines: Habit = { what: "lines", framing: "line", ending: "\n", encode: (text) => `${text}\n` };
/** A new buffer each time, so nothing stale is in it. */
const buffers: Habit = {
  what: "buffers of 1024 bytes",
  framing: "nul",
  ending: "\0",
  encode: (text) => Buffer.concat([Buffer.from(text), Buffer.alloc(1_024)], 1_024),
};

/** A member that is in and has heard so. */
async function enter(server: Instance, login: string, habit = lines): Promise<Conversation> {
  const peer = await converse(server);
  await peer.hears(PROMPT);
  peer.say(habit.encode(login));
  const who = login.startsWith(":") ? login : `:${login}:${login}`;
  await peer.hears(heardBy(habit, `new user ${who} connected!\n`));
  await peer.hears(heardBy(habit, `new user ${who} joined \n`));
  return peer;
}

/** Two members that say lines and know of each other. */
async function alAndBo(server: Instance): Promise<[Conversation, Conversation]> {
  const al = await enter(server, ":Al:alop");
  const bo = await enter(server, ":Bo:bo");
  await al.hears("new user :Bo:bo joined \n");
  return [al, bo];
}

describe("a member that sends", () => {
  it.each(habits)("$what hears the room in its own way [CHAT-0, CHAT-2]", async (habit) => {
    const clock = new SimulatedClock();
    const lab = await openLab([chat], { clock });
    const peer = await converse(await lab.spawn("chat"));
    const say = speaker(habit, peer, lab, clock);
    const hears = (text: string) => peer.hears(heardBy(habit, text));
    await peer.hears(PROMPT);
    await say(":Alan Musk:alanop");
    await hears("new user :Alan Musk:alanop connected!\n");
    await hears("new user :Alan Musk:alanop joined \n");
    await say(":Alan Musk:Hey Guys");
    await hears(":Alan Musk:Hey Guys");
    await say("anybody?");
    await hears(":Alan Musk:anybody?");
    expect(lab.storyOf(peer)).toMatchObject({ framing: habit.framing, state: "chatting", fault: undefined });
  });

  it("bare messages that arrive glued to its login and to each other says each of them [CHAT-3]", async () => {
    const { lab, server } = await room();
    const bo = await enter(server, ":Bo:bo");
    const peer = await converse(server);
    await peer.hears(PROMPT);
    peer.say(":Al:alop:Al:one:Al:two");
    await peer.hears("new user :Al:alop connected!\nnew user :Al:alop joined \n:Al:one:Al:two");
    peer.say(":Al:three:Al:four");
    await peer.hears(":Al:three:Al:four");
    await bo.hears("new user :Al:alop joined \n:Al:one\n:Al:two\n:Al:three\n:Al:four\n");
    const messages = lab.storyOf(peer).entries.filter(({ kind }) => kind === "message");
    expect(messages).toHaveLength(5);
  });

  it("everything and a FIN at once hears everything first [FRAME-8]", async () => {
    const { lab, server } = await room();
    const peer = await converse(server);
    peer.end(":Al:alop\nhi\nbye");
    const all = `${PROMPT}new user :Al:alop connected!\nnew user :Al:alop joined \n:Al:hi\n:Al:bye\n`;
    expect((await peer.hearsTheEnd()).toString()).toBe(all);
    await peer.over();
    expect(peer.error).toBeUndefined();
    expect(server.service.hub?.members).toEqual([]);
    await eventually(() => expect(lab.storyOf(peer).fault).toBeUndefined());
  });
});

describe("the room", () => {
  it("tells everybody everything in one order, whatever their habits [CHAT-4]", async () => {
    const { server } = await room();
    const kinds = [bare, lines, buffers];
    const names = ["Al", "Bo", "Cy"];
    const members: Conversation[] = [];
    for (const [index, habit] of kinds.entries()) {
      const name = names[index] ?? "";
      members.push(await enter(server, `:${name}:${name}`, habit));
      for (const [earlier, peer] of members.slice(0, -1).entries())
        await peer.hears(heardBy(kinds[earlier] ?? habit, `new user :${name}:${name} joined \n`));
    }
    const count = 30;
    const numbers = Array.from({ length: count }, (_, index) => String(index).padStart(2, "0"));
    await Promise.all(
      members.map(async (peer, index) => {
        const habit = kinds[index] ?? lines;
        for (const number of numbers) {
          peer.say(habit.encode(`:${names[index]}:${number};`));
          await turns(1);
        }
      }),
    );
    const heard = await Promise.all(
      members.map(async (peer, index) => {
        const size = names.length * count * (":Al:00;".length + (kinds[index]?.ending.length ?? 0));
        const text = (await peer.hearsBytes(size)).toString();
        return text
          .replace(/[\n\0]/g, "")
          .split(";")
          .slice(0, -1);
      }),
    );
    expect(heard[1]).toEqual(heard[0]);
    expect(heard[2]).toEqual(heard[0]);
    for (const name of names) {
      const own = heard[0]?.filter((line) => line.startsWith(`:${name}:`));
      expect(own).toEqual(numbers.map((number) => `:${name}:${number}`));
    }
  });

  it("refuses a name that is taken, to the byte, and gives it when its owner has gone [CHAT-1]", async () => {
    const { lab, server } = await room();
    const al = await enter(server, ":Alan Musk:alanop");
    const second = await converse(server);
    await second.hears(PROMPT);
    second.say("alanop\n");
    await second.hears(`Name taken: alanop, choose another\n${PROMPT}\n`);
    second.say(":Alan Musk:other\n");
    await second.hears(`Name taken: Alan Musk, choose another\n${PROMPT}\n`);
    second.say("Server\n");
    await second.hears(`Name taken: Server, choose another\n${PROMPT}\n`);
    expect(lab.storyOf(second).fault).toBeUndefined();
    al.end();
    await al.over();
    second.say("alanop\n");
    await second.hears("new user :alanop:alanop connected!\nnew user :alanop:alanop joined \n");
  });

  it("keeps who it is to those who are there when it crashes [CHAT-5]", async () => {
    const { lab, server } = await room();
    const [al, bo] = await alAndBo(server);
    const hub = server.service.hub?.proxy as unknown as { say(id: string, text: unknown): Promise<void> };
    await expect(hub.say(server.service.hub?.members[0]?.id ?? "", null)).rejects.toThrow();
    expect(lab.events).toContainEqual(
      expect.objectContaining({ text: expect.stringMatching(/^its hub crashed and was rebuilt/) }),
    );
    const restarted = ":Server:The room was restarted: what was said last may be lost\n";
    for (const member of [al, bo]) {
      await member.hears(restarted);
      const remarks = lab.storyOf(member).entries.filter(({ kind }) => kind === "remark");
      expect(remarks).toMatchObject([{ cause: { code: "hub-rebuilt" } }]);
    }
    al.say("still here\n");
    await bo.hears(":Al:still here\n");
    expect(server.service.hub?.members.map(({ name }) => name)).toEqual(["Al", "Bo"]);
  });
});

describe("a member that", () => {
  const leaves = "hears of it once, and the name is free";

  async function leftOnce(lab: TestLab, server: Instance, bo: Conversation): Promise<void> {
    await bo.hears(":Al:alop left chat\n");
    await eventually(() => expect(lab.recorder.live()).toHaveLength(1));
    // If it were told twice, the second would come before this.
    bo.say("hm\n");
    await bo.hears(":Bo:hm\n");
    expect(server.service.hub?.members.map(({ name }) => name)).toEqual(["Bo"]);
    await enter(server, ":Al:alop");
  }

  it.each([
    ["closes", (peer: Conversation) => peer.end()],
    ["is reset", (peer: Conversation) => peer.reset()],
    ["just goes", (peer: Conversation) => peer.socket.destroy()],
  ])(`%s leaves: everybody else ${leaves}`, async (_how, go) => {
    const { lab, server } = await room();
    const [al, bo] = await alAndBo(server);
    go(al);
    await leftOnce(lab, server, bo);
  });

  it(`crashes our handler leaves: everybody else ${leaves} [CHAT-5]`, async () => {
    const { chatting } = chat.phases;
    if (!chatting) throw new Error("nobody can chat");
    const fragile = defineRole({
      ...chat,
      phases: {
        ...chat.phases,
        chatting: {
          ...chatting,
          handle: (message, session) => {
            if (message.text === "boom") throw new Error("the handler met boom");
            return chatting.handle?.(message, session);
          },
        },
      },
    });
    const { lab, server } = await room({}, fragile);
    const [al, bo] = await alAndBo(server);
    al.say("boom\n");
    await al.hearsTheEnd();
    expect(lab.storyOf(al)).toMatchObject({
      fault: "crashed",
      cause: { args: { error: "the handler met boom" } },
    });
    al.end();
    await leftOnce(lab, server, bo);
  });

  it(`crashes our machine, so that it cannot leave by itself, leaves: everybody else ${leaves}`, async () => {
    const fragile = defineRole({
      ...chat,
      machine: chatMachine.provide({
        actors: { leave: fromPromise(() => Promise.reject(new Error("no way out"))) },
        actions: {
          leave: () => {
            throw new Error("the door is stuck");
          },
        },
      }),
    });
    const { lab, server } = await room({}, fragile);
    const [al, bo] = await alAndBo(server);
    al.end();
    await al.over();
    expect(lab.storyOf(al)).toMatchObject({
      fault: "crashed",
      cause: { args: { error: "the door is stuck" } },
    });
    await bo.hears(":Al:alop left chat\n");
    expect(server.service.hub?.members.map(({ name }) => name)).toEqual(["Bo"]);
  });

  it("does not read is dropped with a reason in the log; the others wait for nothing [CHAT-4]", async () => {
    const { lab, server } = await room({ maxQueue: "256k" });
    const [al, bo] = await alAndBo(server);
    const deaf = await converse(server, { isDeaf: true });
    deaf.say(":Deaf:deaf\n");
    await al.hears("new user :Deaf:deaf joined \n");
    await bo.hears("new user :Deaf:deaf joined \n");
    const text = "x".repeat(60_000);
    // More than any kernel's buffers between the two of them take.
    for (let sent = 0; sent < 1_000 && lab.storyOf(deaf).endedAt === undefined; sent += 1) {
      al.say(`${text}\n`);
      await al.hears(`:Al:${text}\n`);
      await bo.hears(`:Al:${text}\n`);
    }
    expect(lab.storyOf(deaf)).toMatchObject({
      fault: "failed",
      cause: { code: "slow-reader" },
    });
    const { id } = lab.storyOf(deaf).subject;
    expect(lab.events).toContainEqual(expect.objectContaining({ type: "connection.failed", id }));
    await al.hears(":Deaf:deaf left chat\n");
    await bo.hears(":Deaf:deaf left chat\n");
    expect(lab.controlOf(bo)?.queuedBytes).toBe(0);
    expect(server.service.hub?.members.map(({ name }) => name)).toEqual(["Al", "Bo"]);
  });
});

describe("our client", () => {
  it("chats in our room [CHAT-0, CHAT-2]", async () => {
    const { server } = await room();
    const al = openClient(chatClient, { port: server.port, as: "Alan Musk", login: "alanop" });
    await al.sees("new user :Alan Musk:alanop joined");
    const bo = openClient(chatClient, { port: server.port, as: "Bo" });
    await bo.sees("new user :Bo:Bo joined");
    al.type("Hey Guys");
    await bo.sees(":Alan Musk:Hey Guys");
    bo.type("hey you");
    await al.sees(":Bo:hey you");
    al.endInput();
    expect(await al.result).toEqual({ ok: true });
    await bo.sees(":Alan Musk:alanop left chat");
    bo.endInput();
    expect(await bo.result).toEqual({ ok: true });
    expect(al.shown[0]).toBe(PROMPT);
  });

  it("gives up where its name is taken, and says so [CHAT-1]", async () => {
    const { server } = await room();
    await enter(server, "al");
    const second = openClient(chatClient, { port: server.port, as: "Somebody", login: "al" });
    expect(await second.result).toMatchObject({ ok: false, code: "name-taken" });
  });
});

describe.skipIf(!hasPython)("Python programs (skipped without python3)", () => {
  it("their clients chat in our room, with ours and among themselves", async () => {
    const { server } = await room();
    const ours = openClient(chatClient, { port: server.port, as: "Al" });
    await ours.sees("new user :Al:Al joined");
    const watcher = pythonPeer("chat_client.py", [server.port, "Wat", "wat"], {
      isInputOpen: true,
      input: "",
    });
    await watcher.says("new user :Wat:wat joined");
    // All of it is there before it is asked for its name: login and messages may arrive glued [CHAT-3].
    const hasty = pythonPeer("chat_client.py", [server.port, "Has Ty", "hasty"], {
      input: "one\ntwo\nthree\n",
    });
    const { stdout, stderr, exit } = await hasty.ended;
    expect({ stderr, exit }).toEqual({ stderr: "", exit: 0 });
    const own = ":Has Ty:one:Has Ty:two:Has Ty:three";
    expect(stdout.replaceAll("\n", "")).toBe(
      `${PROMPT}new user :Has Ty:hasty connected!new user :Has Ty:hasty joined ${own}`,
    );
    await ours.sees(":Has Ty:hasty left chat");
    ours.type("who was that?");
    await watcher.says(":Al:who was that?");
    const heard = watcher.stdout.replaceAll("\n", "");
    expect(heard).toContain(`${own}:Has Ty:hasty left chat:Al:who was that?`);
    watcher.endInput();
    expect(await watcher.ended).toMatchObject({ exit: 0, stderr: "" });
    await ours.sees(":Wat:wat left chat");
  });

  it("their room has our clients", async () => {
    const { port, program } = await pythonServer("chat_server.py");
    const al = openClient(chatClient, { port, as: "Alan Musk", login: "alanop" });
    await al.sees("new user :Alan Musk:alanop joined");
    const bo = openClient(chatClient, { port, as: "Bo" });
    await bo.sees("new user :Bo:Bo joined");
    al.type("Hey Guys");
    await bo.sees(":Alan Musk:Hey Guys");
    al.endInput();
    expect(await al.result).toEqual({ ok: true });
    await bo.sees(":Alan Musk:alanop left chat");
    expect(program.stdout).toContain("got :Alan Musk:Hey Guys");
  });
});
