/** Three nodes are started again one after the other, while all their members talk: each gives its hub away first. */
import { expect, it } from "vitest";
import chat from "../../src/machines/chat.ts";
import { HubLab, type LabNode } from "./hub-lab.ts";
import { inRoom, join } from "./rooms.ts";

const MEMBERS = 30;

class Restart {
  readonly lab = new HubLab();
  /** By name of node: its members, of now. */
  readonly members = new Map<string, string[]>();
  #said = 0;

  async enter(name: string): Promise<LabNode> {
    const node = this.lab.node(name, chat);
    await this.lab.pass(50);
    const ids: string[] = [];
    for (let at = 0; at < MEMBERS; at += 1)
      ids.push(await join(this.lab, node, `${name}-${this.#said}-${at}`));
    this.members.set(name, ids);
    return node;
  }

  /** Every member of every node says something that is said once. */
  talk(nodes: readonly LabNode[]): void {
    for (const node of nodes)
      for (const id of this.members.get(node.name) ?? []) {
        this.#said += 1;
        void node.hub.say?.(id, `#${this.#said}#`);
      }
  }
}

const numbers = (lines: readonly string[]) => lines.map((line) => Number(/#(\d+)#/.exec(line)?.[1]));

it("loses and doubles no line that is said to a member who stays", { timeout: 60_000 }, async () => {
  const restart = new Restart();
  const { lab, members } = restart;
  let nodes: LabNode[] = [];
  for (const name of ["n1", "n2", "n3"]) nodes.push(await restart.enter(name));
  for (const name of ["n1", "n2", "n3"]) {
    const leaving = nodes.find((node) => node.name === name) as LabNode;
    const staying = nodes.filter((node) => node !== leaving);
    const before = staying.map((node) => inRoom(node, members.get(node.name)?.[0] ?? "").length);
    restart.talk(nodes);
    const drained = leaving.hubs.drain();
    for (let at = 0; at < 20; at += 1) {
      restart.talk(nodes);
      await lab.pass(10);
    }
    await lab.pass(1_000);
    expect((await drained).every(({ to }) => to !== undefined)).toBe(true);
    for (const id of members.get(name) ?? []) leaving.close(id);
    members.delete(name);
    await lab.pass(100);
    leaving.hubs.close();
    leaving.bus.cut();
    lab.cluster.kill(name);
    restart.talk(staying);
    await lab.pass(500);
    const heard = staying.map((node, at) =>
      numbers(inRoom(node, members.get(node.name)?.[0] ?? "").slice(before[at])),
    );
    expect(heard[1]).toEqual(heard[0]);
    expect(heard[0]?.toSorted((one, other) => one - other)).toEqual(
      Array.from({ length: (21 * 3 + 2) * MEMBERS }, (_, at) => (heard[0] ? Math.min(...heard[0]) : 0) + at),
    );
    nodes = [...staying, await restart.enter(name)];
    for (const node of nodes) expect([node.moves, node.cutOff]).toEqual([[], []]);
  }
  expect(nodes.filter(({ isOwner }) => isOwner)).toHaveLength(1);
  for (const node of nodes) expect(node.names).toHaveLength(3 * MEMBERS);
  lab.end();
});
