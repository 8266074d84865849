/** Everybody's client with everybody's server: what is told of a pair, and one real matrix. */
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../src/check/box/limits.ts";
import { chooseRung } from "../../src/check/box/rung.ts";
import { KnownRuns } from "../../src/check/matrix/known-runs.ts";
import { matrixOf } from "../../src/check/matrix/matrix.ts";
import { matrixCsv, matrixPage, matrixSummary } from "../../src/check/matrix/matrix-page.ts";
import {
  type Cell,
  cellOf,
  type Frame,
  firstDifference,
  type PairRun,
  partnersOf,
} from "../../src/check/matrix/pair.ts";
import { scratchFolder } from "./box/programs.ts";

const says = (...texts: string[]): Frame[] =>
  texts.map((text, at) => ({ speaker: at % 2 === 0 ? "client" : "server", text }));

const run = (more: Partial<PairRun> = {}): PairRun => ({
  client: "ann",
  server: "bob",
  isStarted: true,
  frames: says("ann15 + 35", "50.0"),
  clientExit: 0,
  isLate: false,
  hasServerDied: false,
  connections: 1,
  ...more,
});

describe("a pair of hand-ins", () => {
  it("gets on where both say what the client and our server say, by value", () => {
    expect(cellOf(run({ frames: says("ann15 + 35", "50\n") }), run()).verdict).toBe("ok");
  });

  it.each<[string, Partial<PairRun>]>([
    ["wrong", { frames: says("ann15 + 35", "51") }],
    ["hangs", { clientExit: undefined }],
    ["dies", { clientExit: 1 }],
    ["dies", { hasServerDied: true }],
    ["not started", { isStarted: false, frames: [], clientExit: undefined }],
  ])("does not: %s", (verdict, more) => {
    expect(cellOf(run(more), run()).verdict).toBe(verdict);
  });

  it("is not blamed for a client that ends so with our server too", () => {
    expect(cellOf(run({ clientExit: 1 }), run({ clientExit: 1 })).verdict).toBe("ok");
  });

  it("does not get on where the client ends with an error before it says a word", () => {
    expect(cellOf(run({ clientExit: 127, frames: [] }), run({ clientExit: 127, frames: [] })).verdict).toBe(
      "dies",
    );
  });

  it("is told with the first frame that differs, also one that is missing or too many", () => {
    const right = says("ann", "hello", "q");
    expect(firstDifference(right, right)).toBeNull();
    expect(firstDifference(says("ann", "hullo", "q"), right)).toMatchObject({
      nth: 2,
      expected: { text: "hello" },
      got: { text: "hullo" },
    });
    expect(firstDifference(says("ann"), right)).toMatchObject({ nth: 2, got: null });
    expect(firstDifference(says("ann", "hello", "q", "bye"), right)).toMatchObject({
      nth: 4,
      expected: null,
    });
  });
});

describe("a frame that differs", () => {
  const talk = (...frames: readonly [Frame["speaker"], string][]): Frame[] =>
    frames.map(([speaker, text]) => ({ speaker, text }));
  const right = talk(["client", "ann15 + 35"], ["server", "50.0"], ["client", "q"]);

  it("is the reply that came where none is due", () => {
    const got = talk(["client", "ann"], ["server", "Hello"], ["client", "15 + 35"], ["server", "50.0"]);
    expect(firstDifference(got, right)).toEqual({
      nth: 2,
      expected: { speaker: "client", text: "15 + 35" },
      got: { speaker: "server", text: "Hello" },
    });
  });

  it("is the reply itself where it is another, also one that begins alike", () => {
    const got = talk(["client", "ann15 + 35"], ["server", "50.01"], ["client", "q"]);
    expect(firstDifference(got, right)).toMatchObject({ nth: 2, got: { text: "50.01" } });
  });

  it("is what the client said where a reply is due", () => {
    expect(firstDifference(talk(["client", "ann15 + 35q"]), right)).toEqual({
      nth: 2,
      expected: { speaker: "server", text: "50.0" },
      got: { speaker: "client", text: "q" },
    });
  });
});

describe("partners", () => {
  const names = Array.from({ length: 40 }, (_, at) => `s${at}`);
  const place = (hand: string) => createHash("sha256").update(hand).digest("hex");
  const drawnOf = (hands: readonly string[]) => partnersOf(hands, { most: 30, each: 5, place });

  it("are all of a small class", () => {
    const few = names.slice(0, 3);
    expect(drawnOf(few).get("s1")).toEqual(few);
  });

  it("of a big one are each server's own client and five more, and every client meets as many servers", () => {
    const drawn = [...drawnOf(names)];
    expect(drawn.every(([server, clients]) => clients.includes(server))).toBe(true);
    expect(drawn.map(([, clients]) => clients.length)).toEqual(names.map(() => 6));
    const met = names.map((client) => drawn.filter(([, clients]) => clients.includes(client)).length);
    expect(met).toEqual(names.map(() => 6));
  });

  it("stay as they are but for a few neighbours when one more hands in", () => {
    const [before, after] = [drawnOf(names), drawnOf([...names, "late"])];
    const changed = names.filter((server) => String(before.get(server)) !== String(after.get(server)));
    expect(changed).toHaveLength(5);
  });
});

describe("the page", () => {
  const cells: Cell[] = [
    { client: "ann", server: "netlabd", verdict: "ok", differs: null },
    {
      client: "ann",
      server: "<b>",
      verdict: "wrong",
      differs: {
        nth: 2,
        expected: says("x", "50.0")[1] ?? null,
        got: { speaker: "server", text: "=cmd()\u001b[2J" },
      },
    },
  ];
  const matrix = { clients: ["ann"], servers: ["netlabd", "<b>"], cells };

  it("shows each pair, and nothing of it is obeyed", () => {
    const page = matrixPage(matrix, "Lab 3");
    expect(page).toContain("&lt;b&gt;");
    expect(page).not.toMatch(/<b>|\u001b/);
    expect(matrixCsv(matrix)).toMatch(/ann,<b>,wrong,2,50\.0,'=cmd\(\)/);
    expect(page.match(/id="difference-/g)).toHaveLength(1);
    expect(matrixSummary(cells)).toBe("1 of 2 pairs get on; 1 wrong");
  });
});

/** Part of `npm run test:long`: every pair has two boxes and, in the first column, a daemon of ours. */
const isLong = process.env.NETLABD_LONG === "1";
const rung = await chooseRung({ wanted: "auto", isUnsafe: true });

it.skipIf(!isLong || rung.report.kind !== "bwrap")(
  "a matrix of two finds whose server is wrong and whose client hangs",
  { timeout: 600_000 },
  async () => {
    const folder = scratchFolder();
    const peers = path.join(import.meta.dirname, "../peers");
    const handIns = new Map(["ann", "bob"].map((name) => [name, path.join(folder, name)]));
    for (const place of handIns.values()) {
      mkdirSync(place);
      copyFileSync(
        path.join(import.meta.dirname, "grade/class/calculator.py"),
        path.join(place, "server.py"),
      );
      copyFileSync(path.join(peers, "calculator_client.py"), path.join(place, "client.py"));
    }
    const edit = (file: string, find: string, replace: string) => {
      const place = path.join(folder, "bob", file);
      writeFileSync(place, readFileSync(place, "utf8").replace(find, replace));
    };
    edit("server.py", "return str(a - b)", 'return "less"');
    edit("client.py", 'if expression == "q":', "__import__('threading').Event().wait()\n    if False:");
    const { cells } = await matrixOf({
      role: "calculator",
      commands: { server: "python3 server.py {port}", client: "python3 client.py {port}", build: undefined },
      script: ["ann", "15 + 35", "7 - 2", "q"],
      limits: DEFAULT_LIMITS,
      rung,
      jobs: 2,
      seed: 1,
      handIns,
      known: await KnownRuns.open({
        file: path.join(folder, "runs.ndjson"),
        isResumed: false,
        contents: ["ann", "bob"],
        about: "",
      }),
      signal: new AbortController().signal,
      onCell: () => undefined,
    });
    const verdicts = Object.fromEntries(
      cells.map(({ client, server, verdict }) => [`${client} with ${server}`, verdict]),
    );
    expect(verdicts).toEqual({
      "ann with netlabd": "ok",
      "bob with netlabd": "hangs",
      "ann with ann": "ok",
      "bob with ann": "hangs",
      "ann with bob": "wrong",
      "bob with bob": "hangs",
    });
    expect(cells.find(({ client, server }) => client === "ann" && server === "bob")?.differs).toMatchObject({
      nth: 4,
      expected: { speaker: "server", text: "5.0" },
      got: { speaker: "server", text: "less" },
    });
  },
);
