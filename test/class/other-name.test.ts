/** A class that is given pseudonyms in a running term: what was kept under the plain id is the same student's, and shown by the name that screens show now. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { KnownStories } from "../../src/web/known-stories.ts";
import type { MeState } from "../../src/web/protocol.ts";
import { studentSource } from "../../src/web/sources/student-source.ts";
import { Conversation } from "../actors/conversation.ts";
import { eventually } from "../actors/harness.ts";
import { ClassDaemon } from "./class-daemon.ts";
import { run } from "./class-session.ts";

const LAB = `roster: ./roster.csv
class: { pseudonyms: false }
each:
  - { role: calculator, host: 127.0.0.1 }
`;
let one: ClassDaemon;
let id: string;
/** Pseudonym of the student who came. */
let shown: string;

beforeEach(async () => {
  one = await ClassDaemon.start({ "lab.yaml": LAB, "roster.csv": "id\ns001\ns002\n" }, { isJournaled: true });
  shown = one.daemon.lab.class?.find("s001")?.pseudonym ?? "";
  id = await conversation("s001");
  one.write("lab.yaml", LAB.replace("false", "true"));
});
afterEach(() => one.close());

/** Resolves to its id, once it is over and judged. `name`: as screens show the student. */
async function conversation(name: string): Promise<string> {
  const { lab } = one.daemon;
  const peer = await Conversation.open(lab.find(`${name}-calculator`)?.port ?? 0);
  peer.end("ann\n1 plus 2\n");
  await peer.over();
  await eventually(() => expect(lab.lastStory()?.judged).toBeDefined());
  return lab.lastStory()?.subject.id ?? "";
}

async function told(line: string): Promise<string> {
  const { exit, text } = await run(one, line);
  expect(exit, text).toBe(0);
  return text;
}

/** Connections on the student's page, once they are this one. */
async function pageHasIt(): Promise<void> {
  const { lab } = one.daemon;
  const source = studentSource(lab, shown, new KnownStories(lab));
  let now = 0;
  await eventually(() => {
    now += 10_000;
    source.look(now);
    const { connections } = JSON.parse(source.since()) as MeState;
    expect(connections.map((connection) => [connection.id, connection.label])).toEqual([[id, shown]]);
  });
  source.close();
}

it("at the next start: explain takes either name, the page lists it, and neither tells the id", async () => {
  await one.again();
  expect(one.daemon.lab.stories()).toEqual([]);
  for (const term of ["s001", shown, id]) {
    const text = await told(`explain ${term}`);
    expect(text).toContain(id);
    expect(text).toContain(`for ${shown}`);
    expect(text).not.toContain("s001");
  }
  await pageHasIt();
});

it("by reload: the same of what is in memory, and how each stands is kept", async () => {
  const before = one.daemon.lab.students()[0];
  await one.daemon.lab.reload();
  expect(one.daemon.lab.students()[0]).toEqual({ ...before, id: shown });
  for (const line of [`explain s001`, `explain ${shown}`, `explain ${id}`, "conns --all"]) {
    const text = await told(line);
    expect(text).toContain(shown);
    expect(text).not.toContain("s001");
  }
  await pageHasIt();
});

it("and the other way round, where they are switched off again", async () => {
  await one.again();
  const later = await conversation(shown);
  one.write("lab.yaml", LAB);
  await one.again();
  for (const term of ["s001", shown]) {
    const text = await told(`explain ${term}`);
    expect(text).toContain(later);
    expect(text).toContain("for s001");
    expect(text).not.toContain(shown);
  }
});
