/** Programs that peers may run, as real processes [ECHO-1]. */
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from "node:fs";
import { symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { localPrograms } from "../../src/actors/programs.ts";
import { cause } from "../../src/stories/causes.ts";
import { eventually, temporaryFolder } from "./harness.ts";
import { isAlive, isGone } from "./processes.ts";
import { SimulatedClock } from "./simulated-clock.ts";

const LIMITS = { timeoutMs: 5_000, maxBytes: 65_536 };
const moduleUrl = JSON.stringify(new URL("../../src/actors/programs.ts", import.meta.url).href);
const hasSetsid = spawnSync("setsid", ["true"]).status === 0;

/** What ends a program here is what the test is about: the clock is the test's. */
async function opened() {
  const folder = await temporaryFolder();
  const clock = new SimulatedClock();
  const programs = localPrograms((root) => path.join(folder, root), clock);
  const run = (argv: readonly string[], limits = {}) => programs.run(".", argv, { ...LIMITS, ...limits });
  const inFolder = (name: string) => path.join(folder, name);
  return {
    folder,
    clock,
    programs,
    inFolder,
    run,
    /** A script of which only the test's own text is known to a shell. */
    script: (text: string, limits = {}) => run(["sh", "-c", text], limits),
    text: async (argv: readonly string[]) => (await run(argv)).output.toString(),
    /** A number that a script has written. */
    number: async (name: string) => {
      await eventually(() => expect(readFileSync(inFolder(name), "utf8")).toMatch(/^\d+\n$/));
      return Number(readFileSync(inFolder(name), "utf8"));
    },
  };
}

it("answers what a program prints on both of its outputs, in the role's root", async () => {
  const { folder, run, script } = await opened();
  await writeFile(path.join(folder, "readme.txt"), "");
  expect(await run(["ls"])).toEqual({ output: Buffer.from("readme.txt\n") });
  expect((await run(["ls", "none.txt"])).output.toString()).toMatch(/none\.txt.*No such file/);
  const both = (await script("echo out; echo err >&2; exit 3")).output.toString();
  expect(both.split("\n").sort()).toEqual(["", "err", "out"]);
});

it("answers nothing where nothing is printed", async () => {
  const { run } = await opened();
  expect(await run(["true"])).toEqual({ output: Buffer.alloc(0) });
});

it("has no shell between: what is special to one is an argument like any other", async () => {
  const { folder, text } = await opened();
  await writeFile(path.join(folder, "readme.txt"), "");
  const special = ["a;", "id", "&&", "$(id)", "`id`", "|", "id", ">x", "*", "~", "$PATH", "'", '"', "a\nb"];
  expect(await text(["echo", ...special])).toBe(`${special.join(" ")}\n`);
  expect(await text(["ls; id"])).toBe("cannot run ls; id: there is no such program here");
  expect(await text(["$(id)"])).toBe("cannot run $(id): there is no such program here");
  expect(readdirSync(folder)).toEqual(["readme.txt"]);
});

it("hands on nothing of the daemon's environment", async () => {
  process.env.NETLAB_SECRET = "nobody's business";
  onTestFinished(() => void delete process.env.NETLAB_SECRET);
  const { text } = await opened();
  const lines = (await text(["env"])).trim().split("\n");
  expect(lines.sort()).toEqual(["LANG=C.UTF-8", "PATH=/usr/bin:/bin"]);
});

it("hands on none of the daemon's open files, not even those that it was started with", async () => {
  const { folder } = await opened();
  const secret = openSync(path.join(folder, "secret"), "w");
  onTestFinished(() => closeSync(secret));
  const source = `
    const { openSync } = await import("node:fs");
    openSync("secret", "r");
    const { localPrograms } = await import(${moduleUrl});
    const { output } = await localPrograms((root) => root).run(".", ["ls", "-l", "/proc/self/fd"],
      { timeoutMs: 60_000, maxBytes: 65_536 });
    process.stdout.write(output);
  `;
  const stdio = ["ignore", "pipe", "pipe", ...Array<"ignore">(37).fill("ignore"), secret] as const;
  const daemon = spawnSync(process.execPath, ["--input-type=module", "-e", source], {
    cwd: folder,
    stdio: [...stdio],
  });
  const shown = daemon.stdout?.toString() ?? "";
  expect(shown).toMatch(/ 40 -> \/dev\/null$/m);
  expect(shown).not.toContain("secret");
});

it.each([["out.txt"], ["up/secret.txt"], ["--file=out.txt"]])(
  "[ECHO-1] does not start it with %s, a link out of the root",
  async (argument) => {
    const { folder, run, inFolder } = await opened();
    const outside = await temporaryFolder();
    await writeFile(path.join(outside, "secret.txt"), "a secret");
    await symlink(path.join(outside, "secret.txt"), path.join(folder, "out.txt"));
    await symlink(outside, path.join(folder, "up"));
    await writeFile(path.join(folder, "readme.txt"), "read me");
    await symlink("readme.txt", path.join(folder, "in.txt"));
    const why = `${argument} is not allowed: a symbolic link leads out of the root [ECHO-1]`;
    expect(await run(["tee", "made", argument])).toEqual({
      output: Buffer.from(why),
      remark: cause("program-not-run", { why }),
    });
    expect(existsSync(inFolder("made"))).toBe(false);
    expect((await run(["cat", "in.txt"])).output.toString()).toBe("read me");
  },
);

it("[ECHO-1] takes so many arguments and no more", async () => {
  const { text } = await opened();
  const words = (count: number) => Array.from({ length: count }, () => "a");
  expect(await text(["echo", ...words(256)])).toBe(`${words(256).join(" ")}\n`);
  expect(await text(["echo", ...words(257)])).toBe("257 arguments are not allowed: at most 256 [ECHO-1]");
});

it("gives it no input to wait for", async () => {
  const { run } = await opened();
  expect(await run(["cat"])).toEqual({ output: Buffer.alloc(0) });
});

it.each([
  ["no program of that name", ["no-such-program"], "there is no such program here"],
  ["a file that is no program", ["./plain.txt"], "it may not be run"],
  ["a name with a NUL in it", ["ls\0"], "the system refuses it"],
  ["more arguments than the system takes", ["echo", "x".repeat(4 * 1_048_576)], "its arguments are too long"],
])("says in a sentence that it cannot run %s", async (_what, argv, why) => {
  const { folder, run } = await opened();
  await writeFile(path.join(folder, "plain.txt"), "echo hello\n");
  const { output, remark } = await run(argv);
  expect(output.toString()).toBe(`cannot run ${argv[0]}: ${why}`);
  expect(remark).toBeDefined();
});

it("says in a sentence that the root is missing, and not where it was", async () => {
  const { folder, programs } = await opened();
  const { output } = await programs.run("none", ["ls"], LIMITS);
  expect(output.toString()).toBe("cannot run ls: its folder is missing");
  expect(output.toString()).not.toContain(folder);
});

it("ends it with all that it started at the time limit, and answers what was printed until then", async () => {
  const { script, number, clock } = await opened();
  const answer = script("echo early; sleep 60 & echo $! > child; (echo $$ > leader; sleep 60); echo late");
  const [child, leader] = [await number("child"), await number("leader")];
  clock.advance(4_999);
  expect([isAlive(child), isAlive(leader)]).toEqual([true, true]);
  clock.advance(1);
  expect(await answer).toEqual({
    output: Buffer.from("early\n"),
    remark: cause("program-timed-out", { afterMs: 5_000 }),
  });
  await isGone(child);
  await isGone(leader);
  expect(clock.waiting).toBe(0);
});

it("ends what a program leaves behind when it ends itself", async () => {
  const { script } = await opened();
  const { output, remark } = await script("(trap '' HUP TERM INT; sleep 60) & echo $!");
  expect(remark).toBeUndefined();
  expect(output.toString()).toMatch(/^\d+\n$/);
  await isGone(Number(output));
});

it.skipIf(!hasSetsid)("does not wait beyond the limit for one that has left the group", async () => {
  const { script, number, clock } = await opened();
  const runaway = "setsid sh -c 'echo $$ > escaped; exec sleep 60' &";
  const answer = script(`echo $$ > leader; ${runaway} until [ -s escaped ]; do sleep 0.01; done`);
  const escaped = await number("escaped");
  onTestFinished(() => void process.kill(escaped, "SIGKILL"));
  await isGone(await number("leader"));
  // The outputs are still held open.
  expect(clock.waiting).toBe(1);
  clock.advance(5_000);
  expect(await answer).toEqual({
    output: Buffer.alloc(0),
    remark: cause("program-timed-out", { afterMs: 5_000 }),
  });
  expect(isAlive(escaped)).toBe(true);
});

it("cuts the output at the limit, and ends the program there", async () => {
  const { script } = await opened();
  const { output, remark } = await script("echo $$; exec yes");
  expect(output).toHaveLength(65_536);
  expect(remark).toEqual(cause("program-cut", { limit: 65_536 }));
  await isGone(Number.parseInt(output.toString(), 10));
});

it("counts both outputs as one, and leaves alone what just fits", async () => {
  const { script } = await opened();
  const { output, remark } = await script("printf 12345; printf 678 >&2; printf 90ab", { maxBytes: 10 });
  expect([output.length, remark]).toEqual([10, cause("program-cut", { limit: 10 })]);
  expect(await script("printf 1234567890", { maxBytes: 10 })).toEqual({ output: Buffer.from("1234567890") });
});

it("ends it with all that it started when the connection that wanted it has ended", async () => {
  const { script, number, clock } = await opened();
  const peer = new AbortController();
  const answer = script("sleep 60 & echo $! > child; sleep 60", { signal: peer.signal });
  const child = await number("child");
  peer.abort();
  expect(await answer).toMatchObject({ remark: cause("program-gone", {}) });
  await isGone(child);
  expect(clock.waiting).toBe(0);
});

it("does not start it for a peer that has gone already", async () => {
  const { run, inFolder } = await opened();
  await run(["touch", "a"], { signal: AbortSignal.abort() });
  expect(existsSync(inFolder("a"))).toBe(false);
});

it("lets the others wait where many are asked for at once", async () => {
  const { run, folder } = await opened();
  const peers = Array.from({ length: 34 }, () => new AbortController());
  onTestFinished(() => {
    for (const peer of peers) peer.abort();
  });
  const answers = peers.map(({ signal }, index) =>
    run(["sh", "-c", 'touch "$0"; exec sleep 60', `started-${index}`], { signal }),
  );
  const started = () => readdirSync(folder).length;
  await eventually(() => expect(started()).toBe(32));
  peers[5]?.abort();
  await eventually(() => expect(started()).toBe(33));
  expect(existsSync(path.join(folder, "started-33"))).toBe(false);
  for (const peer of peers) peer.abort();
  await Promise.all(answers);
  expect(started()).toBe(33);
});

it("ends it when the daemon ends in whatever way", async () => {
  const { folder, number } = await opened();
  const source = `
    const { existsSync } = await import("node:fs");
    const { localPrograms } = await import(${moduleUrl});
    void localPrograms((root) => root).run(".", ["sh", "-c", "sleep 60 & echo $! > new; mv new child; sleep 60"],
      { timeoutMs: 60_000, maxBytes: 10 });
    setInterval(() => existsSync("child") && process.exit(7), 5);
  `;
  const daemon = spawnSync(process.execPath, ["--input-type=module", "-e", source], { cwd: folder });
  expect([daemon.status, daemon.stderr.toString()]).toEqual([7, ""]);
  await isGone(await number("child"));
});

it("leaves no listener behind", async () => {
  const { run } = await opened();
  const before = process.listenerCount("exit");
  await Promise.all([run(["true"]), run(["true"]), run(["no-such-program"])]);
  expect(process.listenerCount("exit")).toBe(before);
});
