import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { eventually } from "../repl/eventually.ts";
import type { Message, Reply } from "../repl/fake-daemon.ts";
import {
  daemon,
  keyboard,
  leaving,
  obedient,
  open,
  replies,
  screen,
  shows,
  start,
  startDaemon,
  useSession,
} from "../repl/fake-session.ts";

useSession();

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
    await shows("(again: stop)", "netlab> ^C");
  });

  it("leaves a daemon that does not even greet", async () => {
    await startDaemon(() => {}, null);
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
    await startDaemon((_message, _reply, daemon) => daemon.drop(), null);
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

describe("Ctrl-R", () => {
  async function startWithHistory(): Promise<void> {
    await start();
    for (const line of ["conns chat", "ls", "conns"]) keyboard.write(`${line}\r`);
    await shows("did conns in 60", "netlab>");
  }

  it("finds older lines; Enter runs what was found", async () => {
    await startWithHistory();
    keyboard.write("\x12co");
    await shows("(search: co) conns");
    keyboard.write("\x12");
    await shows("(search: co) conns chat");
    keyboard.write("\r");
    await shows("netlab> conns chat", "did conns chat in 60", "netlab>");
  });

  it("lets another key take what was found, to be edited", async () => {
    await startWithHistory();
    keyboard.write("\x12ch\x05");
    await shows("netlab> conns chat");
    keyboard.write("-1\r");
    await shows("did conns chat-1 in 60", "netlab>");
  });

  it("says where there is nothing, and leaves the line as it was on Ctrl-G", async () => {
    await startWithHistory();
    keyboard.write("typed\x12zz");
    await shows("(not in the history: zz) typed");
    keyboard.write("\x7f\x7fls");
    await shows("(search: ls) ls");
    keyboard.write("\x07");
    await shows("netlab> typed");
    keyboard.write("!\r");
    await shows("did typed! in 60", "netlab>");
  });

  it("goes on below what is printed meanwhile", async () => {
    await startWithHistory();
    keyboard.write("\x12ch");
    await shows("(search: ch) conns chat");
    daemon.push({ notice: "a peer failed", level: "warn" });
    await shows("a peer failed", "(search: ch) conns chat");
    keyboard.write("\x03");
    await shows("netlab> ^C", "netlab>");
  });
});
