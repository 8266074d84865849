/** The documents of every command, from a real daemon, held against their schemas: nothing missing, nothing untold. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { problemOf } from "../../src/errors.ts";
import bootstrap from "../../src/machines/bootstrap.ts";
import calculator from "../../src/machines/calculator.ts";
import chat from "../../src/machines/chat.ts";
import { commandTable, distinct } from "../../src/repl/command-folder.ts";
import { documentSchemas, problem, STREAMS, WITHOUT_DOCUMENT } from "../../src/repl/document-schemas.ts";
import { evaluate } from "../../src/repl/evaluator.ts";
import { converse } from "../actors/harness.ts";
import { eventually } from "./eventually.ts";
import { daemon, useDaemon } from "./own-daemon.ts";

const EXAMPLE = readFileSync(path.join(import.meta.dirname, "../../examples/guess-number.ts"), "utf8");
const CSV: Readonly<Record<string, string>> = {
  "good.csv": "email,name\nlea@x.org,Lea\n",
  "bad.csv": "no\n",
  "report.json": JSON.stringify({
    format: "netlab-check/1",
    version: "1.0.0",
    role: "calculator",
    side: "server",
    seed: 1,
    started: "2026-01-01T00:00:00.000Z",
    program: { run: null, at: "127.0.0.1:1" },
    results: [{ id: "CALC-2.numbers", status: "passed", grade: "MUST", weight: 2, message: "" }],
  }),
};

useDaemon([calculator, chat, bootstrap]);

/** A connection that made a mistake (c1), one in a room (c2), and four that are live (c3 to c6). */
beforeEach(async () => {
  const servers = await Promise.all(
    ["calculator", "chat", "bootstrap"].map((role) => daemon.lab.spawn(role, { host: "127.0.0.1", port: 0 })),
  );
  const [sums = 0, room = 0] = servers.map(({ port }) => port);
  const wrong = await converse(sums);
  wrong.say("ann\nnot a sum\nq\n");
  await wrong.hearsTheEnd();
  wrong.end();
  await wrong.over();
  const member = await converse(room);
  member.say(":Al:alop\n");
  for (const name of ["bob", "carl", "dan", "eve"]) (await converse(sums)).say(`${name}\n`);
  await eventually(() => {
    expect(daemon.lab.members?.("chat-1") ?? [1]).toHaveLength(1);
    const states = daemon.lab.liveStories().map(({ state }) => state);
    expect(states.filter((state) => state === "computing")).toHaveLength(4);
  });
});

async function run(line: string) {
  const documents: unknown[] = [];
  const err: string[] = [];
  const stop = new AbortController();
  const responder = {
    out: (text: string) => void err.push(`out: ${text}`),
    err: (text: string) => void err.push(text),
    data: (document: unknown) => void documents.push(JSON.parse(JSON.stringify(document))),
    ask: async () => "",
    readFile: async (file: string) => CSV[file] ?? EXAMPLE,
    isBehind: false,
  };
  const exit = await evaluate({
    lab: daemon.lab,
    level: "own",
    request: { line },
    responder,
    signal: stop.signal,
  });
  return { exit, documents, err };
}

/** Lines by command, those that end things last. */
const LINES: Readonly<Record<string, readonly string[]>> = {
  info: ["info --json"],
  help: ["help --json", "help spawn --json"],
  roles: ["roles --json"],
  ls: ["ls --json", "ls bootstrap --json"],
  show: ["show calculator --json", "show c1 --json"],
  tree: ["tree --json"],
  conns: ["conns --json", "conns --all --json"],
  explain: ["explain c1 --json", "explain c2 --json"],
  replay: ["replay c1 --json"],
  rewind: ["rewind c1 --json", "rewind c1 --to 3 --json"],
  graph: ["graph calculator --json", "graph c3 --json"],
  seq: ["seq c1 --json"],
  records: ["records calculator --json"],
  fault: [
    "fault kinds --json",
    "fault add calculator latency=10ms --json",
    "fault ls --json",
    "fault rm f1 --json",
  ],
  members: ["members chat --json"],
  say: ["say --json chat hello"],
  send: ["send --json c3 1 + 1"],
  "wait-for": ["wait-for calculator running --json", "wait-for c3 computing --json"],
  register: ["register 10.0.0.1 4000 pdf secret --json"],
  registry: ["registry --json", "registry --show-tokens --json"],
  deregister: ["deregister 10.0.0.1 4000 --json"],
  book: [
    "book add luke@x.org Luke --json",
    "book find luke@x.org --json",
    "book ls --json",
    "book export --json",
    "book import good.csv --json",
    "book import bad.csv --json",
    "book remove luke@x.org --json",
  ],
  "keep-check": ["keep-check report.json --json"],
  sql: ["sql --json select * from registrations"],
  top: ["top --n 1 --every 50ms --json"],
  logs: ["logs --json"],
  audit: ["audit --json"],
  load: ["load guess-number.ts --json"],
  spawn: ["spawn calculator more --port 0 --json"],
  stop: ["stop more --json"],
  start: ["start more --json"],
  restart: ["restart more --json"],
  remove: ["remove more --json"],
  unload: ["unload guess-number --json"],
  event: ["event c4 peer.quit --json"],
  fin: ["fin c3 --json"],
  rst: ["rst c5 --json"],
  kick: ["kick c2 --json"],
  kill: ["kill calculator --json"],
  reload: ["reload --json"],
  web: ["web --port 0 --json", "web --revoke --json", "web --off --json"],
};

/** They need a class: test/class asks them. */
const OF_CLASS = ["class", "who", "hint", "freeze", "open", "handout", "submit"];

/** They need several nodes: test/cluster asks them. */
const OF_CLUSTER = ["drain", "nodes"];

/** Those that follow what happens are run below; these need a realm or a class, or end the daemon. */
const ELSEWHERE = ["backup", ...OF_CLUSTER, "tap", "trace", "eval", "shutdown", ...OF_CLASS];

function expectFits(name: string, document: unknown): void {
  const schema = documentSchemas[name];
  if (!schema) throw new Error(`${name} has no schema`);
  // What is not named in the schema is left out of what it answers with, and so is seen.
  const { success, data, error } = schema.safeParse(document);
  if (!success)
    throw new Error(`${name}: ${error.message}\n${JSON.stringify(document, null, 2).slice(0, 2_000)}`);
  expect(data).toEqual(document);
}

describe("the schemas", () => {
  it("are of every command there is, and of no other", async () => {
    const names = distinct(await commandTable()).map(({ name }) => name);
    expect([...Object.keys(documentSchemas), ...WITHOUT_DOCUMENT].sort()).toEqual(names.sort());
    expect([...Object.keys(LINES), ...ELSEWHERE].sort()).toEqual(Object.keys(documentSchemas).sort());
  });

  it("fit what every command answers with, and name all of it", async () => {
    for (const [name, lines] of Object.entries(LINES)) {
      for (const line of lines) {
        const { documents, err } = await run(line);
        if (documents.length === 0) throw new Error(`${line} answered nothing: ${err.join("; ")}`);
        if (!STREAMS.includes(name)) expect(documents).toHaveLength(1);
        for (const document of documents) expectFits(name, document);
      }
    }
  }, 60_000);

  it.each(["tap", "trace"])("fit each line of %s", async (name) => {
    const following = run(`${name} calculator --n 1 --for 3s --json`);
    await eventually(async () => {
      await run("send --json c3 x");
    });
    const peer = await converse(daemon.lab.find("calculator-1")?.port ?? 0);
    peer.say("carl\n1 + 1\n");
    const { documents } = await following;
    expect(documents).not.toEqual([]);
    for (const document of documents) expectFits(name, document);
  });

  it("fit shutdown, and an error", async () => {
    const [stopping] = (await run("shutdown --yes --json")).documents;
    expectFits("shutdown", stopping);
    const error = problemOf(new Error("broken"));
    expect(problem.parse(error)).toEqual(error);
  });
});
