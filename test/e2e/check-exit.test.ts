/** Exit statuses of `netlabctl check` beside those of check-status.test.ts, each brought about: a pipeline reads nothing else. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { chooseRung } from "../../src/check/box/rung.ts";
import { eventually } from "./eventually.ts";
import type { Program } from "./program.ts";
import { peers, Scene } from "./scene.ts";

const scene = new Scene();
afterAll(() => scene.end());

const right = readFileSync(path.join(peers, "calculator_server.py"), "utf8");
scene.file("right.py", right);
scene.file("wrong.py", right.replaceAll("Division by zero", "Nan"));
/** Answers, so that it is waited for, and takes its time. */
scene.file(
  "late.py",
  `import socket, sys, time
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    peer, _ = listener.accept()
    while peer.recv(100):
        until = time.monotonic() + 0.2
        while time.monotonic() < until: pass
        peer.sendall(b"hm")
`,
);
/** Leaves a sign that it runs, and answers nothing for as long as a case may last. */
scene.file(
  "signs.py",
  `import socket, sys
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
open("signed", "w").close()
while True: pass
`,
);
const DIVISION = "CALC-2.division-by-zero";
const check = (name: string, ...words: string[]) =>
  scene.node("netlabctl", ["check", "server", "calculator", "--run", `python3 ${name} {port}`, ...words]);
const one = (name: string, ...words: string[]) => check(name, "--case", DIVISION, ...words).ended;
/** A person's limits are a box of a kind; root starts nothing without another. */
const hasBox = await chooseRung({ wanted: "auto", isUnsafe: false }).then(
  () => true,
  () => false,
);
const written = (file: string) => JSON.parse(readFileSync(scene.path(file), "utf8"));

describe("check", () => {
  it("tells for each card the command that does it again, with all that was asked for", async () => {
    const { stdout } = await one("wrong.py", "--limit", "mem=256M", "--set", "token=a b", "--seed", "7");
    const again = "netlabctl check server calculator --run 'python3 wrong.py {port}' --limit mem=256M";
    expect(stdout).toContain(`${again} --set 'token=a b' --case ${DIVISION} --seed 7\n`);
  });

  it("exits 1 for a SHOULD with --strict alone", async () => {
    // One client after another: it has no thread for a second one.
    const words = ["--case", "ROBUST.two-at-once"];
    const plain = await check("right.py", ...words).ended;
    const strict = await check("right.py", ...words, "--strict").ended;
    expect([plain.exit, strict.exit], plain.stdout).toEqual([0, 1]);
    expect(plain.stdout).toContain("1 failed (no MUST)");
  });

  it("exits 2 where a report cannot be written, before anything has run", async () => {
    const { exit, stderr, stdout } = await one("none.py", "--format", "text,json=none/x.json");
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: "" });
    expect(stderr).toBe("netlabctl: check: cannot write none/x.json: there is no such folder (ENOENT)\n");
    const twice = await one("none.py", "--format", "junit=x.xml,tap=x.xml");
    expect(twice.exit).toBe(2);
    expect(twice.stderr).toContain("x.xml can hold one format only");
  });

  it("exits 6 where the program was not built, with the compiler's first words, or not started", async () => {
    const build = "for n in $(seq 40); do echo error $n; done; exit 2";
    const { exit, stdout } = await one("right.py", "--build", build);
    expect(exit).toBe(6);
    expect(stdout).toContain("\n  error 1\n  error 2\n");
    expect(stdout).toContain("\n  (24 more lines)\n");
    expect(stdout).toContain("0 of 2 points");
    expect(await one("none.py")).toMatchObject({ exit: 6 });
  });

  it("exits 124 when the time is over, and cases that it did not come to are lost", async () => {
    const formats = "text,json=late.json,gradescope=late.gs.json";
    const { exit } = await check("late.py", "--limit", "time=1s", "--format", formats, "--points", "20")
      .ended;
    expect(exit).toBe(124);
    const { ended, score, results } = written("late.json");
    expect(ended.code).toBe("timed-out");
    const judged = results.reduce((sum: number, { weight }: { weight: number }) => sum + weight, 0);
    expect(score.max).toBeGreaterThan(judged);
    expect(written("late.gs.json").extra_data.max).toBe(score.max);
  });

  it("exits 130 when it is interrupted, with what it had found by then", async () => {
    const interrupted = check("late.py", "--format", "text,json=cut.json");
    await eventually(() => expect(written("cut.json").ended.code).toBe("unfinished"));
    interrupted.signal("SIGINT");
    expect(await interrupted.ended).toMatchObject({ exit: 130 });
    expect(written("cut.json").ended.code).toBe("interrupted");
  });

  it("exits 130 when it is told to end while its program runs, which it ends as at an interruption", async () => {
    const told = check("signs.py", "--format", "text,json=told.json");
    await eventually(() => expect(existsSync(scene.path("signed"))).toBe(true));
    told.signal("SIGTERM");
    expect(await told.ended).toMatchObject({ exit: 130 });
    expect(written("told.json").ended.code).toBe("interrupted");
  });
});

describe.skipIf(!hasBox)("check --box", () => {
  /** Process of the box, in which the tester and the program are. */
  const boxOf = ({ pid }: Program) =>
    eventually(() => {
      const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
      const box = children.find((child) =>
        readFileSync(`/proc/${child}/cmdline`, "utf8").includes("tester-process"),
      );
      if (box === undefined) throw new Error("it has no box yet");
      return Number(box);
    });

  it("exits 70 where its tester is killed, says that this is no verdict, and leaves no points", async () => {
    const killed = check("late.py", "--box", "--format", "text,gradescope=killed.json");
    process.kill(await boxOf(killed), "SIGKILL");
    const { exit, stdout, stderr } = await killed.ended;
    expect({ exit, stdout }).toEqual({ exit: 70, stdout: "" });
    expect(stderr).toContain("which says nothing about the program: the tester ended by SIGKILL");
    expect(written("killed.json")).toMatchObject({ score: 0, tests: [] });
  });

  it("exits 130 when it is interrupted, and says so in its report", async () => {
    const interrupted = check("late.py", "--box", "--format", "json=box.json");
    await boxOf(interrupted);
    interrupted.signal("SIGINT");
    expect(await interrupted.ended).toMatchObject({ exit: 130, stderr: "" });
    expect(written("box.json").ended.code).toBe("interrupted");
  });
});
