/**
 * A test with a lab of its own: netlabd plays the server, the test is the student's client. So can yours be tested, with
 * `npm install --save-dev netlabd vitest`; put node_modules/netlabd/dist/netlabd.js in the place of NETLABD then.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { attach, type Lab } from "netlabd/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
// The checkout's own business: an installed netlabd is built.
import { buildWhereStale } from "../test/e2e/build.ts";

const NETLABD = join(import.meta.dirname, "../dist/netlabd.js");
const folder = mkdtempSync(join(tmpdir(), "students-"));
const socket = join(folder, "lab.sock");
let daemon: ChildProcess;
let lab: Lab;

beforeAll(async () => {
  buildWhereStale();
  const options = ["--lab", "none", "--data", folder, "--socket", socket, "--no-repl", "--ready-json"];
  daemon = spawn(process.execPath, [NETLABD, ...options], { stdio: ["ignore", "pipe", "inherit"] });
  if (daemon.stdout) await once(daemon.stdout, "data");
  lab = await attach({ socket });
});

afterAll(async () => {
  lab.close();
  daemon.kill();
  await once(daemon, "exit");
  rmSync(folder, { recursive: true });
});

/** The student's program: what it is told for these words. */
async function ask(port: number, ...words: string[]): Promise<string> {
  const program = connect(port, "127.0.0.1").setEncoding("utf8");
  for (const word of words) {
    program.write(word);
    // What comes too soon is one read for the server, and one message.
    await lab.waitFor("calculator", { text: word });
  }
  const [answer] = await once(program, "data");
  program.destroy();
  return String(answer);
}

describe("a client of the calculator", () => {
  it("is answered, and its story has no mistake in it", async () => {
    const { port } = await lab.spawn("calculator", { port: 0 });
    expect(await ask(port, "ann", "6 * 7")).toBe("42.0");
    const story = await lab.explain();
    expect(story).toMatchObject({ role: "calculator-1", verdict: "ok", diagnoses: [] });
  });

  it("that forgets to say its name is told of it", async () => {
    const [calculator] = await lab.ls("calculator");
    const program = connect(calculator?.port ?? 0, "127.0.0.1");
    program.write("6 * 7");
    const [connection] = await lab.waitFor("calculator", "computing");
    program.destroy();
    const { diagnoses } = await lab.explain(connection?.id);
    expect(diagnoses).toMatchObject([{ name: "forgets-to-say-its-name" }]);
  });

  it("finds no role of another name", async () => {
    await expect(lab.spawn("calculater")).rejects.toMatchObject({ code: "no-such-role", exitCode: 4 });
  });
});
