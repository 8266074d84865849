/** Operators of a lab of two nodes: what one asks of both, of the other, and what the other lets them do. */
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/actors/clock.ts";
import { LABS_SUBJECT, OtherLabs } from "../../src/cluster/other-labs.ts";
import calculator from "../../src/machines/calculator.ts";
import chat from "../../src/machines/chat.ts";
import { documentSchemas } from "../../src/repl/document-schemas.ts";
import { eventually } from "../actors/harness.ts";
import { type TestNode, TwoLabs } from "./two-labs.ts";

let labs: TwoLabs;
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await labs.end();
});

async function start(how: Parameters<typeof TwoLabs.start>[1] = {}): Promise<void> {
  labs = await TwoLabs.start([calculator, chat], how);
  for (const node of [labs.node1, labs.node2]) await labs.answers(node, "spawn calculator --port 0");
}

/** A peer that stays; answers once the node knows it. */
async function join({ daemon: { lab } }: TestNode): Promise<Socket> {
  const before = lab.stories().length;
  const socket = connect(lab.instances[0]?.port ?? 0, "127.0.0.1");
  sockets.push(socket.on("error", () => undefined));
  await eventually(() => expect(lab.stories().length).toBe(before + 1));
  return socket;
}

describe("a list", () => {
  it("has the roles of both nodes, with a column that says whose each is", async () => {
    await start();
    const shown = await labs.shown(labs.node1, "ls");
    expect(shown.split("\n")[0]).toMatch(/^NODE +ID +STATE +WHERE/);
    expect(shown).toMatch(/^node1 +calculator-1 +running/m);
    expect(shown).toMatch(/^node2 +calculator-1 +running/m);
    const documents = await labs.document<{ node: string; id: string }[]>(labs.node1, "ls");
    expect(documents.map(({ node, id }) => [node, id])).toEqual([
      ["node1", "calculator-1"],
      ["node2", "calculator-1"],
    ]);
  });

  it("has the connections of both, and says once what both say", async () => {
    await start();
    expect(await labs.shown(labs.node1, "conns")).toBe("no client has connected yet");
    await join(labs.node2);
    const shown = await labs.shown(labs.node1, "conns");
    expect(shown).toMatch(/^node2 +c1@node2 +calculator-1/m);
    expect(shown).toContain("node1: no client has connected yet");
  });

  it("fits the width that was asked for", async () => {
    await start();
    const shown = await labs.shown(labs.node1, "ls", { columns: 60 });
    for (const line of shown.split("\n")) expect(line.length).toBeLessThanOrEqual(60);
  });

  it("asks the one node that a selector names", async () => {
    await start();
    const documents = await labs.document<{ node: string }[]>(labs.node1, "ls @node2");
    expect(documents.map(({ node }) => node)).toEqual(["node2"]);
    const own = await labs.document<{ node: string }[]>(labs.node1, "ls calculator@node1");
    expect(own.map(({ node }) => node)).toEqual(["node1"]);
  });

  it("names a node that does not answer, shows the others, and ends as a question that was not answered", async () => {
    await start({ third: "node3" });
    const answers = await labs.answers(labs.node1, "ls --json");
    expect(answers).toContainEqual({ err: "node3 did not answer within 1 s", code: "node-away" });
    expect(answers[0]?.data).toEqual([expect.anything(), expect.anything()]);
    expect(answers.at(-1)).toEqual({ exit: 6 });
  });
});

describe("nodes", () => {
  it("lists each with what it plays, and how far away it is", async () => {
    await start({ third: "node3" });
    await join(labs.node2);
    labs.node1.nodes.lose("node3");
    const rows = await labs.document<Record<string, unknown>[]>(labs.node2, "nodes");
    expect(rows).toMatchObject([
      { node: "node1", state: "running", roles: 1, peers: 0, hubs: [] },
      { node: "node2", state: "here", roles: 1, peers: 1, hubs: [] },
      { node: "node3", state: "silent", roles: null, latencyMs: null },
    ]);
    expect(rows[0]?.latencyMs).toEqual(expect.any(Number));
    expect(documentSchemas.nodes?.parse(rows)).toEqual(rows);
    expect(await labs.shown(labs.node1, "nodes")).toMatch(/^node3 +gone/m);
  });
});

describe("nodes", () => {
  it("has all hubs of a node, on a screen of 80 columns too", async () => {
    await start();
    const rooms = ["lobby", "library", "laboratory", "lecture-hall", "lounge", "long-corridor", "landing"];
    for (const room of rooms) await labs.answers(labs.node1, `spawn chat ${room} --port 0`);
    await eventually(() => expect(labs.node1.daemon.lab.cluster?.hubs).toHaveLength(rooms.length));
    const shown = await labs.shown(labs.node2, "nodes", { columns: 80 });
    for (const line of shown.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    expect(shown.split("\n")[0]).toMatch(/^NODE .* VERSION +HUBS$/);
    for (const hub of labs.node1.daemon.lab.cluster?.hubs ?? []) expect(shown.split(/\s+/)).toContain(hub);
    expect(shown).toMatch(/^node2 +here/m);
  });

  it("says that the bus is away, and lists what it knew", async () => {
    await start();
    labs.engine.goAway();
    const shown = await labs.shown(labs.node1, "nodes");
    expect(shown).toMatch(/^node1 +here/m);
    expect(shown).toContain("the bus between the nodes is away: shared rooms wait");
  });

  it("names another lab that is on the same bus, with its nodes", async () => {
    await start();
    const bus = labs.engine.attach();
    const others = ["a", "b"].map(
      (node) => new OtherLabs({ bus, clock: systemClock, lab: "room-b", node, onMalformed: () => undefined }),
    );
    bus.subscribe(LABS_SUBJECT, ({ respond }) => respond?.(Buffer.from('{"lab":"\\u001b[2J","node":"x"}')));
    const shown = await labs.shown(labs.node1, "nodes");
    expect(shown).toMatch(/^another lab, room-b, with 2 nodes is on this bus: daemons are one lab only if/m);
    expect(shown.match(/another lab/g)).toHaveLength(1);
    for (const one of others) one.close();
    expect(await labs.shown(labs.node2, "nodes")).not.toContain("another lab");
  });
});

describe("top", () => {
  it("waits once for the word of each node that is there", async () => {
    await start();
    for (const line of ["top --n 1 --every 50ms --all", "top --n 1 --every 50ms --all --plain"]) {
      const shown = JSON.stringify(await labs.answers(labs.node1, line));
      expect(shown).toContain("node2: 0 connections");
      expect(shown).not.toContain("has told nothing yet");
    }
    const documents = await labs.answers(labs.node1, "top --n 1 --every 50ms --json");
    expect(documents.flatMap(({ data }) => (data as { node?: string })?.node ?? []).toSorted()).toEqual([
      "node1",
      "node2",
    ]);
  });

  it("does not wait for one that does not answer", async () => {
    await start({ third: "node3" });
    const shown = JSON.stringify(await labs.answers(labs.node1, "top --n 1 --every 50ms"));
    expect(shown).toContain("node2: 0 connections");
    expect(shown).not.toContain("node3");
  });

  it("shows the roles of all nodes, and the load of each", async () => {
    await start();
    await join(labs.node2);
    const { heard, stop } = labs.begin(labs.node1, "top --every 50ms --all");
    const frame = /node2: 1 connection,.*\n\nNODE +ID(.*\n)*node2 +calculator-1 +running +1/;
    await eventually(() => expect(heard).toContainEqual({ frame: expect.stringMatching(frame) }));
    stop();
  });

  it("answers with a document a node", async () => {
    await start();
    const { heard, stop } = labs.begin(labs.node1, "top --every 50ms --json");
    for (const node of ["node1", "node2"])
      await eventually(() => expect(heard).toContainEqual({ data: expect.objectContaining({ node }) }));
    stop();
  });
});

describe("a selector with a node", () => {
  it("asks there: the story of a connection of the other node is told here", async () => {
    await start();
    await join(labs.node2);
    expect(await labs.shown(labs.node1, "explain c1@node2")).toContain("calculator-1/c1@node2");
    expect(await labs.document(labs.node1, "show calculator-1@node2")).toMatchObject({ node: "node2" });
    expect(await labs.shown(labs.node1, "explain @last@node2")).toContain("calculator-1/c1@node2");
  });

  it("needs none where the number is known at one node alone, and asks which where it is known at two", async () => {
    await start();
    await join(labs.node2);
    expect(await labs.shown(labs.node1, "show c1")).toContain("calculator-1/c1@node2");
    await labs.answers(labs.node2, "spawn calculator lone --port 0");
    expect(await labs.document(labs.node1, "show lone")).toMatchObject({ node: "node2", name: "lone" });
    await join(labs.node1);
    expect(await labs.shown(labs.node1, "show c1")).toContain("calculator-1/c1@node1");
    expect(await labs.shown(labs.node1, "show c99")).toContain("no connection");
  });

  it("is refused where there is no such node, where it is gone, and where two are named", async () => {
    await start();
    expect(await labs.answers(labs.node1, "show c1@node9")).toEqual([
      { err: 'no node "node9"; did you mean node1?', code: "no-such-node" },
      { exit: 4 },
    ]);
    for (const line of ["show calculator-1@nod2", "conns calculator@nod2", "ls state=running @nod2"])
      expect(await labs.shown(labs.node1, line)).toBe('no node "nod2"; did you mean node2?');
    expect(await labs.shown(labs.node1, "conns label=s042@nod2")).toContain("no connection matches");
    labs.node1.nodes.lose("node2");
    expect(await labs.shown(labs.node1, "show c1@node2")).toMatch(/^node2 is gone/);
    expect(await labs.shown(labs.node1, "conns c1@node1 c2@node2")).toContain("are on two nodes");
  });

  it("follows what happens there until it is interrupted", async () => {
    await start();
    const { heard, ended } = labs.begin(labs.node1, "tap @node2 --n 1");
    await eventually(() => expect(heard).toContainEqual({ err: expect.stringMatching(/^following/) }));
    await join(labs.node2);
    await ended;
    expect(heard).toContainEqual({ out: expect.stringContaining("calculator-1/c1@node2") });
  });
});

describe("what a node lets operators of others do", () => {
  it("is to look, unless told otherwise", async () => {
    await start();
    await join(labs.node2);
    expect(await labs.answers(labs.node1, "kick c1@node2")).toEqual([
      { err: expect.stringContaining("--cluster-operators all"), code: "needs-level" },
      { exit: 5 },
    ]);
    expect(labs.node2.daemon.lab.liveStories()).toHaveLength(1);
  });

  it("is nothing under none", async () => {
    await start({ operators: "none" });
    expect(await labs.answers(labs.node1, "show calculator@node2")).toEqual([
      { err: expect.stringMatching(/^node2 takes no commands from other nodes/), code: "node-refuses" },
      { exit: 5 },
    ]);
    expect(await labs.shown(labs.node1, "nodes")).toMatch(
      /\nnode2 takes no commands from other nodes[^\n]*$/,
    );
    expect(await labs.shown(labs.node1, "seq calculator@node1 calculator@node2")).toMatch(
      /^node2 takes no commands from other nodes/,
    );
  });

  it("is all that they may do at their own under all, and the audit names their node", async () => {
    await start({ operators: "all" });
    await join(labs.node2);
    const refused = await labs.answers(labs.node1, "kick c1@node2", { level: "observe" });
    expect(refused[0]).toMatchObject({ code: "needs-level" });
    expect(await labs.shown(labs.node1, "kick c1@node2")).toBe("kicked calculator-1/c1@node2");
    const row = { operator: "ann", node: "node1", line: "kick c1@node2", exit: 0 };
    await eventually(async () =>
      expect(await labs.document(labs.node2, "audit")).toContainEqual(expect.objectContaining(row)),
    );
  });
});

describe("an answer", () => {
  it("that the bus loses a part of is no answer", async () => {
    await start();
    await join(labs.node2);
    const { node2 } = labs;
    const publish = node2.bus.publish.bind(node2.bus);
    let count = 0;
    node2.bus.publish = (subject, data) => {
      count += 1;
      // The second message is the report itself.
      if (count !== 2) publish(subject, data);
    };
    expect(await labs.answers(labs.node1, "show c1@node2")).toContainEqual({
      err: expect.stringContaining("was lost"),
      code: "node-away",
    });
  });

  it("ends with the bus, and with the node", async () => {
    await start();
    const ends = [() => labs.node1.nodes.lose("node2"), () => labs.engine.goAway()];
    for (const [index, goAway] of ends.entries()) {
      const [asker, other] = index === 0 ? [labs.node1, "node2"] : [labs.node2, "node1"];
      const { heard, ended } = labs.begin(asker, `tap @${other}`);
      await eventually(() => expect(heard).toContainEqual({ err: expect.stringMatching(/^following/) }));
      goAway();
      await ended;
      expect(heard.at(-2)).toMatchObject({ code: "node-away" });
    }
  });
});

it("a hub is given away before its node is stopped, and goes on", async () => {
  await start({ operators: "all" });
  for (const node of [labs.node2, labs.node1]) await labs.answers(node, "spawn chat lobby --port 0");
  const hubs = async () => {
    const rows = await labs.document<{ node: string; hubs: string[] }[]>(labs.node1, "nodes");
    return rows.map((row) => row.hubs.length);
  };
  await eventually(async () => expect(await hubs()).toEqual([0, 1]));
  const given = await labs.document(labs.node1, "drain node2");
  expect(documentSchemas.drain?.parse(given)).toEqual(given);
  expect(given).toMatchObject([{ node: "node2", to: "node1" }]);
  await eventually(async () => expect(await hubs()).toEqual([1, 0]));
  expect(await labs.shown(labs.node1, "drain node2")).toBe("node2 owns no hub");
});
