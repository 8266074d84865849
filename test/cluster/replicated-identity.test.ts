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

/** Each daemon with an address of its own, in a log that all of them come to at once; the first has looked again before the last has written. */
async function begun() {
  const lab = new Lab(NAMES, undefined, 100);
  for (const node of lab.nodes) await node.book.add(`${node.name}@example.org`, node.name);
  const given = identitiesOf(lab);
  for (const node of lab.nodes) node.join();
  slow(lab, [25, 32, 40]);
  await lab.pass(1_000, 5);
  await lab.pass(10_000);
  return { lab, given };
}

/** Ways to the engine, each in milliseconds: the first one's last look comes before the last one's word. */
function slow(lab: Lab, ways: readonly number[]): void {
  for (const [at, { side }] of lab.nodes.entries()) {
    const way = ways[at] ?? 0;
    if (side) side.faults = { delayMs: [way, way] };
  }
}

/** Identities that are written from now on. */
function identitiesOf(lab: Lab): string[] {
  const log = lab.engine.logOf(LOG);
  const append = log.append.bind(log);
  const given: string[] = [];
  log.append = (key, entry) => {
    const sequence = append(key, entry);
    if (key === IDENTITY_KEY) given.push(textOf(entry));
    return sequence;
  };
  return given;
}

function expectOne(lab: Lab, identity: string | undefined): void {
  expect(identityIn(lab)).toBe(identity);
  expect(lab.nodes.map(identityAt)).toEqual(NAMES.map(() => identity));
  expect(lab.nodes.map(({ stand }) => stand)).toEqual(NAMES.map(() => people));
}

describe("a log that several daemons begin at once", () => {
  it("has one identity for all, which is the last, and the rows of each", async () => {
    const { lab, given } = await begun();
    expect(given).toHaveLength(3);
    expectOne(lab, given.at(-1));
  });
});

describe("a log whose loss several daemons find at once", () => {
  it("has one new identity for all, although each was told that its own was taken", async () => {
    const { lab, given } = await begun();
    for (const node of lab.nodes) node.side?.cut();
    lab.engine.forgetNewest(LOG, 3);
    const before = given.splice(0);
    slow(lab, [25, 30, 34]);
    for (const node of lab.nodes) node.side?.mend();
    await lab.pass(1_000, 5);
    expect(given).toHaveLength(3);
    await lab.pass(10_000);
    expect(before).not.toContain(given.at(-1));
    expectOne(lab, given.at(-1));
  });
});
