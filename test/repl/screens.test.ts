/** What a reader's screen is given: its width, its colours, documents and candidates. In a real daemon. */
import { beforeEach, describe, expect, it } from "vitest";
import type { LabInstance } from "../../src/lab/lab.ts";
import calculator from "../../src/machines/calculator.ts";
import { commandTable } from "../../src/repl/command-folder.ts";
import { evaluate, type RunRequest } from "../../src/repl/evaluator.ts";
import { complete } from "../../src/repl/line-completion.ts";
import { converse } from "../actors/harness.ts";
import { eventually } from "./eventually.ts";
import { daemon, useDaemon } from "./own-daemon.ts";

const LONG = `a-${"long-".repeat(9)}name`;
const ESCAPE = "\x1b[31m";

let server: LabInstance;

useDaemon([calculator]);
beforeEach(async () => {
  server = await daemon.lab.spawn("calculator", { host: "127.0.0.1", port: 0 });
});

async function run(line: string, request: Partial<RunRequest> = {}) {
  const [out, err, data]: [string[], string[], unknown[]] = [[], [], []];
  const responder = {
    out: (text: string) => void out.push(text),
    err: (text: string) => void err.push(text),
    data: (document: unknown) => void data.push(document),
    ask: async () => "",
    isBehind: false,
  };
  const { signal } = new AbortController();
  const exit = await evaluate({
    lab: daemon.lab,
    level: "own",
    request: { line, ...request },
    responder,
    signal,
  });
  return { exit, out: out.join("\n"), err: err.join("\n"), data };
}

async function offered(line: string): Promise<string[]> {
  const { candidates } = complete(daemon.lab, await commandTable(), line, line.length);
  return candidates.map(({ value }) => value);
}

async function ended(said: string): Promise<void> {
  const peer = await converse(server.port);
  peer.say(`${said}\nq\n`);
  await peer.hearsTheEnd();
  peer.end();
  await peer.over();
  await eventually(() => expect(daemon.lab.liveStories()).toEqual([]));
}

describe("a line", () => {
  it("is cut to the reader's width, and to none with --wide or where no width is told", async () => {
    await ended(LONG);
    const cut = await run("show c1", { columns: 60 });
    expect(cut.out).toContain("…");
    expect(cut.out).not.toContain(LONG);
    expect((await run("show c1 --wide", { columns: 60 })).out).toContain(LONG);
    expect((await run("show c1")).out).toContain(LONG);
  });

  it("of prose is never longer than a reader likes, however wide the screen is", async () => {
    const { out } = await run("help", { columns: 10_000 });
    expect(Math.max(...out.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(130);
  });
});

describe("logs", () => {
  it("shows no escapes where the reader wants no colours, also of a log that is coloured", async () => {
    const line = { at: 0, level: "warn", message: "careful", text: `${ESCAPE}WARN\x1b[39m careful` } as const;
    (daemon.lab.logLines() as (typeof line)[]).push(line);
    expect((await run("logs")).out).toMatch(/WARN careful$/);
    expect((await run("logs", { colors: true })).out).toContain(`${ESCAPE}WARN`);
  });
});

describe("rewind --json", () => {
  it("lists the moments as a document", async () => {
    await ended("ann");
    const { data, out } = await run("rewind c1 --json");
    expect(out).toBe("");
    expect(data).toMatchObject([{ connection: `${server.id}/c1`, cutShort: null }]);
    const [{ moments }] = data as [{ moments: { entry: number; kind: string; text: string }[] }];
    expect(moments.slice(0, 2)).toMatchObject([
      { entry: 1, kind: "opened" },
      { entry: 2, kind: "in" },
    ]);
    expect(moments.some(({ text }) => text.includes("ann"))).toBe(true);
  });
});

describe("spawn", () => {
  it("suggests the role before it looks at the options", async () => {
    const { exit, err } = await run("spawn calulator --port 0");
    expect(err).toBe('no role "calulator"; did you mean calculator?');
    expect(exit).toBe(4);
  });
});

describe("status", () => {
  it("tells how many roles run, and names those that do not", async () => {
    const other = await daemon.lab.spawn("calculator", { host: "127.0.0.1", port: 0 });
    await daemon.lab.stop(other.id);
    expect((await run("status")).out).toContain(`1 running, 1 stopped (${other.id}); 0 peers`);
    expect((await run("status --json")).data).toMatchObject([{ name: "netlabd", pid: process.pid }]);
  });
});

describe("Tab", () => {
  it("offers ended connections where they are of use, and only live ones where they are not", async () => {
    await ended("ann");
    for (const command of ["explain", "replay", "rewind"])
      expect(await offered(`${command} c`)).toContain("c1");
    expect(await offered("kick c")).not.toContain("c1");
  });

  it("offers the states that wait-for knows, those of the role first", async () => {
    expect((await offered("wait-for calculator-1 "))[0]).toBe("awaitingName");
    expect(await offered("wait-for calculator c")).toEqual(expect.arrayContaining(["computing", "closed"]));
    expect(await offered("wait-for calculator-1 st")).toEqual(expect.arrayContaining(["stopped", "stuck"]));
  });
});
