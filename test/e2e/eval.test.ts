/** Code at the prompt of the built daemon: the page of the docs, loops, Ctrl-C, completion, and a daemon that evaluates none. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { TestDaemon } from "./daemon.ts";
import { Prompt } from "./prompt.ts";
import { checkout, Scene } from "./scene.ts";

const scene = new Scene();
let daemon: TestDaemon;
let prompt: Prompt;

beforeAll(async () => {
  daemon = await TestDaemon.start(scene);
});
afterAll(() => scene.end());
beforeEach(() => {
  prompt = new Prompt(daemon.socket);
});
afterEach(() => prompt.close());

/** The dialogues of a page: what is typed, and what is answered. */
function dialogueOf(page: string): { line: string; answer: string }[] {
  const blocks = [...page.matchAll(/^```\n(netlab> .*?)^```$/gms)].map(([, block = ""]) => block);
  return blocks.flatMap((block) =>
    block
      .split(/^netlab> /m)
      .slice(1)
      .map((turn) => {
        const lines = turn.trimEnd().split("\n");
        const typed = lines.filter((line, index) => index === 0 || line.startsWith("   ...> "));
        return {
          line: typed.map((line) => line.replace(/^ {3}\.\.\.> /, "")).join("\n"),
          answer: lines.slice(typed.length).join("\n"),
        };
      }),
  );
}

describe("docs/eval.md", () => {
  it("shows what a daemon answers, word by word", async () => {
    const dialogue = dialogueOf(readFileSync(join(checkout, "docs/eval.md"), "utf8"));
    expect(dialogue.length).toBeGreaterThan(20);
    for (const { line, answer } of dialogue) {
      const { out, err, isMore } = await prompt.line(line);
      expect({ line, answer: [...out, ...err].join("\n"), isMore }).toEqual({ line, answer, isMore: false });
    }
  });
});

describe("code at the prompt", () => {
  it("is told to be unfinished where more lines may follow, and refused where none can", async () => {
    expect(await prompt.line("[1,")).toMatchObject({ isMore: true, exit: 0 });
    expect(await prompt.line("[1,\n2]")).toMatchObject({ out: ["[ 1, 2 ]"], isMore: false });
    expect(await daemon.ctl("eval", "[1,")).toMatchObject({
      exit: 2,
      stderr: expect.stringMatching(/^unfinished/),
    });
  });

  it.each([
    "for (;;);",
    "(async () => { for (;;) await null })()",
    "setTimeout(() => { for (;;); }); await new Promise(() => {})",
  ])("that keeps the lab waiting is stopped, and both go on: %s", async (code) => {
    expect(await prompt.line(code)).toMatchObject({
      exit: 124,
      err: [expect.stringContaining("stopped after 500 ms")],
    });
    expect(await prompt.line("1 + 1")).toMatchObject({ out: ["2"], exit: 0 });
  });

  it("that waits is ended by Ctrl-C, and what it would have done next is not done", async () => {
    const waiting = prompt.line("console.log('waits'); for (;;) await lab.db.all('select 1')");
    prompt.interrupt(waiting.id);
    expect(await waiting).toMatchObject({ exit: 130, err: ["interrupted: it waits no longer"] });
    expect(await prompt.line("1 + 1")).toMatchObject({ out: ["2"] });
  });

  it("that rejects a promise and lets it be ends nothing, and is told", async () => {
    await prompt
      .line("void Promise.reject(new Error('nobody')); await new Promise((done) => setTimeout(done, 20))")
      .then(({ err }) => expect(err).toEqual(["Error: nobody"]));
    expect(await prompt.line("lab.name")).toMatchObject({ out: ["'none'"] });
  });

  it("prints what is in a terminal's tongue as text", async () => {
    const { out, err } = await prompt.ask("run", {
      line: 'console.log("\\x1b[31m\\u202e"); throw new Error("\\x1b[31m")',
      colors: true,
    });
    expect([...out, ...err]).toEqual(["\\x1b[31m\\u{202e}", "Error: \\x1b[31m"]);
  });

  it("has names of its own at each prompt", async () => {
    await prompt.line("const mine = 1");
    const other = new Prompt(daemon.socket);
    expect(await other.line("mine")).toMatchObject({
      exit: 2,
      err: [expect.stringContaining('no command "mine"')],
    });
    other.close();
  });

  it("is an op of the protocol, with documents on request", async () => {
    expect(await prompt.ask("eval", { line: "ls = 5" })).toMatchObject({ out: ["5"], exit: 0 });
    expect(await prompt.ask("eval", { line: "new Map([[1n, undefined]])", json: true })).toMatchObject({
      data: [[["1", null]]],
      out: [],
    });
  });

  it("works one-shot, with a time limit of its own", async () => {
    expect(await daemon.ctl("--json", "eval", "lab.roles.length > 20")).toMatchObject({
      stdout: "true\n",
      exit: 0,
    });
    expect(await daemon.ctl("eval", "--timeout", "50ms", "await new Promise(() => {})")).toMatchObject({
      exit: 124,
      stderr: "no value within 0.05 s (--timeout)\n",
    });
    expect(await daemon.ctl("eval", "throw new Error('mine')")).toMatchObject({
      exit: 1,
      stderr: "Error: mine\n",
    });
  });

  it("is completed without calling what may do something", async () => {
    const offered = async (line: string) => {
      const { data } = await prompt.ask("complete", { line });
      const { from, candidates } = data[0] as { from: number; candidates: { value: string }[] };
      return { typed: line.slice(from), values: candidates.map(({ value }) => value) };
    };
    await prompt.line(
      "var calls = 0; const own = { get deep() { calls++; return { inner: 1 } }, plain: { inner: 1 } }",
    );
    expect(await offered("lab.book.f")).toEqual({ typed: "f", values: ["find"] });
    expect((await offered("lab.registry.")).values).toContain("map");
    expect((await offered("lab.")).values.toSorted()).toEqual(
      "book conn conns db instance instances name registry roles select spawn".split(" "),
    );
    expect(await offered("1 + own.plain.")).toMatchObject({ typed: "", values: ["inner"] });
    expect(await offered("own.deep.")).toMatchObject({ values: [] });
    expect((await offered("own")).values).toEqual(["own"]);
    expect((await offered("cal")).values).toEqual(["calls"]);
    expect(await prompt.line("calls")).toMatchObject({ out: ["0"] });
  });
});

describe("a daemon with --no-eval", () => {
  it("evaluates nothing, says so where code is meant, and takes mistyped commands for what they are", async () => {
    const strict = await TestDaemon.start(scene, { name: "strict", args: ["--no-eval"] });
    const operator = new Prompt(strict.socket);
    const off = {
      exit: 5,
      out: [],
      err: ["this daemon does not evaluate code: it was started with --no-eval"],
    };
    expect(await operator.line("= 1 + 1")).toMatchObject(off);
    expect(await operator.line("eval 1 + 1")).toMatchObject(off);
    expect(await operator.ask("eval", { line: "1 + 1" })).toMatchObject(off);
    expect(await operator.line("1 + 1")).toMatchObject({
      exit: 2,
      err: [expect.stringContaining('no command "1"')],
    });
    expect(await operator.ask("complete", { line: "lab." })).toMatchObject({ data: [{ candidates: [] }] });
    operator.close();
  });
});
