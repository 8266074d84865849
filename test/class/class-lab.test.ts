/** A class in a daemon of this process: an instance of each entry a student, and a row a student from what they did. */
import { afterAll, describe, expect, it } from "vitest";
import type { LabInstance } from "../../src/lab/lab.ts";
import { documentSchemas } from "../../src/repl/document-schemas.ts";
import { converse, eventually } from "../actors/harness.ts";
import { ClassDaemon } from "./class-daemon.ts";

const LAB = `
roster: ./roster.csv
class: {}
each:
  - role: calculator
  - role: chat
`;
const ROSTER = "id,name,group\ns001,Ann,A\ns002,Bob,B\n";

describe("a class lab", () => {
  const running = ClassDaemon.start({ "lab.yaml": LAB, "roster.csv": ROSTER });
  afterAll(async () => (await running).close());
  const own = async (name: string) => (await running).daemon.lab.find(name) as LabInstance;

  it("plays each entry once a student, with the student's label", async () => {
    const { daemon } = await running;
    expect(daemon.lab.instances.map(({ name, label, state }) => [name, label, state])).toEqual([
      ["s001-calculator", "s001", "running"],
      ["s001-chat", "s001", "running"],
      ["s002-calculator", "s002", "running"],
      ["s002-chat", "s002", "running"],
    ]);
  });

  it("tells of a student what the newest connection does, and of one who was not there yet nothing", async () => {
    const { daemon } = await running;
    const peer = await converse((await own("s002-calculator")).port);
    peer.say("Bob\n");
    await eventually(() =>
      expect(daemon.lab.students()).toEqual([
        { id: "s001", group: "A", connected: 0, done: false },
        {
          id: "s002",
          group: "B",
          connected: 1,
          connection: daemon.lab.lastStory()?.subject.id,
          role: "calculator",
          state: "computing",
          furthest: "CALC-0",
          done: false,
        },
      ]),
    );
    const rows = daemon.lab.students();
    expect(documentSchemas.class?.parse(rows)).toEqual(rows);
    peer.socket.destroy();
  });
});
