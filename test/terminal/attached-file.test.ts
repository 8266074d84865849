/** A file that a command at the prompt, or in a script, names: the client opens it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { PassThrough } from "node:stream";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { attachPiped } from "../../src/terminal/attached-pipe.ts";
import { FakeDaemon, type Message, type Reply } from "../repl/fake-daemon.ts";
import { daemon, keyboard, shows, start, useSession } from "../repl/fake-session.ts";
import { FakePipe } from "./fake-terminal.ts";

let file: string;

beforeEach(() => {
  const folder = mkdtempSync(path.join(tmpdir(), "netlabd-file-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  file = path.join(folder, "my book.csv");
  writeFileSync(file, "a@b,A\n");
});

/** Asks for the last word of each line, and says what it got. */
function reading({ op, line = "", text, error }: Message, reply: Reply): void {
  if (op === "run") {
    reply({ read: line.includes("file") ? file : "/etc/passwd" });
  } else if (op === "answer") {
    reply({ out: `got ${text ?? error}` });
    reply({ exit: 0 });
  }
}

describe("at the prompt", () => {
  useSession();

  it("is read for the daemon, and the command goes on", async () => {
    await start({}, reading);
    keyboard.write(`load "${file}"\r`);
    await shows("got a@b,A", "netlab>");
    expect(daemon.of("answer")).toEqual([{ id: 2, op: "answer", text: "a@b,A\n" }]);
  });

  it("is none that the line does not name", async () => {
    await start({}, reading);
    keyboard.write("conns\r");
    await shows("got cannot read /etc/passwd: the command does not name it", "netlab>");
  });
});

describe("in a script", () => {
  it("is read for the daemon, line by line", async () => {
    const daemon = await FakeDaemon.start(reading);
    onTestFinished(() => daemon.stop());
    const input = new PassThrough();
    const output = new FakePipe();
    input.end(`load "${file}"\nload '${file}'\n`);
    expect(await attachPiped({ socketPath: daemon.path, input, output, errors: new FakePipe() })).toBe(0);
    expect(output.text).toBe("got a@b,A\ngot a@b,A\n");
  });
});
