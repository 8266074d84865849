/** Chat rooms of a lab in memory, for tests. */
import { expect } from "vitest";
import type { Role } from "../../src/machines/_role.ts";
import type { HubLab, HubNode, LabNode } from "./hub-lab.ts";

/** Daemons that opened it one after the other: the first owns it. */
export async function rooms(lab: HubLab, role: Role, ...names: string[]): Promise<LabNode[]> {
  const nodes: LabNode[] = [];
  for (const name of names) {
    nodes.push(lab.node(name, role));
    await lab.turn();
  }
  return nodes;
}

/** A member who is in. */
export async function join(lab: HubLab, node: LabNode, name: string): Promise<string> {
  const id = node.connect();
  const answer = node.hub.join?.(id, { name, login: name.toLowerCase() });
  await lab.turn();
  expect(await answer).toEqual({ ok: true });
  return id;
}

/** Words of members alone. */
export const inRoom = (node: HubNode, id: string) =>
  node.lines(id).filter((line) => !/ user |Server| left chat$/.test(line) && !line.startsWith("new user"));
