import { describe, expect, it, vi } from "vitest";
import { schemaOf } from "../../src/catalogue/instance-options.ts";
import { faultsOf } from "../../src/catalogue/role-folder.ts";
import { parseLabFile } from "../../src/lab/lab-yaml.ts";
import type { ProgramAnswer, ProgramLimits } from "../../src/machines/_world.ts";
import role from "../../src/machines/echo.ts";
import { flagsOf, typedValues } from "../../src/repl/option-flags.ts";
import { Calls, FakeFile, turn } from "../fakes.ts";
import { phasePlay } from "./phase-play.ts";

const MEBIBYTE = 1_048_576;

/** A session that has been greeted. */
function session(given: Record<string, unknown> = {}) {
  const runs = new Calls<{ root: string; argv: readonly string[]; limits: ProgramLimits }, ProgramAnswer>();
  const programs = {
    run: (root: string, argv: readonly string[], limits: ProgramLimits) => runs.call({ root, argv, limits }),
  };
  const play = phasePlay(role, given, { programs });
  const greeting = play.peer.heard();
  return {
    ...play,
    runs,
    greeting,
    /** The disk has a file of this size. */
    async find(name: string, sizeBytes: number): Promise<FakeFile> {
      const file = new FakeFile(name, sizeBytes);
      await play.files.opens.resolve({ ok: true, file });
      return file;
    },
    /** The program that was asked for has ended. */
    async prints(output: string | Buffer, remark?: string): Promise<string[]> {
      await runs.resolve({ output: Buffer.from(output), ...(remark === undefined ? {} : { remark }) });
      return play.peer.heard();
    },
  };
}

it("is a role that netlabd takes", () => expect(faultsOf(role)).toEqual([]));

describe("--allow-run", () => {
  const listed = (typed: string) => typedValues(flagsOf(schemaOf(role)), { allowRun: typed });
  const lab = (text: string) =>
    parseLabFile(`roles:\n  - role: echo\n    allow-run: ${text}\n`, "a.yaml", new Map([["echo", role]]));

  it("is a list of programs, typed with commas or written in YAML", () => {
    expect(listed("ls,ps")).toEqual({ allowRun: ["ls", "ps"] });
    expect(role.options.parse(listed("ls, ps"))).toMatchObject({ allowRun: ["ls", "ps"] });
    expect(lab("[ls, ps]").roles).toEqual([{ role: "echo", given: { allowRun: ["ls", "ps"] } }]);
  });

  it("names programs, or is told what is wrong", () => {
    expect(() => lab("ls")).toThrow(/^a\.yaml:2: echo: --allow-run: must be a list/);
    expect(() => lab('[ls, ""]')).toThrow("a program's name is missing");
  });
});

it("--max-reply is two bytes or more: one of text, and its ending", () => {
  const takes = (maxReply: unknown) => role.options.safeParse({ maxReply }).success;
  expect(["0", "1", "2", "4k"].map(takes)).toEqual([false, false, true, true]);
});

describe("what is no command", () => {
  it("[ECHO-0] is said back after the greeting, one reply a message, without a step of the machine", async () => {
    const { greeting, say, run } = session();
    expect(greeting).toEqual(["send Enter your command please"]);
    expect(await say("hello")).toEqual(["send hello"]);
    expect(await say("Ærø 🐙")).toEqual(["send Ærø 🐙"]);
    expect(run.path).toEqual(["answering"]);
  });

  it.each(["closed", "Close", " close", "download", "download ", "downloads x", "run", "running ls", "  "])(
    "[ECHO-0] is %j too",
    async (text) => {
      const { say, run, files, runs } = session({ allowRun: ["ls"] });
      expect(await say(text)).toEqual([`send ${text}`]);
      expect(run.state).toBe("answering");
      expect([files.opens.inputs, runs.inputs]).toEqual([[], []]);
    },
  );

  it("[ECHO-0] is not found with --strict-commands", async () => {
    const { say, run } = session({ strictCommands: true });
    expect(await say("hello")).toEqual(["send Command not found"]);
    expect(await say("download")).toEqual(["send Command not found"]);
    expect(run.state).toBe("answering");
  });
});

describe("close", () => {
  it.each(["close", "close ", "close\r\n"])(
    "[ECHO-0] is answered, as %j, and ends the session",
    async (word) => {
      const { say, run } = session({ strictCommands: true });
      expect(await say(word)).toEqual(["send Closing..."]);
      expect(run.path).toEqual(["answering", "closed"]);
      expect(run.actor.getSnapshot().status).toBe("done");
    },
  );

  it("is the one word that a line peer may leave unfinished [FRAME-2]", () => {
    const { isWord } = session();
    expect(["close", "clos", "download x", "hello"].map((text) => isWord(text))).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it.each(["peer.ended", "peer.closed"] as const)(
    "is what %s means, without a word [FRAME-8]",
    async (event) => {
      const { tell, run } = session();
      expect(await tell(event)).toEqual([]);
      expect(run.state).toBe("closed");
    },
  );
});

describe("download", () => {
  it("[ECHO-3] sends the file's bytes as the reply, whatever its extension, and goes on", async () => {
    const { say, files, find, peer, run } = session({ root: "handouts" });
    expect(await say("download read me.tar.gz ")).toEqual([]);
    expect(files.opens.last).toBe("handouts/read me.tar.gz as .undefined");
    const file = await find("read me.tar.gz", 110_592);
    expect(peer.heard()).toEqual(["file read me.tar.gz"]);
    await peer.readAll();
    expect(await say("hello")).toEqual(["send hello"]);
    expect(run.path).toEqual(["answering", "opening", "sending", "answering"]);
    expect(file.isOpen).toBe(false);
  });

  it("[ECHO-3] says that there is a problem with any other file, remarks which, and goes on", async () => {
    const { say, files, peer, run } = session();
    await say("download ../secret");
    await files.opens.resolve({ ok: false, why: "a path with .." });
    expect(peer.heard()).toEqual(["send Problem in opening file"]);
    expect(peer.remarks).toEqual(["Problem in opening file: a path with .."]);
    expect(run.state).toBe("answering");
  });

  it("[ECHO-2] sends an empty file as one newline", async () => {
    const { say, find, peer, run } = session();
    await say("download empty.txt");
    const file = await find("empty.txt", 0);
    expect(peer.heard()).toEqual(["send \n"]);
    expect(file.isOpen).toBe(false);
    expect(run.state).toBe("answering");
  });

  it("[ECHO-3] of a file too large for a reply is a problem, and the file is closed", async () => {
    const { say, find, peer } = session();
    await say("download film.mp4");
    const file = await find("film.mp4", 16 * MEBIBYTE + 1);
    expect(peer.heard()).toEqual(["send Problem in opening file"]);
    expect(peer.remarks[0]).toMatch(/16777217 bytes, more than 16777216/);
    expect(file.isOpen).toBe(false);
    await say("download film.mp4");
    await find("film.mp4", 16 * MEBIBYTE);
    expect(peer.heard()).toEqual(["file film.mp4"]);
  });

  it("[FRAME-8] is not cut off by the peer's FIN: it is told once the file has left", async () => {
    const { say, find, peer, tell, run } = session();
    await say("download a.txt");
    await find("a.txt", 10);
    await tell("peer.ended");
    expect(run.state).toBe("sending");
    await peer.readAll();
    await tell("peer.ended");
    expect(run.state).toBe("closed");
  });

  it("closes the file of a peer that went while it was opened", async () => {
    const { say, find, tell, run } = session();
    await say("download a.txt");
    await tell("peer.closed");
    expect(run.state).toBe("closed");
    expect((await find("a.txt", 10)).isOpen).toBe(false);
    await turn();
    expect(run.crash).toBeUndefined();
  });

  it("closes the file of a peer that goes in its middle", async () => {
    const { say, find, peer, run } = session();
    await say("download a.txt");
    const file = await find("a.txt", 10);
    await peer.breakOff(new Error("gone"));
    expect(run.state).toBe("closed");
    expect(file.isOpen).toBe(false);
  });

  it("that an operator's event asks for by no name is no crash", async () => {
    const { files, run } = session();
    run.actor.send({ type: "peer.wantsFile" });
    expect(files.opens.last).toBe("files/ as .undefined");
    expect(run.crash).toBeUndefined();
  });
});

describe("run", () => {
  it("[ECHO-1] is off without --allow-run, and says so", async () => {
    const { say, runs, peer, run } = session();
    const words = "run is off: this server was started without --allow-run [ECHO-1]";
    expect(await say("run ls")).toEqual([`send ${words}`]);
    expect(peer.remarks).toEqual([`not run: ${words}`]);
    expect([runs.inputs, run.state]).toEqual([[], "answering"]);
  });

  it.each(["rm", "/bin/ls", "lsof", "l", "LS"])(
    "[ECHO-1] is not allowed for %j, and says so",
    async (program) => {
      const { say, runs } = session({ allowRun: ["ls", "ps"] });
      expect(await say(`run ${program}`)).toEqual([
        `send ${program} is not allowed: this server runs ls, ps [ECHO-1]`,
      ]);
      expect(runs.inputs).toEqual([]);
    },
  );

  it("[ECHO-1] hands on an argument vector, the root and the limits", async () => {
    const { say, runs, run } = session({ root: "handouts", allowRun: ["ls", "ps"] });
    expect(await say("run ls  -l\ta.txt;id $(id) ")).toEqual([]);
    expect(run.state).toBe("running");
    expect(runs.last).toMatchObject({
      root: "handouts",
      argv: ["ls", "-l", "a.txt;id", "$(id)"],
      limits: { timeoutMs: 5_000, maxBytes: 65_536 },
    });
  });

  it("[ECHO-0] answers with what was printed, in one message, and goes on", async () => {
    const { say, prints, run } = session({ allowRun: ["ls"] });
    await say("run ls");
    expect(await prints("a.txt\nb.txt\n")).toEqual(["send a.txt\nb.txt\n"]);
    expect(run.state).toBe("answering");
  });

  it("[ECHO-2] answers with one newline where nothing was printed", async () => {
    const { say, prints, peer } = session({ allowRun: ["true"] });
    await say("run true");
    expect(await prints("", "ended after 5 s")).toEqual(["send \n"]);
    expect(peer.remarks).toEqual(["ended after 5 s"]);
  });

  it("[ECHO-1] answers with bytes that are no text as they are", async () => {
    const { say, prints } = session({ allowRun: ["cat"] });
    await say("run cat a.png");
    expect(await prints(Buffer.from([0x89, 0x50, 0xff, 0xfe]))).toEqual(["bytes 89 50 ff fe"]);
  });

  it("[ECHO-1] leaves no half character where the output was cut", async () => {
    const { say, prints } = session({ allowRun: ["cat"] });
    await say("run cat a.txt");
    const [heard] = await prints(Buffer.from(`x${"é".repeat(32_768)}`).subarray(0, 65_536));
    expect(heard).toBe(`send x${"é".repeat(32_767)}`);
  });

  it("[ECHO-1] is ended when its peer goes", async () => {
    const { say, runs, tell, run } = session({ allowRun: ["sleep"] });
    await say("run sleep 60");
    expect(runs.last?.limits.signal?.aborted).toBe(false);
    await tell("peer.closed");
    expect(run.state).toBe("closed");
    expect(runs.last?.limits.signal?.aborted).toBe(true);
  });

  it.each([
    "/etc/passwd",
    "/",
    "..",
    "../secret",
    "a/../../secret",
    "a/..",
    "--file=/etc/passwd",
    "--file=../secret",
    "-f/etc/passwd",
    "-xf/etc/passwd",
    "-xf../secret",
    "-I.:/etc",
    "@/etc/passwd",
    "file:///etc/passwd",
    "a,/etc",
    "</etc/passwd",
  ])("[ECHO-1] does not lead out of the root by %j", async (argument) => {
    const { say, runs } = session({ allowRun: ["ls"] });
    expect(await say(`run ls -l ${argument}`)).toEqual([
      `send ${argument} is not allowed: absolute paths and .. lead out of the root [ECHO-1]`,
    ]);
    expect(runs.inputs).toEqual([]);
  });

  it.each([
    "a/b.txt",
    "./a",
    "a..b",
    "...",
    "--color=auto",
    "--sort=a/b",
    "*.txt",
    "Ærø/ö.txt",
    "-la",
    "1..2",
  ])("[ECHO-1] may have the argument %j", async (argument) => {
    const { say, runs } = session({ allowRun: ["ls"] });
    await say(`run ls ${argument}`);
    expect(runs.last?.argv).toEqual(["ls", argument]);
  });
});

describe("a reply under --max-reply", () => {
  it("[ECHO-3] has no more of a file than that", async () => {
    const { say, find, peer } = session({ maxReply: "4096" });
    const sendFile = vi.spyOn(peer, "sendFile");
    await say("download server.pdf");
    const file = await find("server.pdf", 110_592);
    expect(sendFile.mock.lastCall?.[0]).toMatchObject({ name: "server.pdf", sizeBytes: 4_096 });
    expect(peer.remarks).toEqual(["cut server.pdf: 110592 bytes (--max-reply 4096)"]);
    await peer.readAll();
    expect(file.isOpen).toBe(false);
  });

  it("[ECHO-3] may be a larger file than any without it", async () => {
    const { say, find, peer } = session({ maxReply: "1g" });
    await say("download film.mp4");
    await find("film.mp4", 100 * MEBIBYTE);
    expect(peer.heard()).toEqual(["file film.mp4"]);
  });

  it("[ECHO-3] fits into one recv with the ending that the peer may get, and ends with a whole character", async () => {
    const { say, prints, peer } = session({ maxReply: 10, allowRun: ["cat"] });
    expect(await say("123456789")).toEqual(["send 123456789"]);
    expect(peer.remarks).toEqual([]);
    expect(await say("1234567890")).toEqual(["send 123456789"]);
    expect(peer.remarks).toEqual(["cut a reply of 10 bytes (--max-reply 10)"]);
    expect(await say("12345678é")).toEqual(["send 12345678"]);
    await say("run cat a");
    expect(await prints("line of text\n")).toEqual(["send line of t"]);
    await say("run cat b");
    expect(await prints(Buffer.alloc(12, 0xff))).toEqual([`bytes ${"ff ".repeat(10).trim()}`]);
  });

  it.each([0, 1, "1"])("is no option of %j bytes", (maxReply) => {
    expect(role.options.safeParse({ maxReply }).success).toBe(false);
  });
});
