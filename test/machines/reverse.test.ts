import { describe, expect, it, vi } from "vitest";
import { parseOptions } from "../../src/catalogue/instance-options.ts";
import { faultsOf } from "../../src/catalogue/role-folder.ts";
import { reversedText } from "../../src/machines/_reversed-text.ts";
import role from "../../src/machines/reverse.ts";
import { turn } from "../fakes.ts";
import { reverse } from "./reverse-play.ts";

it("is a role that netlabd takes", () => expect(faultsOf(role)).toEqual([]));

describe("the verdict", () => {
  it("[REV-1] is the first thing sent", async () => {
    const { peer } = await reverse().connect();
    expect(peer.told).toEqual(["send ACCEPT"]);
  });

  it("[REV-1] is a word of the operator's choice, or none", async () => {
    expect((await reverse({ acceptWord: "come in" }).connect()).peer.told).toEqual(["send come in"]);
    expect((await reverse({ acceptWord: "" }).connect()).peer.told).toEqual([]);
  });

  it("[REV-1] for one too many is REJECT, another word, or none", () => {
    const words = (given: object) => role.refusal?.(role.options.parse(given));
    expect([words({}), words({ rejectWord: "full" }), words({ rejectWord: "" })]).toEqual([
      "REJECT",
      "full",
      "",
    ]);
  });

  it("[REV-1] is yes to four clients, where nothing else is said", () => {
    expect(parseOptions(role, {}).maxConnections).toBe(4);
    expect(parseOptions(role, { maxConnections: 7 }).maxConnections).toBe(7);
  });
});

describe("what a client says", () => {
  it("[REV-2] waits for the operator, and moves no machine", async () => {
    const client = await reverse().connect();
    client.peer.heard();
    expect(await client.say("taco cat")).toEqual([]);
    expect(await client.say("and on")).toEqual([]);
    expect(client.steps).toBe(0);
    expect(client.run.path).toEqual(["listening"]);
  });

  it("[REV-3] is answered at once with its own text by --mirror", async () => {
    const { connect, say, notices } = reverse({ mirror: true });
    const client = await connect();
    client.peer.heard();
    expect(await client.say("taco cat")).toEqual(["send taco cat"]);
    expect(await client.say("été")).toEqual(["send été"]);
    expect(notices).toEqual([]);
    // Every message is answered: an operator who speaks all the same waits for nobody.
    await say("hello").done;
    expect(client.peer.heard()).toEqual(["send hello"]);
  });

  it.each(["exit", " exit "])("[REV-5] ends it where it is %j", async (word) => {
    const { connect, hub } = reverse();
    const client = await connect();
    client.peer.heard();
    expect(await client.say(word)).toEqual([]);
    expect(client.run.state).toBe("closed");
    expect(hub.members).toEqual([]);
  });

  it.each(["exit now", "EXIT", "tixe"])("[REV-5] does not end it where it is %j", async (text) => {
    const client = await reverse().connect();
    await client.say(text);
    expect(client.run.state).toBe("listening");
  });

  it.each(["peer.ended", "peer.closed"] as const)(
    "[REV-5] is over at %s, and it belongs to nothing any more",
    async (type) => {
      const { connect, hub } = reverse();
      const client = await connect();
      expect(hub.members).toHaveLength(1);
      await client.tell(type);
      expect(client.run.state).toBe("closed");
      expect(hub.members).toEqual([]);
    },
  );

  it("is a word without a newline only where it is exit [FRAME-2]", async () => {
    const { isWord } = await reverse().connect();
    expect([isWord("exit"), isWord("taco cat")]).toEqual([true, false]);
  });
});

describe("the operator's answer", () => {
  it("[REV-2] goes to every client once, when each has an unanswered message, and tells for whom it waits", async () => {
    const { connect, say } = reverse();
    const clients = [await connect(), await connect(), await connect()] as const;
    for (const { peer } of clients) peer.heard();
    await clients[1].say("b");
    const answer = say("I have 3 clients");
    await turn();
    expect(answer.heard).toEqual(["waits for c50001 (127.0.0.1:50001), c50003 (127.0.0.1:50003)"]);
    await clients[1].say("b again");
    await clients[0].say("a");
    expect(answer.heard.slice(1)).toEqual(["waits for c50003 (127.0.0.1:50003)"]);
    for (const { peer } of clients) expect(peer.heard()).toEqual([]);
    expect(await clients[2].say("c")).toEqual(["send I have 3 clients"]);
    await answer.done;
    expect(answer.heard.at(-1)).toBe("said to 3 clients (reads: stneilc 3 evah I)");
    for (const { peer } of clients.slice(0, 2)) expect(peer.heard()).toEqual(["send I have 3 clients"]);
  });

  it("[REV-2] answers one message of each: who has said two is not waited for the next time", async () => {
    const { connect, say } = reverse();
    const [quick, slow] = [await connect(), await connect()];
    await quick.say("one");
    await quick.say("two");
    await slow.say("one");
    await say("first").done;
    const second = say("second");
    await turn();
    expect(second.heard).toEqual(["waits for c50002 (127.0.0.1:50002)"]);
    expect(slow.peer.heard()).toEqual(["send first"]);
    expect(await slow.say("two")).toEqual(["send second"]);
    await second.done;
    expect(quick.peer.heard()).toEqual(["send first", "send second"]);
  });

  it("[REV-2] does not wait with --now, and leaves nobody with an answer too many", async () => {
    const { connect, say } = reverse();
    const [talker, silent] = [await connect(), await connect()];
    await talker.say("hi");
    await say("now", { now: true }).done;
    expect(silent.peer.heard()).toEqual(["send ACCEPT", "send now"]);
    const next = say("next");
    await turn();
    expect(next.heard).toEqual(["waits for c50001 (127.0.0.1:50001), c50002 (127.0.0.1:50002)"]);
    await silent.say("hello");
    await talker.say("hello");
    await next.done;
    expect(next.heard.at(-1)).toBe("said to 2 clients (reads: txen)");
    const third = say("third");
    await turn();
    expect(third.heard).toEqual(next.heard.slice(0, 1));
  });

  it.each([false, true])("[REV-2] to nobody is told to be none (now: %s)", async (now) => {
    const { say } = reverse();
    const answer = say("hello?", { now });
    await answer.done;
    expect(answer.heard).toEqual(["no client is connected: nothing was sent"]);
  });

  it("[REV-2] ends its wait when the last client leaves", async () => {
    const { connect, say } = reverse();
    const client = await connect();
    const answer = say("hello?");
    await turn();
    await client.say("exit");
    await answer.done;
    expect(answer.heard.at(-1)).toBe("no client is connected: nothing was sent");
  });

  it("[REV-2] no longer waits for one that has left, and waits for one that has come", async () => {
    const { connect, say } = reverse();
    const [talker, leaver] = [await connect(), await connect()];
    await talker.say("hi");
    const answer = say("hello");
    await turn();
    const late = await connect();
    await leaver.tell("peer.closed");
    expect(answer.heard.at(-1)).toBe("waits for c50003 (127.0.0.1:50003)");
    await late.say("hi");
    await answer.done;
    expect(answer.heard.at(-1)).toBe("said to 2 clients (reads: olleh)");
  });

  it("[REV-2] is not said when the operator stops waiting", async () => {
    const { connect, say } = reverse();
    const client = await connect();
    client.peer.heard();
    const answer = say("hello");
    await turn();
    answer.stop();
    await answer.done;
    expect(answer.heard.at(-1)).toBe("interrupted: stopped: nothing was sent");
    expect(await client.say("hi")).toEqual([]);
  });

  it("[REV-2] of two operators is given one after the other", async () => {
    const { connect, say } = reverse();
    const client = await connect();
    client.peer.heard();
    const [first, second] = [say("first"), say("second")];
    await turn();
    expect(await client.say("one")).toEqual(["send first"]);
    await first.done;
    expect(await client.say("two")).toEqual(["send second"]);
    await second.done;
  });

  it("[REV-2] leaves no timer behind", async () => {
    const { connect, say, clock } = reverse();
    const set = vi.spyOn(clock, "setTimeout");
    const cleared = vi.spyOn(clock, "clearTimeout");
    const client = await connect();
    const answer = say("hello");
    await turn();
    await client.say("hi");
    await answer.done;
    expect(set).toHaveBeenCalledTimes(1);
    expect(cleared.mock.calls).toEqual(set.mock.results.map(({ value }) => [value]));
  });
});

describe("the operator", () => {
  it("[REV-2] is told when the last client has sent, once", async () => {
    const { connect, notices } = reverse();
    const [first, second] = [await connect(), await connect()];
    await first.say("a");
    expect(notices).toEqual([]);
    await second.say("b");
    expect(notices).toEqual(["all 2 clients wait for an answer"]);
    await first.say("a again");
    expect(notices).toHaveLength(1);
  });

  it("[REV-2] is told again for the next round, and when the one that was waited for leaves", async () => {
    const { connect, notices, say } = reverse();
    const [first, second] = [await connect(), await connect()];
    await first.say("a");
    await second.say("b");
    await say("hello").done;
    await first.say("a again");
    expect(notices).toHaveLength(1);
    await second.say("exit");
    expect(notices.slice(1)).toEqual(["its client waits for an answer"]);
  });

  it("[REV-2] is told at once where the answer leaves everybody with another message", async () => {
    const { connect, notices, say } = reverse();
    const client = await connect();
    await client.say("one");
    await client.say("two");
    await say("hello").done;
    expect(notices).toEqual(["its client waits for an answer", "its client waits for an answer"]);
  });

  it("[REV-4] sees of each client what it said last, and how that reads", async () => {
    const { connect, hub } = reverse();
    const client = await connect();
    await client.say("taco cat");
    await client.say("x".repeat(10_000));
    await client.say("noël");
    expect(hub.members).toEqual([
      {
        id: "role-1/c50001",
        name: "c50001 (127.0.0.1:50001)",
        details: { unanswered: "3", said: "noël", reads: "lëon" },
      },
    ]);
  });
});

describe("a client whose own machine has crashed", () => {
  it("[REV-5] is forgotten with its connection: nobody waits for it", async () => {
    const { connect, hub, say } = reverse();
    const [talker, crashed] = [await connect(), await connect()];
    await talker.say("hi");
    const answer = say("hello");
    await turn();
    hub.forget(crashed.peer.id);
    await answer.done;
    expect(answer.heard.at(-1)).toBe("said to 1 client (reads: olleh)");
    expect(hub.members.map(({ id }) => id)).toEqual([talker.peer.id]);
  });
});

describe("a hub that crashes", () => {
  it("knows afterwards who is there and what is unanswered", async () => {
    const { connect, say, crashes, world, barrier } = reverse();
    const [talker, silent] = [await connect(), await connect()];
    await talker.say("hi");
    const { deliver } = world;
    Object.assign(world, {
      deliver: () => {
        throw new Error("a bug");
      },
    });
    await expect(barrier.answer("x", true)).rejects.toThrow("a bug");
    Object.assign(world, { deliver });
    expect(crashes).toHaveLength(1);
    const answer = say("hello");
    await turn();
    expect(answer.heard).toEqual(["waits for c50002 (127.0.0.1:50002)"]);
    await silent.say("hi");
    await answer.done;
    expect(talker.peer.heard()).toEqual(["send hello"]);
  });

  it("keeps no operator waiting for ever", async () => {
    const { connect, say, world, barrier, clock } = reverse();
    const client = await connect();
    client.peer.heard();
    const answer = say("hello");
    await turn();
    const { deliver } = world;
    Object.assign(world, { deliver: null });
    await expect(barrier.answer("x", true)).rejects.toThrow();
    Object.assign(world, { deliver });
    // The wait was the old hub's; the new one does not know of it.
    await client.say("hi");
    expect(client.peer.heard()).toEqual([]);
    clock.increment(1_000);
    await answer.done;
    expect(client.peer.heard()).toEqual(["send hello"]);
  });
});

describe("a text that is read reversed", () => {
  it.each([
    ["taco cat", "tac ocat"],
    ["", ""],
    ["noe\u0308l", "le\u0308on"],
    ["a👩‍👩‍👧b", "b👩‍👩‍👧a"],
    ["🇩🇪🇫🇷", "🇫🇷🇩🇪"],
    ["क्षि", "क्षि"],
    ["one\ntwo\r\n", "eno\nowt\r\n"],
    ["\ud800x", "x\ud800"],
  ])("[REV-4] is reversed by grapheme, line by line: %j", (text, read) => {
    expect(reversedText(text)).toBe(read);
    expect(reversedText(read)).toBe(text);
    expect(role.display).toBe(reversedText);
  });
});
