/** `play`: what a sheet that is wrong is told, and what is played without somebody to ask. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestDaemon } from "./daemon.ts";
import { Scene } from "./scene.ts";

const scene = new Scene();
let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await TestDaemon.start(scene, { lab: JSON.stringify({ roles: [{ role: "ack", port: 0 }] }) });
});
afterAll(() => scene.end());

const fence = (language: string, ...lines: string[]) => [`\`\`\`${language}`, ...lines, "```", ""];
const sheet = (...lines: string[]) => scene.file("sheet.md", lines.join("\n"));
const check = (...lines: string[]) => daemon.ctl("play", "--check", sheet(...lines));

describe("play --check", () => {
  it("says what it did where all is as expected, and nothing of the steps by hand", async () => {
    const { stdout, stderr, exit } = await check(
      "# Ack",
      "",
      ...fence("netlab", "# a comment", "ls", "info | grep netlabd"),
      ...fence("expect", "ack-1 running", "", "netlabd … pid"),
      ...fence("netlab by-hand", "show nobody"),
      ...fence("sh", "exit 1"),
    );
    expect({ stderr, exit }).toEqual({ stderr: "", exit: 0 });
    expect(stdout).toBe(
      `${scene.path("sheet.md")}: 2 commands, 2 expected lines, all as it says, 1 step by hand left out\n`,
    );
  });

  it("ends with 1 at what is not to be read, or stands in another order, and says where", async () => {
    const lines = [...fence("netlab", "info"), ...fence("expect", "lab", "netlabd")];
    const { stdout, stderr, exit } = await check("", ...lines, ...fence("netlab", "shutdown --yes"));
    expect(exit).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^\S+sheet\.md:8: expected: netlabd\nbut the output was:\n {2}netlabd .*\n/);
    expect((await daemon.ctl("ls")).exit).toBe(0);
  });

  it("ends with the exit status of the command that fails, and says where", async () => {
    const { stderr, exit } = await check(...fence("netlab", "ls", "show nobody", "ls"));
    expect(exit).toBe(4);
    expect(stderr).toMatch(
      /\nno role "nobody" here; ls lists them\n\S+sheet\.md:3: ended with exit status 4: show nobody\n$/,
    );
  });

  it("that fails clears what it spawned and starts what it stopped, so that it can be played again", async () => {
    const lines = ["spawn echo sheets-own --port 0", "stop ack", "show nobody"];
    for (const _time of [1, 2]) {
      const { stderr, exit } = await check(...fence("netlab", ...lines));
      expect({ exit, stderr }).toEqual({
        exit: 4,
        stderr: expect.stringMatching(
          /ended with exit status 4: show nobody\ncleared what the sheet left: echo-\d+, ack-1\n$/,
        ),
      });
      const instances = await daemon.document<{ id: string; state: string }[]>("ls");
      expect(instances.map(({ id, state }) => `${id} ${state}`)).toEqual(["ack-1 running"]);
    }
  });

  it.each([
    [["text", "```netlab", "ls"], /sheet\.md:2: this ``` block is not closed/],
    [["```expect", "x", "```"], /sheet\.md:2: this expect block needs a netlab block before it/],
    [
      ["```netlab slowly", "ls", "```"],
      /sheet\.md:1: unknown block "netlab slowly": use "netlab" or "netlab by-hand"/,
    ],
  ])("refuses %j", async (lines, words) => {
    const { stderr, exit } = await check(...lines);
    expect(stderr).toMatch(words);
    expect(exit).toBe(2);
  });
});

describe("play without a terminal", () => {
  it("shows prose, commands and answers, and stops for nobody", async () => {
    const path = sheet(
      "# Ack",
      "",
      "The **smallest** server",
      "there is. <!-- a note -->",
      "",
      ...fence("netlab", "ls --json"),
      ...fence("expect", "ack-1"),
      ...fence("c", 'send(fd, "x", 1, 0);'),
    );
    const { stdout, exit } = await daemon.ctl("play", path);
    expect(exit).toBe(0);
    const [answer] = stdout.match(/^\[\{.*$/m) ?? [];
    expect(stdout.replace(answer ?? "", "[…]")).toBe(
      [
        "Ack",
        "",
        "The **smallest** server there is.",
        "",
        "    ls --json",
        "",
        "[…]",
        "  as the sheet says",
        "",
        '    send(fd, "x", 1, 0);',
        "",
        "",
      ].join("\n"),
    );
  });
});
