import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type AttachOptions, attach, type Leaving } from "../../src/repl/attached-terminal.ts";
import { wantsColors } from "../../src/repl/output-stream.ts";
import { eventually } from "./eventually.ts";
import { FakeDaemon, type Message } from "./fake-daemon.ts";
import { FakeKeyboard, FakeScreen } from "./fake-terminal.ts";

type Reply = (answer: object) => void;

let daemon: FakeDaemon;
let keyboard: FakeKeyboard;
let screen: FakeScreen;
let leaving: Promise<Leaving>;
/** What a command that runs until the test ends it answers with, by its line. */
let replies: Map<string, Reply>;

beforeEach(() => {
  vi.stubEnv("TERM", "xterm");
  replies = new Map();
});

afterEach(async () => {
  keyboard.end();
  await daemon.stop();
  await leaving?.catch(() => {});
  vi.unstubAllEnvs();
});

/** Says what was run and how it ended; `wait…` lines are ended by the test, `bad…` lines fail. */
function obedient({ op, line = "", columns, target }: Message, reply: Reply): void {
  if (op === "interrupt") {
    for (const [line, end] of replies) if (!line.includes("stubborn")) end({ id: target, exit: 130 });
  } else if (op === "run" && line.startsWith("wait")) {
    replies.set(line, reply);
    reply({ out: `began ${line}` });
  } else if (op === "run") {
    reply(line.startsWith("bad") ? { err: `no such thing: ${line}` } : { out: `did ${line} in ${columns}` });
    reply({ exit: line.startsWith("bad") ? 4 : 0 });
  }
}

function open(options: Partial<AttachOptions> = {}): void {
  keyboard = new FakeKeyboard();
  screen = new FakeScreen(60, 20);
  const streams = { socketPath: daemon.path, input: keyboard, output: screen };
  leaving = attach({ colors: false, ...streams, ...options });
  // A test that ends early is the failure to report, not the session that then ends with it.
  leaving.catch(() => {});
}

async function start(options: Partial<AttachOptions> = {}, script = obedient): Promise<void> {
  daemon = await FakeDaemon.start(script);
  open(options);
  await shows("Welcome.", "netlab>");
}

/** The last rows on the screen are these. */
async function shows(...rows: string[]): Promise<void> {
  await eventually(() => expect(screen.rows.slice(-rows.length)).toEqual(rows));
}

describe("a session", () => {
  it("greets, runs what is typed, and gives the terminal back", async () => {
    const onLeave = vi.fn();
    await start({ onLeave });
    expect(keyboard.isRaw).toBe(true);
    keyboard.write("ls\r");
    await shows("netlab> ls", "did ls in 60", "netlab>");
    keyboard.write("bad thing\r");
    await shows("netlab> bad thing", "no such thing: bad thing", "netlab>");
    keyboard.write("\x04");
    expect(await leaving).toBe("left");
    expect(onLeave).toHaveBeenCalledExactlyOnceWith("left");
    expect(keyboard.isRaw).toBe(false);
    expect(daemon.of("hello")).toEqual([{ id: 1, op: "hello", columns: 60, colors: false }]);
    expect(daemon.of("run")[0]).toEqual({ id: 2, op: "run", line: "ls", columns: 60, colors: false });
    await eventually(() => expect(daemon.sockets.size).toBe(0));
  });

  it("can do without the first screen", async () => {
    daemon = await FakeDaemon.start();
    open({ welcome: false });
    await eventually(() => expect(screen.rows).toEqual(["netlab>"]));
  });

  it.each(["quit", " exit "])("is left with %j, which the daemon never sees", async (line) => {
    await start();
    keyboard.write(`${line}\r`);
    expect(await leaving).toBe("left");
    expect(daemon.of("run")).toEqual([]);
  });

  it("keeps clear, blank lines and comments to itself", async () => {
    await start();
    keyboard.write("\r# a comment\rclear\r");
    await eventually(() => expect(screen.text).toContain("\x1b[2J"));
    keyboard.write("ls\r");
    await shows("did ls in 60", "netlab>");
    expect(daemon.of("run").map(({ line }) => line)).toEqual(["ls"]);
  });

  it("prints documents to who asked for them", async () => {
    await start({}, ({ op }, reply) => {
      if (op === "run") reply({ data: { id: "c1" } });
      reply({ exit: 0 });
    });
    keyboard.write("conns\r");
    await shows("netlab> conns", "netlab>");
    keyboard.write("conns --json\r");
    await shows("netlab> conns --json", '{"id":"c1"}', "netlab>");
  });

  it("tells the daemon the width that the terminal has now", async () => {
    await start();
    screen.resize(100);
    keyboard.write("ls\r");
    await shows("did ls in 100", "netlab>");
  });

  it("colours its prompt and errors where colours are wanted", async () => {
    await start({ colors: true });
    keyboard.write("bad\r");
    await shows("no such thing: bad", "netlab>");
    expect(screen.text).toContain("\x1b[36mnetlab> ");
    expect(screen.text).toContain("\x1b[31mno such thing: bad\x1b[39m\n");
    expect(daemon.of("run")).toMatchObject([{ colors: true }]);
  });

  it("finds out itself whether they are", () => {
    const terminal = new FakeScreen();
    expect(wantsColors(terminal, {})).toBe(true);
    expect(wantsColors(terminal, { NO_COLOR: "1" })).toBe(false);
    expect(wantsColors(terminal, { TERM: "dumb" })).toBe(false);
    expect(wantsColors(Object.assign(new FakeScreen(), { isTTY: false }), {})).toBe(false);
  });
});

describe("output that comes while somebody types", () => {
  it("stands above the line", async () => {
    await start();
    keyboard.write("half a li");
    await shows("netlab> half a li");
    daemon.push({ notice: "chat-1 failed", level: "warn" });
    await shows("Welcome.", "chat-1 failed", "netlab> half a li");
    keyboard.write("ne\r");
    await shows("did half a line in 60", "netlab>");
  });

  it("stands above a question, too", async () => {
    await start({}, ({ op }, reply) => reply(op === "run" ? { ask: "Sure? " } : { exit: 0 }));
    keyboard.write("shutdown\r");
    await shows("Sure?");
    keyboard.write("ye");
    await shows("Sure? ye");
    daemon.push({ notice: "hm" });
    await shows("netlab> shutdown", "hm", "Sure? ye");
  });

  it("comes line by line from a running command, without a prompt", async () => {
    await start();
    keyboard.write("wait\r");
    await shows("netlab> wait", "began wait");
    keyboard.write("typed ahead");
    replies.get("wait")?.({ out: "more" });
    await shows("netlab> wait", "began wait", "more");
    replies.get("wait")?.({ exit: 0 });
    await shows("more", "netlab> typed ahead");
    keyboard.write("\r");
    await shows("netlab> typed ahead", "did typed ahead in 60", "netlab>");
  });
});

describe("lines that come together", () => {
  it("run in order, one after another, each under its own prompt", async () => {
    await start();
    keyboard.write("wait\rone\rbad two\rth");
    await shows("netlab> wait", "began wait");
    expect(daemon.of("run")).toHaveLength(1);
    replies.get("wait")?.({ exit: 0 });
    await shows(
      "began wait",
      ...["netlab> one", "did one in 60"],
      ...["netlab> bad two", "no such thing: bad two"],
      "netlab> th",
    );
  });

  it("all run before a Ctrl-D behind them counts", async () => {
    await start();
    keyboard.write("wait\rone\r\x04");
    await shows("netlab> wait", "began wait");
    replies.get("wait")?.({ exit: 0 });
    expect(await leaving).toBe("left");
    expect(screen.rows.slice(-2)).toEqual(["netlab> one", "did one in 60"]);
  });
});

describe("a question", () => {
  const asking = ({ op, text, line = "" }: Message, reply: Reply) => {
    if (op === "run" && line === "shutdown") return reply({ ask: "3 connections are open.\nSure? [y/N] " });
    if (op === "run" || op === "answer")
      reply({ out: op === "run" ? `did ${line}` : `got ${JSON.stringify(text)}` });
    reply({ exit: 0 });
  };

  it("is answered by what is typed after it, not by what was typed ahead", async () => {
    await start({}, asking);
    keyboard.write("shutdown\rls\rhalf");
    await shows("3 connections are open.", "Sure? [y/N]");
    keyboard.write("y\r");
    await shows("Sure? [y/N] y", 'got "y"', "netlab> ls", "did ls", "netlab> half");
  });

  it("is answered with nothing by Ctrl-D, and the session goes on", async () => {
    await start({}, asking);
    keyboard.write("shutdown\r");
    await shows("Sure? [y/N]");
    keyboard.write("\x04");
    await shows("Sure? [y/N]", 'got ""', "netlab>");
  });

  it("ends with its command at Ctrl-C", async () => {
    await start({}, ({ op, target }, reply) => {
      if (op === "run") reply({ ask: "Sure? " });
      if (op === "interrupt") reply({ id: target, exit: 130 });
    });
    keyboard.write("shutdown\r");
    await shows("Sure?");
    keyboard.write("\x03");
    await shows("Sure? ^C", "netlab>");
  });
});

describe("Ctrl-C", () => {
  it("interrupts the command that runs, and forgets what was typed ahead", async () => {
    await start();
    keyboard.write("wait\rnever\rnor this");
    await shows("began wait");
    keyboard.write("\x03");
    await shows("began wait", "^C", "netlab>");
    expect(daemon.of("interrupt")).toMatchObject([{ target: daemon.of("run")[0]?.id }]);
    expect(daemon.of("run")).toHaveLength(1);
  });

  it("twice gives up a command that does not end, and hides what it still says", async () => {
    await start();
    keyboard.write("wait stubborn\r");
    await shows("began wait stubborn");
    keyboard.write("\x03\x03");
    await shows("^C", "^C", "not waiting any longer; the command may still run", "netlab>");
    replies.get("wait stubborn")?.({ out: "too late" });
    keyboard.write("ls\r");
    await shows("did ls in 60", "netlab>");
    expect(screen.text).not.toContain("too late");
  });

  it("clears the line that is being typed", async () => {
    await start({ onDoubleCtrlC: () => expect.unreachable() });
    keyboard.write("wrong");
    await shows("netlab> wrong");
    keyboard.write("\x03");
    await shows("Welcome.", "netlab> wrong^C", "netlab>");
  });

  it("twice within two seconds on an empty line does what it was given", async () => {
    const onDoubleCtrlC = vi.fn();
    let now = 0;
    await start({ onDoubleCtrlC, doubleCtrlCHint: "(again: stop)", now: () => now });
    keyboard.write("\x03");
    await shows("netlab> ^C", "(again: stop)", "netlab>");
    now = 2_001;
    keyboard.write("\x03");
    await shows("(again: stop)", "netlab> ^C", "(again: stop)", "netlab>");
    expect(onDoubleCtrlC).not.toHaveBeenCalled();
    now = 4_000;
    keyboard.write("\x03");
    await eventually(() => expect(onDoubleCtrlC).toHaveBeenCalledOnce());
    await shows("(again: stop)", "netlab> ^C", "netlab>");
  });

  it("leaves a daemon that does not even greet", async () => {
    daemon = await FakeDaemon.start(() => {}, null);
    open();
    await eventually(() => expect(daemon.of("hello")).toHaveLength(1));
    keyboard.write("\x03");
    await expect(leaving).rejects.toMatchObject({ code: "interrupted", exitCode: 130 });
    expect(keyboard.isRaw).toBe(false);
  });
});

describe("Tab", () => {
  const values = [
    { value: "show", summary: "one role" },
    { value: "show-all", summary: "everything" },
    { value: "spawn", summary: "starts a role" },
  ];
  const completing = ({ op, line = "", cursor }: Message, reply: Reply) => {
    if (op !== "complete") return obedient({ id: 0, op, line }, reply);
    const from = line.lastIndexOf(" ") + 1;
    const typed = line.slice(from, Number(cursor));
    reply({ data: { from, candidates: values.filter(({ value }) => value.startsWith(typed)) } });
    reply({ exit: 0 });
  };
  const list = ["show      one role", "show-all  everything"];

  it("types what is sure, and lists the candidates when it is pressed again", async () => {
    await start({}, completing);
    for (const key of "sh\t") keyboard.write(key);
    await shows("Welcome.", "netlab> show");
    keyboard.write("\t");
    await shows("Welcome.", ...list, "netlab> show");
    for (const key of "-\t") keyboard.write(key);
    await shows(...list, "netlab> show-all");
    keyboard.write("x");
    await shows(...list, "netlab> show-all x");
    expect(daemon.of("complete")[0]).toMatchObject({ line: "sh", cursor: 2 });
  });

  it("knows the client's own commands", async () => {
    await start({}, completing);
    for (const key of "qu\t") keyboard.write(key);
    await shows("Welcome.", "netlab> quit");
  });

  it("has no effect on a line that was changed meanwhile", async () => {
    let answer: Reply | undefined;
    await start({}, ({ op }, reply) => {
      if (op === "complete") answer = reply;
    });
    for (const key of "sh\t") keyboard.write(key);
    await eventually(() => expect(answer).toBeDefined());
    keyboard.write("x");
    await shows("Welcome.", "netlab> shx");
    answer?.({ data: { from: 0, candidates: [{ value: "show" }] } });
    answer?.({ exit: 0 });
    daemon.push({ notice: "after it" });
    await shows("Welcome.", "after it", "netlab> shx");
  });
});

describe("the end of the daemon", () => {
  it("is announced at the prompt, and the session ends", async () => {
    await start();
    keyboard.write("half");
    await shows("Welcome.", "netlab> half");
    daemon.push({ event: "stopping" });
    expect(await leaving).toBe("stopped");
    expect(screen.rows.slice(-2)).toEqual(["Welcome.", "the daemon is stopping"]);
    expect(keyboard.isRaw).toBe(false);
  });

  it("lets the command that asked for it finish", async () => {
    await start();
    keyboard.write("wait shutdown\rnever\r");
    await shows("began wait shutdown");
    daemon.push({ event: "stopping" });
    await shows("began wait shutdown", "the daemon is stopping");
    replies.get("wait shutdown")?.({ out: "drained" });
    replies.get("wait shutdown")?.({ exit: 0 });
    expect(await leaving).toBe("stopped");
    expect(screen.rows.at(-1)).toBe("drained");
    expect(daemon.of("run")).toHaveLength(1);
  });

  it.each(["", "half"])("without a word is said in a line, with %j typed", async (typed) => {
    await start();
    screen.resize(200);
    keyboard.write(typed);
    await shows("Welcome.", `netlab> ${typed}`.trimEnd());
    daemon.drop();
    expect(await leaving).toBe("lost");
    expect(screen.rows.slice(-2)).toEqual([
      "Welcome.",
      `the daemon at ${daemon.path} went away; this session is over`,
    ]);
  });

  it("ends a session in the middle of a command, or of a question", async () => {
    await start({}, ({ op }, reply) => {
      if (op === "run") reply({ ask: "Sure? " });
    });
    keyboard.write("shutdown\r");
    await shows("netlab> shutdown", "Sure?");
    daemon.drop();
    expect(await leaving).toBe("lost");
    expect(screen.text).toContain("went away; this session is over\n");
  });

  it("before it greeted is an error, as without a daemon", async () => {
    daemon = await FakeDaemon.start((_message, _reply, daemon) => daemon.drop(), null);
    open();
    await expect(leaving).rejects.toMatchObject({ code: "no-daemon" });
    expect(keyboard.isRaw).toBe(false);
    open({ socketPath: `${daemon.path}-none` });
    await expect(leaving).rejects.toThrow(/^no daemon answers at/);
  });
});

describe("the end of the terminal", () => {
  it.each(["at the prompt", "in a command"])("%s ends the session", async (where) => {
    await start();
    if (where === "in a command") {
      keyboard.write("wait\r");
      await shows("began wait");
    }
    keyboard.end();
    expect(await leaving).toBe("left");
  });
});

describe("the history", () => {
  it("is kept for the next session, readable by its owner alone, without secrets", async () => {
    const folder = await mkdtemp(join(tmpdir(), "netlabd-test-"));
    const historyPath = join(folder, "state", "history");
    await start({ historyPath });
    keyboard.write("ls\rls\rspawn file --token s3cret\rquit\r");
    await leaving;
    expect(await readFile(historyPath, "utf8")).toBe("ls\nspawn file --token ****\nquit\n");
    expect((await stat(historyPath)).mode & 0o777).toBe(0o600);
    keyboard.end();
    open({ historyPath });
    await shows("Welcome.", "netlab>");
    for (const key of ["\x1b[A", "\x1b[A"]) keyboard.write(key);
    await shows("Welcome.", "netlab> spawn file --token ****");
    keyboard.write("\x1b[A");
    await shows("Welcome.", "netlab> ls");
    await rm(folder, { recursive: true });
  });
});
