/** Ports on a student's page: her own, her group's, and those for all; none of another's. */
import { afterAll, beforeAll, expect, it } from "vitest";
import type { MeState } from "../../src/web/protocol.ts";
import { studentSource } from "../../src/web/sources/student-source.ts";
import { ClassDaemon } from "../class/class-daemon.ts";

const LAB = `roster: ./roster.csv
shared:
  - { role: chat, name: hall, port: 0 }
groups:
  - role: relay
each:
  - role: calculator
  - role: ack
roles:
  - { role: echo, port: 0, name: aside }
`;
let one: ClassDaemon;
beforeAll(async () => {
  one = await ClassDaemon.start({ "lab.yaml": LAB, "roster.csv": "id,group\ns001,A\ns002,B\ns003,\n" });
});
afterAll(() => one.close());

const noStories = { find: () => undefined, recall: async () => undefined };
function placesOf(student: string) {
  const source = studentSource(one.daemon.lab, student, noStories);
  source.look(0);
  const { instances } = JSON.parse(source.since()) as MeState;
  source.close();
  return instances.map(({ role, transport, port, whose }) => [role, transport, port, whose]);
}
const portOf = (name: string) => one.daemon.lab.find(name)?.port;

it.each([
  ["s001", "A"],
  ["s002", "B"],
])("%s has the own roles, those of the group %s, and what is for all", (student, group) => {
  expect(placesOf(student)).toEqual([
    ["calculator", "tcp", portOf(`${student}-calculator`), "own"],
    ["ack", "udp", portOf(`${student}-ack`), "own"],
    ["relay", "tcp", portOf(`group-${group}-relay`), "group"],
    ["chat", "tcp", portOf("hall"), "shared"],
  ]);
});

it("a student of no group has none of a group's", () => {
  expect(placesOf("s003").map(([role]) => role)).toEqual(["calculator", "ack", "chat"]);
});
