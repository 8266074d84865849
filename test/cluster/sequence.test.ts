/** One drawing of connections at two nodes: each node tells its own, and instances of one name are told apart. */
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import chat from "../../src/machines/chat.ts";
import { eventually } from "../actors/harness.ts";
import { type TestNode, TwoLabs } from "./two-labs.ts";

interface Drawn {
  readonly participants: readonly { readonly id: string; readonly endedAt: string | null }[];
  readonly steps: readonly { readonly from: string | null; readonly text: string; readonly at: string }[];
}

let labs: TwoLabs;
const sockets: Socket[] = [];

/** A member of the room, who is in. */
async function join({ daemon }: TestNode, name: string): Promise<Socket> {
  const port = daemon.lab.instances[0]?.port ?? 0;
  const socket = connect(port, "127.0.0.1").setEncoding("utf8");
  sockets.push(socket);
  let heard = "";
  socket.on("data", (text: string) => {
    heard += text;
  });
  await eventually(() => expect(heard).toContain("ig name"));
  socket.write(`${name}\n`);
  await eventually(() => expect(heard).toContain(`:${name}:${name} joined`));
  return socket;
}

beforeEach(async () => {
  labs = await TwoLabs.start([chat]);
  for (const node of [labs.node1, labs.node2]) await labs.answers(node, "spawn chat --port 0");
  const ann = await join(labs.node1, "ann");
  let heard = "";
  (await join(labs.node2, "bob")).on("data", (text: string) => {
    heard += text;
  });
  // Times of two nodes may be a millisecond apart; their order is sure where the bus takes longer than that.
  for (const { bus } of [labs.node1, labs.node2]) bus.faults = { delayMs: [20, 20] };
  ann.write("hello\n");
  await eventually(() => expect(heard).toContain(":ann:hello"));
  for (const { bus } of [labs.node1, labs.node2]) bus.faults = {};
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await labs.end();
});

it("has a line said at one node before it is heard at the other, wherever it is asked for", async () => {
  for (const node of [labs.node1, labs.node2]) {
    const { participants, steps } = await labs.document<Drawn>(node, "seq c1@node1 c1@node2");
    expect(participants.map(({ id }) => id)).toEqual([
      "chat-1/c1@node1",
      "chat-1@node1",
      "chat-1/c1@node2",
      "chat-1@node2",
    ]);
    const said = steps.findIndex(({ from, text }) => from === "chat-1/c1@node1" && text.includes("hello"));
    const heard = steps.findIndex(({ from, text }) => from === "chat-1@node2" && text.includes(":ann:hello"));
    expect(said).toBeGreaterThan(-1);
    expect(heard).toBeGreaterThan(said);
  }
});

it("is drawn for a terminal, with words about clocks", async () => {
  const shown = await labs.shown(labs.node2, "seq chat-1@node1 c1", { columns: 110 });
  expect(shown).toMatch(/c1@node1 +chat-1@node1 +c1@node2 +chat-1@node2/);
  expect(shown).toMatch(/│.*"hello\\n" {2}6 bytes/);
  expect(shown).toContain("each node tells times by its own clock");
});

it("shows the last steps, and says how many came before", async () => {
  const { steps } = await labs.document<Drawn>(labs.node1, "seq chat-1@node1 chat-1@node2 --n 3");
  expect(steps).toHaveLength(4);
  expect(steps[0]?.text).toMatch(/earlier steps are left out/);
});

it("of one node is as it was, and an unknown connection of another is refused", async () => {
  const { participants } = await labs.document<Drawn>(labs.node1, "seq chat-1@node2");
  expect(participants.map(({ id }) => id)).toEqual(["chat-1/c1@node2", "chat-1"]);
  expect(await labs.shown(labs.node1, "seq c1 c9@node2")).toMatch(/^node2: no connection/);
});
