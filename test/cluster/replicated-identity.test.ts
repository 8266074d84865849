/** Identity of the log, which several daemons may give it at once: on an engine that compares before it sets, more than one is answered. */
import { describe, expect, it } from "vitest";
import { IDENTITY_KEY, textOf } from "../../src/cluster/log-keys.ts";
import { Lab, type LabNode, LOG } from "./cluster-play.ts";

const NAMES = ["n1", "n2", "n3"];
const people = NAMES.map((name) => `${name}@example.org ${name}`);
const identityIn = (lab: Lab) => {
  const entry = lab.engine.logOf(LOG).newest(IDENTITY_KEY);
  return entry && textOf(entry);
};
const identityAt = ({ database }: LabNode) =>
  database.sql.prepare("SELECT identity FROM log_position").pluck().get();

/** Each daemon with an address of its own, in a log that all of them come to at once. */
async function begun() {
  const lab = new Lab(NAMES, undefined, 100);
  for (const node of lab.nodes) await node.book.add(`${node.name}@example.org`, node.name);
  for (const node of lab.nodes) node.join();
  await lab.pass(10_000);
  return lab;
}

function expectOne(lab: Lab): void {
  const identity = identityIn(lab);
  expect(identity).toMatch(/^[0-9a-f]{32}$/);
  expect(lab.nodes.map(identityAt)).toEqual(NAMES.map(() => identity));
  expect(lab.nodes.map(({ stand }) => stand)).toEqual(NAMES.map(() => people));
}

describe("a log that several daemons begin at once", () => {
  it("has one identity for all, and the rows of each", async () => {
    expectOne(await begun());
  });
});

describe("a log whose loss several daemons find at once", () => {
  it("has one new identity for all, although each was told that its own was taken", async () => {
    const lab = await begun();
    const before = identityIn(lab);
    for (const node of lab.nodes) node.side?.cut();
    lab.engine.forgetNewest(LOG, 3);
    const append = lab.engine.logOf(LOG).append.bind(lab.engine.logOf(LOG));
    let taken = 0;
    lab.engine.logOf(LOG).append = (key, entry) => {
      const sequence = append(key, entry);
      if (key === IDENTITY_KEY) taken += 1;
      return sequence;
    };
    for (const node of lab.nodes) node.side?.mend();
    await lab.pass(60_000);
    expect(taken).toBeGreaterThan(1);
    expect(identityIn(lab)).not.toBe(before);
    expectOne(lab);
  });
});
