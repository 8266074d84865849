/** `netlabctl doctor` as a person and a program use it: what it prints, its JSON, its exit status. */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { freePorts } from "./free-ports.ts";
import { checkout, Scene } from "./scene.ts";

const hasPython = spawnSync("python3", ["--version"]).status === 0;
const scene = new Scene();
afterAll(() => scene.end());

const doctor = (...words: string[]) => scene.node("netlabctl", ["doctor", ...words]).ended;

async function patient(name: string): Promise<number> {
  const program = scene.run("python3", [path.join(checkout, "test/doctor/patients.py"), name]);
  await program.says(/^\d+\n/);
  return Number(program.stdout);
}

describe.skipIf(!hasPython || process.platform !== "linux")("netlabctl doctor", () => {
  it("says what is wrong, what to do and what it cost, in lines that fit a terminal", async () => {
    const port = await patient("forgot-accept");
    const { stdout, stderr, exit } = await doctor(`localhost:${port}`);
    expect({ stderr, exit }).toEqual({ stderr: "", exit: 1 });
    expect(stdout.replaceAll(/pid \d+/g, "pid N").split("\n")).toEqual([
      `127.0.0.1:${port}/tcp`,
      "  The kernel took the connection, but the program has not called accept() for",
      "  it.",
      "    Call accept() after listen(), in a loop.",
      "  python3 (pid N) sleeps.",
      "  (the server had 1 connection of this)",
      "",
    ]);
  });

  it("answers a program with codes, how sure it is, a sentence and one thing to do", async () => {
    const [port = 0] = await freePorts(1);
    const { stdout, exit } = await doctor(`127.0.0.1:${port}`, "--json");
    expect(exit).toBe(6);
    expect(JSON.parse(stdout)).toEqual({
      host: "127.0.0.1",
      port,
      transport: "tcp",
      address: "127.0.0.1",
      role: null,
      connections: 0,
      datagrams: 0,
      findings: [
        {
          code: "closed",
          sure: "certain",
          problem: true,
          sentence: `Nothing listens on TCP port ${port} of 127.0.0.1.`,
          advice: "Start the server and read what it prints: it may have ended, or chosen another port.",
          about: { port, transport: "tcp" },
        },
      ],
    });
  });

  it("is done with 0 where all is well, and with 1 where another role answers", async () => {
    const port = await patient("greets-as-chat");
    expect((await doctor(`127.0.0.1:${port}`, "--role", "chat")).exit).toBe(0);
    const other = await doctor(`127.0.0.1:${port}`, "--role", "echo");
    expect(other.exit).toBe(1);
    expect(other.stdout).toContain('It answers as chat does: "Please, Enter Your ig name".');
  });

  it.each([
    [["localhost"], 2, "is not an address: write host:port"],
    [["localhost:99999"], 2, "is not an address"],
    [["localhost:80", "--role", "nobody"], 2, "there is no server role nobody over tcp"],
    [["localhost:80", "--role", "clock"], 2, "there is no server role clock over tcp"],
    [["name.invalid:80"], 6, "cannot reach name.invalid:80"],
  ])("says what is wrong with %j", async (words, status, said) => {
    const { stderr, exit } = await doctor(...words);
    expect(exit).toBe(status);
    expect(stderr).toContain(said);
  });
});
