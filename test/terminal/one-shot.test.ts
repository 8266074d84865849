import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { attachPiped } from "../../src/terminal/attached-pipe.ts";
import { type OneShotOptions, runOnce } from "../../src/terminal/one-shot.ts";
import { eventually } from "../repl/eventually.ts";
import { FakeDaemon, type Message, type Reply } from "../repl/fake-daemon.ts";
import { FakePipe } from "./fake-terminal.ts";

let daemon: FakeDaemon;

beforeEach(() => void vi.stubEnv("COLUMNS", undefined));
afterEach(() => {
  vi.unstubAllEnvs();
  return daemon?.stop();
});

async function start(script: (message: Message, reply: Reply) => void): Promise<void> {
  daemon = await FakeDaemon.start(script);
}

function once(argv: string[], options: Partial<OneShotOptions> = {}) {
  const stdout = new FakePipe();
  const stderr = new FakePipe();
  const signals = new EventEmitter();
  const status = runOnce({ socketPath: daemon.path, argv, json: false, stdout, stderr, signals, ...options });
  return { status, stdout, stderr, signals };
}

/** A command that runs until it is interrupted, and then ends with this status. */
function endless(exit?: number) {
  let end: Reply | undefined;
  return ({ op }: Message, reply: Reply) => {
    if (op === "run") {
      end = reply;
      reply({ out: "started" });
    } else if (exit !== undefined) {
      end?.({ exit });
    }
  };
}

describe("one command", () => {
  it("prints text and messages, each with its newline, and ends with the daemon's status", async () => {
    await start((_message, reply) => {
      reply({ out: "one" });
      reply({ out: "two\n" });
      reply({ err: "hm" });
      reply({ data: { not: "asked for" } });
      reply({ exit: 4 });
    });
    // Some shells name their user, others do not.
    vi.stubEnv("USER", "ann");
    onTestFinished(() => void vi.unstubAllEnvs());
    const run = once(["ls"]);
    expect(await run.status).toBe(4);
    expect(run.stdout.text).toBe("one\ntwo\n");
    expect(run.stderr.text).toBe("hm\n");
    const asked = { id: 1, op: "run", user: "ann", argv: ["ls"], colors: false, columns: 10_000 };
    expect(daemon.received).toEqual([asked]);
  });

  it("says how wide the terminal is", async () => {
    await start((_message, reply) => reply({ exit: 0 }));
    const stdout = Object.assign(new FakePipe(), { isTTY: true, columns: 132 });
    await once(["ls"], { stdout }).status;
    expect(daemon.received).toMatchObject([{ columns: 132 }]);
  });

  it.each([
    ["a pipe cuts nothing", {}, undefined, 10_000],
    ["a pipe is as wide as COLUMNS says", {}, "60", 60],
    ["a terminal is as wide as it is, whatever COLUMNS says", { isTTY: true, columns: 132 }, "60", 132],
    ["a terminal that tells no width has the usual one", { isTTY: true, columns: 0 }, undefined, 80],
    ["--wide cuts nothing", { isTTY: true, columns: 132, isWide: true }, "60", 10_000],
  ])("%s", async (_what, given: object, asked, columns) => {
    const { isWide, ...screen } = given as { isWide?: boolean };
    vi.stubEnv("COLUMNS", asked);
    await start((_message, reply) => reply({ exit: 0 }));
    await once(["ls"], { stdout: Object.assign(new FakePipe(), screen), isWide }).status;
    expect(daemon.received).toMatchObject([{ columns }]);
  });

  it("under --json writes each message as JSON, with the error's code or null, on standard error", async () => {
    await start((_message, reply) => {
      reply({ err: "no role chat\u001b here", code: "no-such-instance" });
      reply({ err: "a note" });
      reply({ exit: 4 });
    });
    const { status, stdout, stderr } = once(["show", "chat"], { json: true });
    expect(await status).toBe(4);
    expect(stdout.text).toBe("");
    expect(
      stderr.text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { code: "no-such-instance", message: "no role chat\u001b here" },
      { code: null, message: "a note" },
    ]);
    expect(stderr.text).not.toContain("\u001b");
  });

  it("under --json says as JSON too that no daemon answers", async () => {
    await start(() => {});
    const run = once(["ls", "--json"], { socketPath: `${daemon.path}-none` });
    expect(await run.status).toBe(3);
    expect(JSON.parse(run.stderr.text)).toMatchObject({ code: "no-daemon" });
  });

  it.each([
    [["conns"], ["conns", "--json"]],
    [
      ["conns", "--json", "chat"],
      ["conns", "--json", "chat"],
    ],
    [
      ["say", "chat-1", "--", "--json"],
      ["say", "chat-1", "--json", "--", "--json"],
    ],
  ])("asks for documents: %j becomes %j", async (argv, sent) => {
    await start((_message, reply) => {
      reply({ data: { id: "c1" } });
      reply({ data: [1, 2] });
      reply({ exit: 0 });
    });
    const run = once(argv, { json: true });
    expect(await run.status).toBe(0);
    expect(daemon.received).toMatchObject([{ argv: sent }]);
    expect(run.stdout.text).toBe('{"id":"c1"}\n[1,2]\n');
  });

  it("says that no daemon answers, and ends with 3", async () => {
    await start(() => {});
    const run = once(["ls"], { socketPath: `${daemon.path}-none` });
    expect(await run.status).toBe(3);
    expect(run.stderr.text).toMatch(/^no daemon answers at .*: start one with netlabd.*\n$/);
  });

  it("ends with 3 when the daemon goes away under it", async () => {
    await start(() => daemon.drop());
    const run = once(["ls"]);
    expect(await run.status).toBe(3);
    expect(run.stderr.text).toBe(`the daemon at ${daemon.path} went away\n`);
  });
});

describe("Ctrl-C", () => {
  it.each([
    [130, 130],
    [0, 0],
  ])("once ends the command, with the daemon's status %i", async (exit, status) => {
    await start(endless(exit));
    const run = once(["tap"]);
    await eventually(() => expect(run.stdout.text).toBe("started\n"));
    run.signals.emit("SIGINT");
    expect(await run.status).toBe(status);
    expect(daemon.of("interrupt")).toMatchObject([{ target: 1 }]);
    expect(run.signals.listenerCount("SIGINT")).toBe(0);
  });

  it("twice leaves a command that does not end", async () => {
    await start(endless());
    const run = once(["tap"]);
    await eventually(() => expect(run.stdout.text).toBe("started\n"));
    run.signals.emit("SIGINT");
    run.signals.emit("SIGINT");
    expect(await run.status).toBe(130);
  });

  it("once, and then no daemon any more, is an interrupt and no failure", async () => {
    await start(({ op }, reply) => (op === "run" ? reply({ out: "started" }) : daemon.drop()));
    const run = once(["tap"]);
    await eventually(() => expect(run.stdout.text).toBe("started\n"));
    run.signals.emit("SIGINT");
    expect(await run.status).toBe(130);
    expect(run.stderr.text).toBe("");
  });
});

describe("an output that fails", () => {
  it("ends quietly with 0 when its reader has gone, and ends the command", async () => {
    await start(({ op }, reply) => {
      if (op === "run") for (const out of ["one", "two", "three"]) reply({ out });
    });
    const stdout = new FakePipe();
    stdout.failure = "EPIPE";
    const run = once(["tap"], { stdout });
    expect(await run.status).toBe(0);
    expect(run.stderr.text).toBe("");
    await eventually(() => expect(daemon.of("interrupt")).toHaveLength(1));
  });

  it("says so when it is full", async () => {
    await start((_message, reply) => reply({ out: "one" }));
    const stdout = new FakePipe();
    stdout.failure = "ENOSPC";
    const run = once(["ls"], { stdout });
    expect(await run.status).toBe(1);
    expect(run.stderr.text).toBe("cannot write the output: write ENOSPC\n");
  });
});

describe("a question", () => {
  const asking = ({ op, text }: Message, reply: Reply) => {
    if (op === "run") reply({ ask: "Sure? [y/N] " });
    if (op === "answer") reply({ exit: text === "y" ? 0 : 5 });
  };
  const terminal = () => Object.assign(new PassThrough(), { isTTY: true });

  it("is answered by the person at the terminal", async () => {
    await start(asking);
    const stdin = terminal();
    const run = once(["shutdown"], { stdin });
    await eventually(() => expect(run.stderr.text).toBe("Sure? [y/N] "));
    stdin.write("y\n");
    expect(await run.status).toBe(0);
    expect(run.stdout.text).toBe("");
  });

  it("is answered with nothing at the end of the terminal's input, and without a terminal", async () => {
    await start(asking);
    const stdin = terminal();
    const run = once(["shutdown"], { stdin });
    stdin.end();
    expect(await run.status).toBe(5);
    expect(run.stderr.text).toBe("Sure? [y/N] \n");
    expect(await once(["shutdown"], { stdin: new PassThrough() }).status).toBe(5);
    expect(daemon.of("answer").map(({ text }) => text)).toEqual(["", ""]);
  });

  it("does not hold up Ctrl-C", async () => {
    await start(asking);
    const run = once(["shutdown"], { stdin: terminal() });
    await eventually(() => expect(run.stderr.text).toBe("Sure? [y/N] "));
    run.signals.emit("SIGINT");
    expect(await run.status).toBe(5);
  });
});

describe("a script on standard input", () => {
  function piped(text?: string) {
    const input = new PassThrough();
    const output = new FakePipe();
    const errors = new FakePipe();
    const signals = new EventEmitter();
    if (text !== undefined) input.end(text);
    const status = attachPiped({ socketPath: daemon.path, input, output, errors, signals });
    return { status, input, output, errors };
  }
  const echoing = ({ line = "" }: Message, reply: Reply) => {
    if (line.includes("--json")) reply({ data: { line } });
    else reply(line.startsWith("bad") ? { err: "no such thing" } : { out: `did ${line}` });
    reply({ exit: line.startsWith("bad") ? 4 : 0 });
  };

  it("runs its lines in order, without those that ask for nothing", async () => {
    await start(echoing);
    const run = piped("# comment\nfirst\r\n\n  second\nls --json\nlast");
    expect(await run.status).toBe(0);
    expect(run.output.text).toBe('did first\ndid second\n{"line":"ls --json"}\ndid last\n');
    expect(run.errors.text).toBe("");
  });

  it("stops at the first line that fails, and names it", async () => {
    await start(echoing);
    const run = piped("first\n\nbad thing\nlast\n");
    expect(await run.status).toBe(4);
    expect(run.output.text).toBe("did first\n");
    expect(run.errors.text).toBe("no such thing\nline 3 ended with exit status 4: bad thing\n");
    expect(daemon.of("run")).toHaveLength(2);
  });

  it("ends at quit", async () => {
    await start(echoing);
    const run = piped("first\nquit\nlast\n");
    expect(await run.status).toBe(0);
    expect(run.output.text).toBe("did first\n");
  });

  it("ends with 3 when the daemon goes away, under a line or between two", async () => {
    await start(({ line }, reply) => (line === "die" ? daemon.drop() : reply({ out: "ok", exit: 0 })));
    const first = piped("die\n");
    expect(await first.status).toBe(3);
    expect(first.errors.text).toBe(`the daemon at ${daemon.path} went away\nline 1 was cut short: die\n`);
    const second = piped();
    second.input.write("ls\n");
    await eventually(() => expect(second.output.text).toBe("ok\n"));
    daemon.drop();
    expect(await second.status).toBe(3);
    expect(second.errors.text).toBe(`the daemon at ${daemon.path} went away\n`);
  });

  it("stops without a word when nobody reads its output any more", async () => {
    await start(echoing);
    const run = piped("first\nsecond\n");
    run.output.failure = "EPIPE";
    expect(await run.status).toBe(0);
    expect(daemon.of("run")).toHaveLength(1);
  });
});
