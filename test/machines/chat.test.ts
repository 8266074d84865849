import { describe, expect, it } from "vitest";
import { faultsOf } from "../../src/catalogue/role-folder.ts";
import role from "../../src/machines/chat.ts";
import { turn } from "../fakes.ts";
import { hubPlay } from "./hub-play.ts";

const RESTARTED = "send :Server:The room was restarted: what was said last may be lost";
const PROMPT = "send Please, Enter Your ig name";
const JOINED = (who: string) => `send new user ${who} joined \n`;
const CONNECTED = (who: string) => `send new user ${who} connected!\n`;

it("is a role that netlabd takes", () => expect(faultsOf(role)).toEqual([]));

describe("the login", () => {
  it("[CHAT-0] is asked for before anything else is said", async () => {
    const { run, peer } = await hubPlay(role).connect();
    expect(peer.told).toEqual([PROMPT]);
    expect(run.state).toBe("awaitingLogin");
  });

  it("[CHAT-0] is told to the newcomer, then to all, the newcomer too", async () => {
    const room = hubPlay(role);
    const other = await room.enter("bob");
    const al = await room.connect();
    al.peer.heard();
    expect(await al.say(":Alan Musk:alanop")).toEqual([
      CONNECTED(":Alan Musk:alanop"),
      JOINED(":Alan Musk:alanop"),
    ]);
    expect(other.peer.heard()).toEqual([JOINED(":Alan Musk:alanop")]);
    expect(al.run.path).toEqual(["awaitingLogin", "joining", "chatting"]);
  });

  it("[CHAT-0] counts as name and login name where it is one word", async () => {
    const al = await hubPlay(role).connect();
    al.peer.heard();
    expect(await al.say("alanop")).toEqual([CONNECTED(":alanop:alanop"), JOINED(":alanop:alanop")]);
  });

  it.each([
    ["a login name", ":Somebody:alanop", "alanop"],
    ["a name", ":Alan Musk:other", "Alan Musk"],
    ["both", ":Alan Musk:alanop", "alanop"],
    ["the operator's name", ":Server:other", "Server"],
    ["the operator's name as login name", ":Somebody:Server", "Server"],
    ["the operator's name as both", "Server", "Server"],
  ])("[CHAT-1] with %s that is taken is refused, and asked for again", async (_what, login, taken) => {
    const room = hubPlay(role);
    const al = await room.enter(":Alan Musk:alanop");
    const second = await room.connect();
    second.peer.heard();
    expect(await second.say(login)).toEqual([`send Name taken: ${taken}, choose another\n`, PROMPT]);
    expect(second.run.state).toBe("awaitingLogin");
    expect(al.peer.heard()).toEqual([]);
    expect(room.names).toEqual(["Alan Musk"]);
    expect(await second.say(":Bob:bob")).toEqual([CONNECTED(":Bob:bob"), JOINED(":Bob:bob")]);
  });

  it("[CHAT-1] may use a name as soon as its owner has left", async () => {
    const room = hubPlay(role);
    const al = await room.enter("al");
    await al.tell("peer.closed");
    const next = await room.connect();
    next.peer.heard();
    expect(await next.say("al")).toEqual([CONNECTED(":al:al"), JOINED(":al:al")]);
  });

  it("without a name is asked for again", async () => {
    const { say, peer, run } = await hubPlay(role).connect();
    peer.heard();
    expect(await say("::")).toEqual([PROMPT]);
    expect(peer.remarks).toEqual(["its login has no name, so it was asked again"]);
    expect(run.state).toBe("awaitingLogin");
  });

  it("of one that is gone before the room answers is told, and its leaving too", async () => {
    const room = hubPlay(role);
    const other = await room.enter("bob");
    const al = await room.connect();
    const saying = al.say("al");
    expect(al.run.state).toBe("joining");
    al.run.actor.send({ type: "peer.closed" });
    await saying;
    expect(other.peer.heard()).toEqual([JOINED(":al:al"), "send :al:al left chat"]);
    expect(room.names).toEqual(["bob"]);
  });

  it("of one that leaves without it is told to nobody", async () => {
    const room = hubPlay(role);
    const other = await room.enter("bob");
    const silent = await room.connect();
    await silent.tell("peer.ended");
    expect(silent.run.state).toBe("closed");
    expect(other.peer.heard()).toEqual([]);
  });
});

describe("what a member says", () => {
  it.each([
    [":Alan Musk:Hey Guys", ":Alan Musk:Hey Guys"],
    ["Hey Guys", ":Alan Musk:Hey Guys"],
    [":Bob:I am Bob", ":Alan Musk::Bob:I am Bob"],
    [":Server:all go home", ":Alan Musk::Server:all go home"],
    [":alanop:under my login name", ":Alan Musk::alanop:under my login name"],
    [":Alan Musk", ":Alan Musk::Alan Musk"],
    ["two\nlines\0of mine\r\n:Bob:mine", ":Alan Musk:two lines of mine :Bob:mine"],
    ["  blanks  ", ":Alan Musk:  blanks  "],
  ])("[CHAT-2] as %j goes to all as %j, the speaker too", async (said, heard) => {
    const room = hubPlay(role);
    const al = await room.enter(":Alan Musk:alanop");
    const bob = await room.enter(":Bob:bob");
    al.peer.heard();
    expect(await al.say(said)).toEqual([`send ${heard}`]);
    expect(bob.peer.heard()).toEqual([`send ${heard}`]);
  });

  it("moves no machine", async () => {
    const al = await hubPlay(role).enter("al");
    const before = al.steps;
    await al.say("one");
    await al.say("two");
    expect(al.steps).toBe(before);
    expect(al.run.state).toBe("chatting");
  });

  it("[CHAT-4] is heard by everybody in one order, whoever says it in the same turn", async () => {
    const room = hubPlay(role);
    const members = [await room.enter("al"), await room.enter("bob"), await room.enter("cy")];
    for (const { peer } of members) peer.heard();
    const texts = ["1", "2", "3"];
    const heard = await Promise.all(
      members.map(async (member) => (await Promise.all(texts.map((text) => member.say(text)))).flat()),
    );
    const inOrder = ["al", "bob", "cy"].flatMap((name) => texts.map((text) => `send :${name}:${text}`));
    expect(heard).toEqual([inOrder, inOrder, inOrder]);
  });

  it("[CHAT-3] is told apart where it arrives glued", async () => {
    const al = await hubPlay(role).enter(":Al:alop");
    expect(al.unglue(":Al:hi:Al:there")).toEqual([":Al:hi", ":Al:there"]);
  });

  it("[CHAT-3] is told apart from a login that it arrives glued to", async () => {
    const al = await hubPlay(role).connect();
    expect(al.unglue(":Al:alop:Al:hi")).toEqual([":Al:alop", ":Al:hi"]);
    expect(al.unglue(":Al:alop")).toBeUndefined();
  });
});

describe("leaving", () => {
  it("by a FIN is told to the others, once, behind what was said last", async () => {
    const room = hubPlay(role);
    const al = await room.enter(":Alan Musk:alanop");
    const bob = await room.enter("bob");
    al.peer.heard();
    const saying = al.say("bye");
    al.run.actor.send({ type: "peer.ended" });
    // [FRAME-8] Its own words come back to it before it is let go.
    expect(al.run.state).toBe("leaving");
    expect(await saying).toEqual(["send :Alan Musk:bye"]);
    expect(al.run.state).toBe("closed");
    room.hub.forget(al.peer.id);
    await turn();
    expect(bob.peer.heard()).toEqual(["send :Alan Musk:bye", "send :Alan Musk:alanop left chat"]);
    expect(room.crashes).toEqual([]);
  });

  it("without a FIN is told to the others, once", async () => {
    const room = hubPlay(role);
    const al = await room.enter(":Alan Musk:alanop");
    const bob = await room.enter("bob");
    al.peer.heard();
    await al.tell("peer.closed");
    room.hub.forget(al.peer.id);
    await turn();
    expect(bob.peer.heard()).toEqual(["send :Alan Musk:alanop left chat"]);
    expect(al.peer.heard()).toEqual([]);
    expect(al.run.state).toBe("closed");
  });
});

describe("the operator", () => {
  it("[CHAT-5] speaks to everybody as Server", async () => {
    const room = hubPlay(role);
    const al = await room.enter("al");
    const bob = await room.enter("bob");
    al.peer.heard();
    const options = { now: false, signal: new AbortController().signal, progress: () => undefined };
    expect(await room.hub.say?.("dinner is\nready", options)).toBe("said to 2 members");
    expect(al.peer.heard()).toEqual(["send :Server:dinner is ready"]);
    expect(bob.peer.heard()).toEqual(["send :Server:dinner is ready"]);
    await al.tell("peer.closed");
    expect(await room.hub.say?.("still there?", options)).toBe("said to 1 member");
    await bob.tell("peer.closed");
    expect(await room.hub.say?.("anybody?", options)).toBe("no client is in the room");
  });

  it("[CHAT-5] sees who is in, by connection, name and login name", async () => {
    const room = hubPlay(role);
    const { peer } = await room.enter(":Alan Musk:alanop");
    expect(room.hub.members).toEqual([{ id: peer.id, name: "Alan Musk", details: { login: "alanop" } }]);
  });
});

describe("a room that crashes", () => {
  it("[CHAT-5] is rebuilt with its members, names and login names", async () => {
    const room = hubPlay(role);
    const al = await room.enter(":Alan Musk:alanop");
    const bob = await room.enter(":Bob:bob");
    al.peer.heard();
    room.crashAt(":Alan Musk:oops");
    expect(await al.say("oops")).toEqual([RESTARTED]);
    expect(room.crashes).toHaveLength(1);
    expect(await al.say("again")).toEqual(["send :Alan Musk:again"]);
    expect(bob.peer.heard()).toEqual([RESTARTED, "send :Alan Musk:again"]);
    const third = await room.connect();
    third.peer.heard();
    expect(await third.say(":X:alanop")).toEqual(["send Name taken: alanop, choose another\n", PROMPT]);
    expect([al.run.crash, bob.run.crash, third.run.crash]).toEqual([undefined, undefined, undefined]);
  });

  it("while somebody comes in asks again, and the same names are free for the same member", async () => {
    const room = hubPlay(role);
    const al = await room.connect();
    al.peer.heard();
    room.crashAt("new user :Al:alop connected");
    expect(await al.say(":Al:alop")).toEqual([RESTARTED, PROMPT]);
    expect(al.peer.remarks).toEqual(["the room crashed while it joined, so it was asked again"]);
    expect(await al.say(":Al:alop")).toEqual([CONNECTED(":Al:alop"), JOINED(":Al:alop")]);
    expect(room.names).toEqual(["Al"]);
  });

  it("while somebody leaves lets it go all the same", async () => {
    const room = hubPlay(role);
    const al = await room.enter(":Al:alop");
    room.crashAt(":Al:alop left");
    await al.tell("peer.ended");
    expect(al.run.state).toBe("closed");
    expect(al.run.crash).toBeUndefined();
    expect(room.names).toEqual([]);
  });
});
