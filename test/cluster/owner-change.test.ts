/**
 * Changes of owner, outages of the bus, and nodes that come again: what is lost is only what was on its way to a dead owner.
 *
 * Long, because all that a peer of a shared room may see of its owner's end stands here.
 */
import { afterEach, describe, expect, it } from "vitest";
import chat from "../../src/machines/chat.ts";
import relay from "../../src/machines/relay.ts";
import reverse from "../../src/machines/reverse.ts";
import { RESTARTED } from "../../src/wire/chat.ts";
import { HubLab, type LabNode } from "./hub-lab.ts";
import { inRoom, join, rooms } from "./rooms.ts";

let lab: HubLab;
afterEach(() => lab.end());

async function begin(...names: string[]): Promise<LabNode[]> {
  lab = new HubLab();
  return rooms(lab, chat, ...names);
}

const isRestart = (line: string) => line.includes(RESTARTED);

/** As a daemon that is killed. */
function kill(node: LabNode): void {
  node.bus.cut("inSilence");
  node.nodes.isAway = true;
  lab.cluster.kill(node.name);
}

describe("a room whose owner is killed", () => {
  it("is made again on another node, with its members and without the dead one's", async () => {
    const [one, two, three] = (await begin("n1", "n2", "n3")) as [LabNode, LabNode, LabNode];
    await join(lab, one, "Al");
    const bo = await join(lab, two, "Bo");
    const cy = await join(lab, three, "Cy");
    kill(one);
    await lab.pass(500);
    expect([two.isOwner, three.isOwner].filter(Boolean)).toHaveLength(1);
    expect([two.names, three.names]).toEqual([
      ["Bo", "Cy"],
      ["Bo", "Cy"],
    ]);
    expect(two.lines(bo).filter((line) => line.includes("Al"))).toEqual([expect.stringContaining("left")]);
    void three.hub.say?.(cy, "still here");
    await lab.pass(100);
    expect(two.lines(bo).at(-1)).toContain("still here");
  });

  it("is made again without a member whose going the dead one did not hear of", async () => {
    const [one, two, three] = (await begin("n1", "n2", "n3")) as [LabNode, LabNode, LabNode];
    const bo = await join(lab, two, "Bo");
    const cy = await join(lab, three, "Cy");
    one.bus.cut("inSilence");
    two.close(bo);
    await lab.pass(100);
    kill(one);
    await lab.pass(500);
    expect([two.names, three.names]).toEqual([["Cy"], ["Cy"]]);
    expect(three.lines(cy).at(-1)).toContain("left");
  });

  it("says so in the stories of those that belong to it still", async () => {
    const [one, two, three] = (await begin("n1", "n2", "n3")) as [LabNode, LabNode, LabNode];
    const bo = await join(lab, two, "Bo");
    const cy = await join(lab, three, "Cy");
    kill(one);
    await lab.pass(500);
    const node = two.isOwner ? "n2" : "n3";
    expect(two.moves).toEqual([{ node, epoch: 2, members: [bo] }]);
    expect(three.moves).toEqual([{ node, epoch: 2, members: [cy] }]);
  });

  it("frees the names of the dead node's members", async () => {
    const [one, two] = (await begin("n1", "n2")) as [LabNode, LabNode];
    await join(lab, one, "Al");
    kill(one);
    await lab.pass(500);
    await join(lab, two, "Al");
    expect(two.names).toEqual(["Al"]);
  });

  it("lets none hear a line twice whose answer was lost with the owner", async () => {
    const [one, two, three] = (await begin("n1", "n2", "n3")) as [LabNode, LabNode, LabNode];
    const bo = await join(lab, two, "Bo");
    const cy = await join(lab, three, "Cy");
    two.bus.hold();
    void two.hub.say?.(bo, "once");
    await lab.turn();
    expect(inRoom(three, cy)).toHaveLength(1);
    kill(one);
    two.bus.goOn();
    await lab.pass(3_000);
    expect(inRoom(three, cy)).toHaveLength(1);
  });

  it("tells the members of a node that was away meanwhile too, once it is back, and those alone", async () => {
    const [one, two, three] = (await begin("n1", "n2", "n3")) as [LabNode, LabNode, LabNode];
    const bo = await join(lab, two, "Bo");
    const cy = await join(lab, three, "Cy");
    three.bus.cut("inSilence");
    kill(one);
    await lab.pass(2_000);
    expect([two.isOwner, two.names]).toEqual([true, ["Bo", "Cy"]]);
    void two.hub.say?.(bo, "unheard");
    await lab.pass(500);
    expect(three.lines(cy).filter(isRestart)).toEqual([]);
    three.bus.mend();
    await lab.pass(3_000);
    void two.hub.say?.(bo, "heard");
    await lab.pass(100);
    const told = [[expect.stringMatching(RESTARTED)], [expect.stringMatching(RESTARTED)]];
    expect([two.lines(bo).filter(isRestart), three.lines(cy).filter(isRestart)]).toEqual(told);
    expect(three.lines(cy).slice(-2)).toEqual(told[1]?.concat(expect.stringContaining("heard")));
    expect(three.moves).toEqual([{ node: "n2", epoch: 2, members: [cy] }]);
    expect(two.moves).toEqual([{ node: "n2", epoch: 2, members: [bo] }]);
  });

  it("takes what was said while there was no owner", async () => {
    const [one, two] = (await begin("n1", "n2")) as [LabNode, LabNode];
    const bo = await join(lab, two, "Bo");
    one.bus.cut("inSilence");
    one.nodes.isAway = true;
    two.bus.cut();
    void two.hub.say?.(bo, "into the dark");
    await lab.pass(1_000);
    lab.cluster.kill("n1");
    await lab.pass(500);
    two.bus.mend();
    await lab.pass(2_000);
    expect(inRoom(two, bo)).toEqual([expect.stringContaining("into the dark")]);
  });
});

describe("a node that was stopped beyond its lease", () => {
  it("loses its connections when it wakes, and comes again with a room that does not know them", async () => {
    const [one, two] = (await begin("n1", "n2")) as [LabNode, LabNode];
    const al = await join(lab, one, "Al");
    const bo = await join(lab, two, "Bo");
    one.bus.hold();
    one.nodes.isAway = true;
    one.nodes.isSure = false;
    lab.cluster.kill("n1");
    await lab.pass(500);
    expect(two.names).toEqual(["Bo"]);
    void one.hub.say?.(al, "a ghost speaks");
    one.bus.goOn();
    lab.cluster.expel("n1");
    one.nodes.isAway = false;
    one.nodes.isSure = true;
    await lab.pass(3_000);
    expect(one.cutOff).toEqual([al]);
    expect(two.lines(bo).filter((line) => line.includes("ghost"))).toEqual([]);
    await join(lab, one, "Al");
    expect([one.names, two.names]).toEqual([
      ["Al", "Bo"],
      ["Al", "Bo"],
    ]);
  });
});

describe("a node that starts again within its lease", () => {
  it("leaves no ghosts", async () => {
    const [one, two] = (await begin("n1", "n2")) as [LabNode, LabNode];
    await join(lab, one, "Al");
    await join(lab, two, "Bo");
    two.bus.cut("inSilence");
    two.nodes.isAway = true;
    const again = lab.node("n2", chat);
    await lab.pass(500);
    expect(one.names).toEqual(["Al"]);
    await join(lab, again, "Bo");
    expect(one.names).toEqual(["Al", "Bo"]);
  });
});

describe("the bus away", () => {
  it("makes calls wait, and loses and doubles nothing", async () => {
    const [one, two] = (await begin("n1", "n2")) as [LabNode, LabNode];
    const al = await join(lab, one, "Al");
    const bo = await join(lab, two, "Bo");
    for (let at = 0; at < 300; at += 1) {
      if (at === 50) lab.engine.goAway();
      if (at === 250) lab.engine.comeBack();
      void one.hub.say?.(al, `a${at}`);
      void two.hub.say?.(bo, `b${at}`);
      await lab.pass(20);
    }
    await lab.pass(3_000);
    expect(inRoom(one, al)).toHaveLength(600);
    expect(inRoom(two, bo)).toEqual(inRoom(one, al));
    expect([...one.cutOff, ...two.cutOff, ...one.moves, ...two.moves]).toEqual([]);
  });

  it("has an owner that is not sure say nothing, to its own members either", async () => {
    const [one, two] = (await begin("n1", "n2")) as [LabNode, LabNode];
    const al = await join(lab, one, "Al");
    const bo = await join(lab, two, "Bo");
    one.nodes.isSure = false;
    void one.hub.say?.(al, "first");
    void two.hub.say?.(bo, "other");
    await lab.pass(2_000);
    expect([inRoom(one, al), inRoom(two, bo)]).toEqual([[], []]);
    void one.hub.say?.(al, "second");
    one.nodes.isSure = true;
    void one.hub.say?.(al, "third");
    await lab.pass(2_000);
    const heard = inRoom(one, al);
    expect(heard.filter((line) => line.includes("Al"))).toEqual(
      ["first", "second", "third"].map((text) => expect.stringContaining(text)),
    );
    expect(inRoom(two, bo)).toEqual(heard);
    expect(heard).toHaveLength(4);
  });
});

describe("an owner that gives its hub away", () => {
  it("loses and doubles no line, of either side", async () => {
    const [one, two] = (await begin("n1", "n2")) as [LabNode, LabNode];
    const al = await join(lab, one, "Al");
    const bo = await join(lab, two, "Bo");
    const given: Promise<unknown>[] = [];
    for (let at = 0; at < 200; at += 1) {
      if (at === 50) given.push(one.hubs.drain());
      if (at === 130) given.push(two.hubs.drain());
      void one.hub.say?.(al, `a${at}`);
      void two.hub.say?.(bo, `b${at}`);
      await lab.pass(10);
    }
    await lab.pass(3_000);
    expect(await Promise.all(given)).toEqual([[{ hub: "chat-1", to: "n2" }], [{ hub: "chat-1", to: "n1" }]]);
    const heard = inRoom(one, al);
    expect(heard).toHaveLength(400);
    expect(inRoom(two, bo)).toEqual(heard);
    for (const name of ["Al", "Bo"]) {
      const own = heard
        .filter((line) => line.includes(name))
        .map((line) => Number(/\d+$/.exec(line.trim())?.[0]));
      expect(own).toEqual(Array.from({ length: 200 }, (_, at) => at));
    }
    expect([...one.moves, ...two.moves, ...one.cutOff, ...two.cutOff]).toEqual([]);
  });

  it("waits until each node has heard what it said", async () => {
    const [one, two, three] = (await begin("n1", "n2", "n3")) as [LabNode, LabNode, LabNode];
    const al = await join(lab, one, "Al");
    const cy = await join(lab, three, "Cy");
    three.bus.cut("inSilence");
    void one.hub.say?.(al, "before");
    await lab.turn();
    void one.hubs.drain();
    await lab.pass(1_000);
    expect([one.isOwner, two.isOwner]).toEqual([true, false]);
    three.bus.mend();
    await lab.pass(3_000);
    expect([one.isOwner, two.isOwner]).toEqual([false, true]);
    expect(inRoom(three, cy)).toEqual([expect.stringContaining("before")]);
  });

  it("keeps it while the bus is away, and says so at once", async () => {
    const [one, two] = (await begin("n1", "n2")) as [LabNode, LabNode];
    await join(lab, two, "Bo");
    lab.engine.goAway();
    expect(await one.hubs.drain()).toEqual([{ hub: "chat-1", to: undefined }]);
    lab.engine.comeBack();
    await lab.pass(1_000);
    expect([one.isOwner, two.isOwner]).toEqual([true, false]);
  });

  it("says after a lease that it could not, where a node answers nothing", async () => {
    const [one, two] = (await begin("n1", "n2")) as [LabNode, LabNode];
    const al = await join(lab, one, "Al");
    await join(lab, two, "Bo");
    two.bus.cut("inSilence");
    const drained = one.hubs.drain();
    await lab.pass(5_100);
    expect(await drained).toEqual([{ hub: "chat-1", to: undefined }]);
    lab.cluster.kill("n2");
    await lab.pass(15_000);
    void one.hub.say?.(al, "on");
    await lab.pass(50);
    expect(inRoom(one, al)).toEqual([expect.stringContaining("on")]);
  });

  it("takes its promise back where the bus does not let it go, so that its death is told", async () => {
    const [one, two] = (await begin("n1", "n2")) as [LabNode, LabNode];
    const bo = await join(lab, two, "Bo");
    one.nodes.release = () => Promise.reject(new Error("the bus is away"));
    const drained = one.hubs.drain();
    await lab.pass(200);
    expect(await drained).toEqual([{ hub: "chat-1", to: undefined }]);
    kill(one);
    await lab.pass(500);
    expect(two.moves).toEqual([{ node: "n2", epoch: 2, members: [bo] }]);
  });

  it("keeps it where no other node has it open", async () => {
    const [one] = (await begin("n1")) as [LabNode];
    const al = await join(lab, one, "Al");
    expect(await one.hubs.drain()).toEqual([{ hub: "chat-1", to: undefined }]);
    void one.hub.say?.(al, "on");
    await lab.pass(50);
    expect(inRoom(one, al)).toEqual([expect.stringContaining("on")]);
  });

  it("gives it to the other nodes when its instance closes", async () => {
    const [one, two] = (await begin("n1", "n2")) as [LabNode, LabNode];
    const al = await join(lab, one, "Al");
    const bo = await join(lab, two, "Bo");
    one.close(al);
    one.face.close?.();
    await lab.pass(500);
    expect([two.isOwner, two.names, two.moves]).toEqual([true, ["Bo"], []]);
    void two.hub.say?.(bo, "alone");
    await lab.pass(50);
    expect(inRoom(two, bo)).toEqual([expect.stringContaining("alone")]);
  });
});

describe("a node that starts again within its lease", () => {
  it("has the members of before told as gone, though it has not opened the room", async () => {
    const [one, two] = (await begin("n1", "n2")) as [LabNode, LabNode];
    const al = await join(lab, one, "Al");
    await join(lab, two, "Bo");
    two.bus.cut("inSilence");
    two.nodes.isAway = true;
    lab.cluster.enter("n2");
    await lab.pass(50);
    expect([one.names, one.lines(al).at(-1)]).toEqual([["Al"], expect.stringContaining("left")]);
  });
});

describe("a guest that closes its instance", () => {
  it("takes its members out", async () => {
    const [one, two] = (await begin("n1", "n2")) as [LabNode, LabNode];
    await join(lab, one, "Al");
    await join(lab, two, "Bo");
    two.face.close?.();
    await lab.pass(100);
    expect(one.names).toEqual(["Al"]);
  });
});

describe("back-pressure", () => {
  it("holds a connection whose calls wait, and lets it go on when they are answered", async () => {
    const [one, two] = (await begin("n1", "n2")) as [LabNode, LabNode];
    await join(lab, one, "Al");
    const bo = await join(lab, two, "Bo");
    one.nodes.isSure = false;
    for (let at = 0; at < 70; at += 1) void two.hub.say?.(bo, "x".repeat(4_096));
    await lab.pass(100);
    expect(two.busy).toEqual([`${bo} true`]);
    one.nodes.isSure = true;
    await lab.pass(3_000);
    expect(two.busy).toEqual([`${bo} true`, `${bo} false`]);
    expect(inRoom(two, bo)).toHaveLength(70);
  });

  it("cuts off a node that acknowledges nothing for a lease, and blocks no other for it", async () => {
    const [one, two] = (await begin("n1", "n2")) as [LabNode, LabNode];
    const al = await join(lab, one, "Al");
    const bo = await join(lab, two, "Bo");
    two.bus.hold();
    for (let at = 0; at < 150; at += 1) {
      void one.hub.say?.(al, "x".repeat(65_536));
      await lab.turn(3);
    }
    expect(inRoom(one, al)).toHaveLength(150);
    expect(one.names).toEqual(["Al", "Bo"]);
    await lab.pass(6_000);
    expect(one.names).toEqual(["Al"]);
    two.bus.goOn();
    await lab.pass(3_000);
    expect(two.cutOff).toEqual([bo]);
    expect(two.names).toEqual(["Al"]);
  });
});

describe("the relay across nodes", () => {
  it("hands messages on in order, and tells the sender who is not there", async () => {
    lab = new HubLab();
    const [one, two] = (await rooms(lab, relay, "n1", "n2")) as [LabNode, LabNode];
    const ann = one.connect();
    const bob = two.connect();
    void one.hub.join?.(ann, "ann");
    const answer = two.hub.join?.(bob, "bob");
    await lab.turn();
    expect(await answer).toEqual({ ok: true });
    for (let at = 0; at < 20; at += 1) void one.hub.relay?.(ann, `m${at}|bob`);
    const missing = two.hub.relay?.(bob, "hello|cy");
    await lab.turn();
    expect(two.lines(bob).slice(0, 20)).toEqual(
      Array.from({ length: 20 }, (_, at) => expect.stringContaining(`m${at}`)),
    );
    expect(await missing).toMatchObject({ user: "cy" });
  });
});

describe("the operator's barrier across nodes", () => {
  it("waits for the clients of both nodes, and is answered from either", async () => {
    lab = new HubLab();
    const [one, two] = (await rooms(lab, reverse, "n1", "n2")) as [LabNode, LabNode];
    const a = one.connect();
    const b = two.connect();
    void one.hub.join?.(a, "a");
    void two.hub.join?.(b, "b");
    void two.hub.heard?.(b, "from two");
    await lab.pass(150);
    expect(await settled(two.hub.answer?.("hi", false))).toMatchObject({ kind: "waiting", for: ["a"] });
    void one.hub.heard?.(a, "from one");
    await lab.pass(150);
    expect(await settled(two.hub.answer?.("hi", false))).toEqual({ kind: "said", to: 2 });
    expect([one.lines(a), two.lines(b)]).toEqual([["hi"], ["hi"]]);
    expect(two.notices).toEqual(one.notices);
  });

  it("remembers what is unanswered when its owner is killed", async () => {
    lab = new HubLab();
    const [one, two] = (await rooms(lab, reverse, "n1", "n2")) as [LabNode, LabNode];
    const b = two.connect();
    void two.hub.join?.(b, "b");
    void two.hub.heard?.(b, "still open");
    await lab.pass(300);
    kill(one);
    await lab.pass(500);
    expect(two.face.members).toMatchObject([{ name: "b", details: { unanswered: "1", said: "still open" } }]);
  });
});

async function settled<Answer>(answer: Promise<Answer> | undefined): Promise<Answer | undefined> {
  await lab.turn();
  return answer;
}
