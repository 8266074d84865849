/** Slips for students at other machines: what those cannot reach is told, roles as well as the links of the page. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildWhereStale } from "../e2e/build.ts";
import { ClassDaemon } from "./class-daemon.ts";
import { run } from "./class-session.ts";

// The page's files are built, whatever runs the server.
buildWhereStale();

const LAB = "roster: ./roster.csv\neach:\n  - role: calculator\n";
const ROLES = "other machines cannot reach 2 of 2 roles: start netlabd with --host 0.0.0.0";
const LINKS = expect.stringMatching(
  /^other machines cannot open the links, which lead to this machine: web --off, /,
);

let one: ClassDaemon;
beforeAll(async () => {
  one = await ClassDaemon.start({ "lab.yaml": LAB, "roster.csv": "id\ns001\ns002\n" });
});
afterAll(() => one.close());

async function warned(line: string): Promise<string[]> {
  const { text } = await run(one, line);
  return text.split("\n").filter((told) => told.startsWith("other machines"));
}

async function withPage<Value>(names: readonly string[], deed: () => Promise<Value>): Promise<Value> {
  const web = await one.daemon.lab.web();
  await web.open({ port: 0, host: "localhost", names, isOwners: false });
  return deed().finally(() => web.close());
}

it("tells of roles that listen on this machine alone, and of none where students sit at it", async () => {
  expect(await warned("handout --host lab.example")).toEqual([ROLES]);
  expect(await warned("handout")).toEqual([]);
  expect(await warned("handout --host 127.0.0.1")).toEqual([]);
});

it("tells of a page that listens on this machine alone, and not of one that a proxy stands before", async () => {
  expect(await withPage([], () => warned("handout --host lab.example"))).toEqual([ROLES, LINKS]);
  expect(await withPage([], () => warned("handout"))).toEqual([]);
  expect(await withPage(["https://lab.example"], () => warned("handout --host lab.example"))).toEqual([
    ROLES,
  ]);
});
