/** The journal of a class: visitors are in it, and what netlabd's own file servers ask their registries day and night is not. */
import { afterEach, expect, it } from "vitest";
import { eventually } from "../actors/harness.ts";
import { freeRange } from "../e2e/free-ports.ts";
import { discover } from "../e2e/registry-client.ts";
import { ClassDaemon } from "./class-daemon.ts";

let one: ClassDaemon | undefined;
afterEach(() => one?.close());

/** A class of one, whose file server has looked into her registry, and then a visitor has. */
async function visited(options: string) {
  const base = await freeRange(10);
  const lab = `roster: ./roster.csv
class: { ports: ${base}-${base + 9} }
each:
  - { role: bootstrap${options} }
  - { role: file-server, service: txt, token: "{token}", bootstrap: "127.0.0.1:{port.bootstrap}" }
`;
  one = await ClassDaemon.start({ "lab.yaml": lab, "roster.csv": "id\ns001\n" }, { isJournaled: true });
  const { lab: running } = one.daemon;
  const looks = () => running.stories().filter(({ subject, bytesIn }) => subject.isInternal && bytesIn > 0);
  // The registration, and a look whether it is there.
  await eventually(() => expect(looks().length).toBeGreaterThanOrEqual(2));
  await discover(base);
  const { rows } = await eventuallyJournaled(one);
  return { journaled: rows.map(([id]) => id), looks: looks().map(({ subject }) => subject.id) };
}

/** The visitor came last, and the journal is written in the order of what happened. */
async function eventuallyJournaled({ daemon }: ClassDaemon) {
  const visitor = daemon.lab.stories().find(({ subject }) => !subject.isInternal)?.subject.id;
  let answer = await daemon.lab.query("select id from stories order by opened_at");
  await eventually(async () => {
    answer = await daemon.lab.query("select id from stories order by opened_at");
    expect(answer.rows.map(([id]) => id)).toContain(visitor);
  });
  return answer;
}

it("has the visitors of a student's registry, and not her own file server's looks", async () => {
  const { journaled, looks } = await visited("");
  expect(journaled).toHaveLength(1);
  expect(looks).not.toContain(journaled[0]);
});

it("has the looks too at a bootstrap that is recorded in full", async () => {
  const { journaled, looks } = await visited(", record: full");
  expect(journaled).toEqual(expect.arrayContaining(looks.slice(0, 2)));
});
