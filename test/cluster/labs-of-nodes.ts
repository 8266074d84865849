/** Labs of simulated nodes, and what their nodes tell. */
import type { NodeChange } from "../../src/cluster/nodes.ts";
import { nodeChangeText } from "../../src/node-change-text.ts";
import { LEASE_MS, SimulatedLab } from "./simulated-nodes.ts";

export const aliveIn = (nodes: { list(): readonly { name: string; isAlive: boolean }[] }) =>
  nodes.list().flatMap(({ name, isAlive }) => (isAlive ? [name] : []));

export const sentencesOf = (changes: readonly NodeChange[]) =>
  changes.flatMap((change) => nodeChangeText(change, { leaseMs: LEASE_MS, version: "1" })?.sentence ?? []);

export async function labOf(...names: string[]) {
  const lab = new SimulatedLab();
  const nodes = [];
  for (const name of names) nodes.push(await lab.enter(name));
  await lab.pass(1_000);
  return { lab, nodes };
}
