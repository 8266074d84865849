/** `check` at the prompt of a real daemon, and results that its database keeps. */
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestDaemon } from "./daemon.ts";
import { Scene } from "./scene.ts";

const scene = new Scene();
let daemon: TestDaemon;

beforeAll(async () => {
  const roles = [{ role: "calculator", port: 0 }];
  daemon = await TestDaemon.start(scene, { lab: JSON.stringify({ roles }) });
});
afterAll(() => scene.end());

const at = () => `127.0.0.1:${daemon.ready.instances[0]?.port}`;
const rows = async (sql: string) => JSON.parse(await daemon.plain(`sql --json ${sql}`)) as unknown[];

describe("check at the prompt", () => {
  it("judges a server that runs, and keeps the results where it is asked to", async () => {
    const line = `check server calculator ${at()} --case CALC-2.division-by-zero --seed 7`;
    const { stdout, exit, stderr } = await daemon.ctl("-c", `${line}; ${line} --keep`);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    expect(stdout).toContain("kept: run 1, 1 row; sql select * from checks where run = 1 shows them");
    expect(await rows("select * from checks")).toEqual([
      {
        id: 1,
        run: 1,
        at: expect.any(Number),
        version: expect.stringMatching(/^\d+\.\d+\.\d+/),
        seed: 7,
        role: "calculator",
        side: "server",
        target: at(),
        case: "CALC-2.division-by-zero",
        status: "passed",
        grade: "MUST",
        weight: 2,
        message: "",
        student: null,
      },
    ]);
  });

  it("keeps nothing of a server that is not there, and exits 6 with what to do", async () => {
    const { stdout, exit } = await daemon.ctl("-c", "check server calculator 127.0.0.1:1 --keep");
    expect(exit).toBe(6);
    expect(stdout.replace(/\s+/g, " ").trim()).toBe(
      "calculator server: 127.0.0.1:1 nothing was checked: no server listens at 127.0.0.1:1 (ECONNREFUSED). Start your server first, and name the host and port where it listens.",
    );
    expect(await rows("select * from checks where target = '127.0.0.1:1'")).toEqual([]);
  });

  it("lists the cases and explains one, and sends to a shell what starts programs", async () => {
    const listed = await daemon.ctl("-c", "check list calculator");
    expect(listed.stdout).toContain("CALC-2.division-by-zero");
    const explained = await daemon.ctl("-c", "check explain CALC-2.division-by-zero");
    expect(explained.stdout).toContain("[CALC-2]");
    for (const line of ["check server calculator --run true", "check client calculator"]) {
      const { stderr, exit } = await daemon.ctl("-c", line);
      expect(exit).toBe(2);
      expect(stderr).toContain("a program is started in a shell, not at the prompt: netlabctl check");
    }
  });
});

describe("netlabctl check --keep", () => {
  it("keeps what it found, and its exit status is the check's", async () => {
    const peer = path.join(import.meta.dirname, "../peers/calculator_server.py");
    const run = `exec python3 ${peer} {port}`;
    const words = ["check", "server", "calculator", "--run", run, "--grade", "INFO", "--grade", "SHOULD"];
    const { exit, stdout } = await daemon.ctl(...words, "--case", "CALC-*", "--keep");
    expect(exit).toBe(0);
    expect(stdout).toContain("kept: run 2, ");
    const kept = await rows("select distinct target, grade from checks where run = 2 order by grade desc");
    expect(kept).toContainEqual({ target: run, grade: "SHOULD" });
    expect(kept).not.toContainEqual({ target: run, grade: "MUST" });
  });
});
