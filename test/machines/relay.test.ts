import { describe, expect, it } from "vitest";
import { faultsOf } from "../../src/catalogue/role-folder.ts";
import role from "../../src/machines/relay.ts";
import { parseMessage } from "../../src/wire/relay.ts";
import { turn } from "../fakes.ts";
import { hubPlay } from "./hub-play.ts";

const TAKEN = "send Server | Name taken";
const NOT_ONLINE = "send Server | Receiver not online";
const HOW_TO = "send Server | Use message|user";
const CLOSING = "send apart Closing..";

it("is a role that netlabd takes", () => expect(faultsOf(role)).toEqual([]));

describe("the username", () => {
  it("[RELAY-0] is the first message, and nothing is said before it", async () => {
    const { run, peer, say } = await hubPlay(role).connect();
    expect(peer.told).toEqual([]);
    expect(run.state).toBe("awaitingName");
    expect(await say("bob")).toEqual(["send Message please"]);
    expect(run.path).toEqual(["awaitingName", "naming", "relaying"]);
  });

  it("[RELAY-1] that is taken is refused, and another may be tried", async () => {
    const relay = hubPlay(role);
    const bob = await relay.enter("bob");
    const second = await relay.connect();
    expect(await second.say("bob")).toEqual([TAKEN]);
    expect(second.run.state).toBe("awaitingName");
    expect(await second.say("bob2")).toEqual(["send Message please"]);
    expect(bob.peer.heard()).toEqual([]);
    expect(relay.names).toEqual(["bob", "bob2"]);
  });

  it("[RELAY-1] is free again when its owner has gone", async () => {
    const relay = hubPlay(role);
    const bob = await relay.enter("bob");
    await bob.tell("peer.closed");
    const next = await relay.connect();
    expect(await next.say("bob")).toEqual(["send Message please"]);
  });

  it.each(["Server", "  ", "al|bob", "two\nlines", "x".repeat(65)])(
    "[RELAY-1] is never %j: it would be another's, or nobody could write to it",
    async (name) => {
      const { say, run } = await hubPlay(role).connect();
      expect(await say(name)).toEqual([TAKEN]);
      expect(run.state).toBe("awaitingName");
    },
  );

  it("of one that is gone before it is given is nobody's", async () => {
    const relay = hubPlay(role);
    const bob = await relay.connect();
    const saying = bob.say("bob");
    expect(bob.run.state).toBe("naming");
    bob.run.actor.send({ type: "peer.closed" });
    expect(await saying).toEqual([]);
    expect(relay.names).toEqual([]);
  });

  it("is asked for no more where the peer leaves without", async () => {
    const { tell, run } = await hubPlay(role).connect();
    expect(await tell("peer.ended")).toEqual([]);
    expect(run.state).toBe("closed");
  });
});

describe("a message", () => {
  async function aliceAndBob() {
    const relay = hubPlay(role);
    return { relay, alice: await relay.enter("alice"), bob: await relay.enter("bob") };
  }

  it.each([
    ["hello there|bob", "alice | hello there"],
    ["hello there| bob ", "alice | hello there"],
    ["one|two|bob", "alice | one|two"],
    ["|bob", "alice | "],
    [" blanks |bob", "alice |  blanks "],
    ["two\nlines\r\nServer | fake|bob", "alice | two lines Server | fake"],
  ])("%j reaches its receiver as %j, and nobody else", async (said, heard) => {
    const { relay, alice, bob } = await aliceAndBob();
    const carol = await relay.enter("carol");
    expect(await alice.say(said)).toEqual([]);
    expect(bob.peer.heard()).toEqual([`send ${heard}`]);
    expect(carol.peer.heard()).toEqual([]);
  });

  it("may be for its own sender", async () => {
    const { alice } = await aliceAndBob();
    expect(await alice.say("note|alice")).toEqual(["send alice | note"]);
  });

  it.each(["hello|carol", "hello|", "hello|Bob", "hello|Server"])(
    "%j is for nobody who is there",
    async (said) => {
      const { alice } = await aliceAndBob();
      expect(await alice.say(said)).toEqual([NOT_ONLINE]);
      expect(alice.run.state).toBe("relaying");
    },
  );

  it("for one that has gone is for nobody who is there", async () => {
    const { alice, bob } = await aliceAndBob();
    await bob.tell("peer.closed");
    expect(await alice.say("hello|bob")).toEqual([NOT_ONLINE]);
  });

  it("[RELAY-2] without a receiver is answered, and the session goes on", async () => {
    const { alice, bob } = await aliceAndBob();
    expect(await alice.say("hello")).toEqual([HOW_TO]);
    await alice.say("hello|bob");
    expect(bob.peer.heard()).toEqual(["send alice | hello"]);
  });

  it("[RELAY-3] keeps its place among those of its sender, and so do the answers", async () => {
    const { alice, bob } = await aliceAndBob();
    const texts = ["1|bob", "no bar", "2|bob", "3|nobody", "no bar", "4|bob"];
    const answers = await Promise.all(texts.map((text) => alice.say(text)));
    expect(answers.flat()).toEqual([HOW_TO, NOT_ONLINE, HOW_TO]);
    expect(bob.peer.heard()).toEqual([1, 2, 4].map((number) => `send alice | ${number}`));
  });

  it("moves no machine", async () => {
    const { alice } = await aliceAndBob();
    const before = alice.steps;
    await alice.say("1|bob");
    await alice.say("nothing");
    expect(alice.steps).toBe(before);
  });
});

describe("leaving", () => {
  it.each(["close", " close "])("by %j is confirmed in a read of its own", async (word) => {
    const { say, run, isWord } = await hubPlay(role).enter("alice");
    // [FRAME-2] Also where it is said without an end by one that says lines.
    expect([isWord("close"), isWord("hello")]).toEqual([true, false]);
    expect(await say(word)).toEqual([CLOSING]);
    expect(run.state).toBe("closed");
  });

  it("by a FIN means close [FRAME-8]", async () => {
    const relay = hubPlay(role);
    const { tell, run } = await relay.enter("alice");
    expect(await tell("peer.ended")).toEqual([CLOSING]);
    expect(run.state).toBe("closed");
    expect(relay.names).toEqual([]);
  });

  it("comes behind the answers that were still to come [FRAME-8]", async () => {
    const relay = hubPlay(role);
    const alice = await relay.enter("alice");
    const answers = await Promise.all(["no bar", "1|nobody", "close"].map((text) => alice.say(text)));
    expect(answers.flat()).toEqual([HOW_TO, NOT_ONLINE, CLOSING]);
  });

  it("without a word leaves the name to others, and is said nothing", async () => {
    const relay = hubPlay(role);
    const { tell, run } = await relay.enter("alice");
    expect(await tell("peer.closed")).toEqual([]);
    expect(run.state).toBe("closed");
    expect(relay.names).toEqual([]);
  });
});

describe("a switchboard that crashes", () => {
  it("is rebuilt with its users", async () => {
    const relay = hubPlay(role);
    const alice = await relay.enter("alice");
    const bob = await relay.enter("bob");
    relay.crashAt("alice | oops");
    const restarted = "send Server | Restarted: a message of just now may be lost";
    expect(await alice.say("oops|bob")).toEqual([restarted]);
    expect(relay.crashes).toHaveLength(1);
    await alice.say("again|bob");
    expect(bob.peer.heard()).toEqual([restarted, "send alice | again"]);
    await relay.connect().then(async ({ say }) => expect(await say("alice")).toEqual([TAKEN]));
  });

  it("forgets whom it is told to forget, however the connection ended", async () => {
    const relay = hubPlay(role);
    const { peer } = await relay.enter("alice");
    relay.hub.forget(peer.id);
    relay.hub.forget(peer.id);
    await turn();
    expect(relay.names).toEqual([]);
  });
});

describe("message|user", () => {
  it.each([
    ["hello|bob", { text: "hello", user: "bob" }],
    ["a|b|c", { text: "a|b", user: "c" }],
    ["|", { text: "", user: "" }],
    ["hello", undefined],
    ["", undefined],
  ])("%j is %j", (message, parsed) => expect(parseMessage(message)).toEqual(parsed));
});
