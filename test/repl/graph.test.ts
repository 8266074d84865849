/** `graph` in a real daemon: a role, a connection alive and ended, an instance, its supervisor, and all of it live. */
import { describe, expect, it } from "vitest";
import { exitCodes } from "../../src/errors.ts";
import calculator from "../../src/machines/calculator.ts";
import clock from "../../src/machines/clock.ts";
import { commandTable } from "../../src/repl/command-folder.ts";
import { complete } from "../../src/repl/line-completion.ts";
import { converse } from "../actors/harness.ts";
import { begin, daemon, run, spawn, useDaemon } from "./drawing-lab.ts";
import { eventually } from "./eventually.ts";

useDaemon([calculator, clock]);

/** A calculator, and a client that has said its name. */
async function calculating() {
  const instance = await spawn("calculator");
  const peer = await converse(instance.port);
  peer.say("ann\n");
  await eventually(() => expect(daemon.recorder.last?.state).toBe("computing"));
  return { instance, peer };
}

describe("graph", () => {
  it("draws a role without a present state", async () => {
    const { text, exit } = await run("graph calculator");
    expect(exit).toBe(exitCodes.done);
    expect(text).toMatch(/^calculator, the role\n/);
    expect(text).toContain("│   computing      waits for an expression, or q [CALC-1]");
    expect(text).not.toContain("╔");
  });

  it("draws a connection with the state that it is in, and the last one after its end", async () => {
    const { peer } = await calculating();
    const live = await run("graph @last");
    expect(live.text).toMatch(/^calculator-1\/c1 plays calculator: in computing\n/);
    expect(live.text).toContain("║ ► computing ");
    peer.say("q\n");
    peer.socket.end();
    await eventually(() => expect(daemon.recorder.last?.endedAt).toBeDefined());
    const ended = await run("graph c1 --ascii");
    expect(ended.text).toMatch(/^calculator-1\/c1 plays calculator: ended, its last state was closed/);
    expect(ended.text).toContain("# > closed ");
    expect(ended.text).toMatch(/^[\x20-\x7e\n]*$/);
  });

  it("tells of a server how many connections are in each state, and of a UDP role its one state", async () => {
    const { instance } = await calculating();
    await converse(instance.port);
    await eventually(() => expect(daemon.recorder.live()).toHaveLength(2));
    const { text } = await run("graph calculator-1");
    expect(text).toContain("│ • awaitingName   1 connection here");
    expect(text).toContain("│ • computing      1 connection here");
    await spawn("clock");
    expect((await run("graph clock-1")).text).toContain("║ ► serving ");
  });

  it("draws the supervisor of an instance, where it is too", async () => {
    await spawn("calculator");
    expect((await run("graph calculator-1 --supervisor")).text).toMatch(
      /^the supervisor of calculator-1, running\n[\s\S]*║ ► running /,
    );
    expect((await run("graph calculator --supervisor")).text).not.toContain("►  ");
  });

  it("answers with the documented document under --json, and the same as a text under --format json", async () => {
    await calculating();
    const { data } = await run("graph c1 --json");
    expect(data).toEqual([
      expect.objectContaining({
        kind: "connection",
        id: "calculator-1/c1",
        ended: false,
        current: ["computing"],
        initial: ["awaitingName"],
      }),
    ]);
    expect(JSON.parse((await run("graph c1 --format json")).text)).toEqual(data[0]);
  });

  it.each([
    ["mermaid", /^stateDiagram-v2\n[\s\S]*class s2 now/],
    ["dot", /^digraph "calculator" \{[\s\S]*> computing/],
    ["svg", /^<svg [\s\S]*<title>calculator-1\/c1 plays calculator: in computing[\s\S]*<\/svg>$/],
  ])("draws for %s", async (format, expected) => {
    await calculating();
    expect((await run(`graph c1 --format ${format}`)).text).toMatch(expected);
  });

  it("writes into the file that is named, for what its ending says", async () => {
    const { files, text } = await run("graph calculator --out my/chart.svg");
    expect([...files.keys()]).toEqual(["my/chart.svg"]);
    expect(files.get("my/chart.svg")).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
    expect(text).toBe("wrote my/chart.svg");
    const { files: others } = await run("graph calculator --out chart.gv");
    expect(others.get("chart.gv")).toMatch(/^digraph/);
  });

  it("keeps to the definition that a connection is played by, also when the role is loaded again", async () => {
    await calculating();
    daemon.supervisor.roles.set("calculator", { ...clock, name: "calculator" });
    expect((await run("graph c1")).text).toContain("║ ► computing ");
    expect((await run("graph calculator-1")).text).not.toContain("computing");
  });

  it.each([
    ["graph calculater", /did you mean calculator\?/, exitCodes.noSuchThing],
    ["graph c99", /no connection c99/, exitCodes.noSuchThing],
    ["graph calculator --watch", /name an instance or a connection to watch/, exitCodes.usage],
    ["graph calculator --format svg --watch", /--watch draws in the terminal/, exitCodes.usage],
    [
      "graph calculator --out chart.png",
      /cannot write \.png; choose --format text, mermaid/,
      exitCodes.usage,
    ],
    ["graph calculator --companion", /calculator has no companion/, exitCodes.usage],
    ["graph calculator --format png", /format/, exitCodes.usage],
  ])("says what is wrong with %s", async (line, expected, code) => {
    const { err, exit } = await run(line);
    expect(err.join()).toMatch(expected);
    expect(exit).toBe(code);
  });

  it("is completed with roles, instances, connections and formats", async () => {
    await calculating();
    const formats = complete(daemon.lab, await commandTable(), "graph c1 --format ", 18).candidates;
    expect(formats.map(({ value }) => value)).toEqual(["text", "mermaid", "dot", "svg", "json"]);
    const { candidates } = complete(daemon.lab, await commandTable(), "graph c", 7);
    expect(candidates.map(({ value }) => value)).toEqual(["calculator", "clock", "calculator-1", "c1"]);
  });
});

describe("graph --watch", () => {
  it("draws over its drawing as the connection moves, and ends with it", async () => {
    const { peer } = await calculating();
    const watching = begin("graph c1 --watch", { rows: 60 });
    await eventually(() => expect(watching.frames.at(-1)).toContain("║ ► computing "));
    peer.say("q\n");
    peer.socket.end();
    expect(await watching.exit).toBe(exitCodes.done);
    expect(watching.frames.at(-1)).toContain("║ ► closed ");
    expect(watching.frames.at(-1)).toContain("the last computing → closed (peer.quit)");
    expect(watching.err.at(-1)).toBe("no longer watching: the connection ended (closed by us)");
  });

  it("shows the rows around the present state where the screen has no room for all", async () => {
    await calculating();
    const stop = new AbortController();
    const watching = begin("graph c1 --watch", { rows: 14, stop });
    await eventually(() => expect(watching.frames).not.toHaveLength(0));
    stop.abort();
    expect(await watching.exit).toBe(exitCodes.interrupted);
    const rows = watching.frames[0]?.split("\n") ?? [];
    expect(rows.length).toBeLessThan(14);
    expect(rows.join("\n")).toMatch(/rows above[\s\S]*║ ► computing [\s\S]*rows below/);
    expect(watching.err.at(-1)).toBe("no longer watching: Ctrl-C");
  });

  it("shows the rows around the state that has connections, of an instance", async () => {
    await calculating();
    const stop = new AbortController();
    const watching = begin("graph calculator-1 --watch", { rows: 12, stop });
    await eventually(() => expect(watching.frames).not.toHaveLength(0));
    stop.abort();
    await watching.exit;
    expect(watching.frames[0]).toContain("│ • computing      1 connection here");
  });

  it("is ASCII altogether where it is asked to be", async () => {
    const { peer } = await calculating();
    const watching = begin("graph c1 --watch --ascii", { rows: 12 });
    peer.say("q\n");
    peer.socket.end();
    await watching.exit;
    for (const frame of watching.frames) expect(frame).toMatch(/^[\x20-\x7e\n]*$/);
  });

  it("tells each move in a line where nothing can be drawn over", async () => {
    const { peer } = await calculating();
    const watching = begin("graph c1 --watch --plain");
    await eventually(() => expect(watching.err).toHaveLength(1));
    peer.say("q\n");
    peer.socket.end();
    await watching.exit;
    expect(watching.frames).toEqual([]);
    expect(watching.out[0]).toMatch(/^calculator-1\/c1 plays calculator[\s\S]*It is now in computing\./);
    expect(watching.out.slice(1)).toEqual(["computing → closed (peer.quit)"]);
  });

  it("follows an instance's supervisor", async () => {
    const instance = await spawn("calculator");
    const stop = new AbortController();
    const watching = begin("graph calculator-1 --supervisor --watch", { stop });
    await eventually(() => expect(watching.err).toHaveLength(1));
    await daemon.lab.stop(instance.id);
    await eventually(() => expect(watching.out.at(-1)).toMatch(/→ stopped$/));
    stop.abort();
    await watching.exit;
  });
});
