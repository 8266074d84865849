import { describe, expect, it, onTestFinished, vi } from "vitest";
import { wantsColors } from "../../src/terminal/output-stream.ts";
import { eventually } from "../repl/eventually.ts";
import type { Message, Reply } from "../repl/fake-daemon.ts";
import {
  daemon,
  keyboard,
  leaving,
  open,
  replies,
  screen,
  shows,
  start,
  startDaemon,
  useSession,
} from "../repl/fake-session.ts";
import { FakeScreen } from "./fake-terminal.ts";

useSession();

describe("a session", () => {
  it("says at the prompt how many nodes the lab has, as they come and go, and keeps what is typed", async () => {
    await start();
    keyboard.write("ls");
    daemon.push({ event: "nodes", count: 3 });
    await shows("netlab(3 nodes)> ls");
    daemon.push({ event: "nodes", count: 1 });
    await shows("netlab> ls");
  });

  it("greets, runs what is typed, and gives the terminal back", async () => {
    // Some shells name their user, others do not.
    vi.stubEnv("USER", "ann");
    onTestFinished(() => void vi.unstubAllEnvs());
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
    expect(daemon.of("run")[0]).toEqual({
      id: 2,
      op: "run",
      user: "ann",
      line: "ls",
      mayContinue: true,
      columns: 60,
      colors: false,
    });
    await eventually(() => expect(daemon.sockets.size).toBe(0));
  });

  it("can do without the first screen", async () => {
    await startDaemon();
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
