/** The audit: what changed something, showed a secret or was refused, by whom, and no secret in it. */
import { describe, expect, it } from "vitest";
import { type Message, OperatorSession } from "../../src/control/operator-session.ts";
import calculator from "../../src/machines/calculator.ts";
import fileServer from "../../src/machines/file-server.ts";
import type { Evaluation } from "../../src/repl/evaluation/evaluation.ts";
import type { Level } from "../../src/repl/levels.ts";
import { openAudit } from "../../src/stores/audit.ts";
import { eventually } from "../actors/harness.ts";
import { LabFolder } from "../stores/lab-folder.ts";
import { daemon, useDaemon } from "./own-daemon.ts";

useDaemon([calculator, fileServer]);

/** Runs them one after another. */
async function operatorRuns(level: Level, ...requests: Message[]): Promise<void> {
  const heard: Message[] = [];
  const evaluation = { evaluate: async () => "done", close: () => undefined } as unknown as Evaluation;
  const session = new OperatorSession(
    { lab: daemon.lab, openEvaluation: async () => evaluation },
    { level, name: `${level} socket` },
    { send: (message) => void heard.push(message), isBehind: false },
  );
  for (const [id, request] of requests.entries()) {
    session.receive({ id, op: "run", ...request });
    await eventually(() => expect(heard.some((one) => one.id === id && "exit" in one)).toBe(true));
  }
  session.close();
}

async function auditLines(): Promise<string[]> {
  let rows = daemon.lab.audit.since(0, 1_000);
  await eventually(() => {
    const before = rows.length;
    rows = daemon.lab.audit.since(0, 1_000);
    expect(rows.length).toBe(before);
  });
  return rows.map(({ operator, level, line, exit }) => `${operator} ${level} ${exit} ${line}`);
}

describe("the audit", () => {
  it("has what changed something, how it ended and by whom, and what was refused; not what only looked", async () => {
    await operatorRuns(
      "own",
      { line: "ls" },
      { line: "spawn calculator sums --port 0", user: "ann" },
      { argv: ["stop", "sums"], user: "ann" },
      { line: "stop nobody" },
      { line: "= 1 + 1" },
    );
    await operatorRuns("observe", { line: "conns" }, { line: "kick c1", user: "bob" }, { line: "help stop" });
    expect(await auditLines()).toEqual([
      "ann own 0 spawn calculator sums --port 0",
      "ann own 0 stop sums",
      "own socket own 4 stop nobody",
      "own socket own 0 = 1 + 1",
      "bob observe 5 kick c1",
    ]);
  });

  it("has that a student was to be forgotten, refused or not, and never whom", async () => {
    await operatorRuns("own", { line: "class forget s042" });
    await operatorRuns(
      "operate",
      { argv: ["class", "--json", "forget", "s042"] },
      { line: "class who s042" },
    );
    const lines = await auditLines();
    expect(lines.map((line) => line.replace(/ \d /, " "))).toEqual([
      "own socket own class forget (forgotten)",
      "operate socket operate class forget (forgotten)",
    ]);
  });

  it("is for the level own, also where sql asks", async () => {
    const question = { line: "sql select line from audit" };
    await operatorRuns("operate", { line: "sql select count(*) from instances" }, question);
    await operatorRuns("own", question);
    expect((await auditLines()).map((line) => line.replace(/^\w+ socket /, ""))).toContain(
      "operate 5 sql select line from audit",
    );
    expect(await auditLines()).not.toContainEqual(expect.stringMatching(/^own socket own 5/));
  });

  it("has a command that showed tokens, or tried to", async () => {
    await operatorRuns("own", { line: "ls --show-tokens" }, { argv: ["ls"], options: { showTokens: true } });
    await operatorRuns("observe", { line: "registry --show-tokens --json" });
    expect(await auditLines()).toEqual([
      "own socket own 0 ls --show-tokens",
      "own socket own 0 ls --show-tokens=true",
      "observe socket observe 5 registry --show-tokens --json",
    ]);
  });

  it("has no token: of an option, an argument, a value, a text or code", async () => {
    await operatorRuns(
      "own",
      { line: "spawn file-server --service txt --token t0k3n-1 --port 0" },
      { line: "spawn file-server --service txt --token=t0k3n-2 --port 0" },
      { argv: ["spawn", "file-server", "--service", "txt"], options: { token: "t0k3n-3", port: 0 } },
      { line: "register 10.0.0.1 4000 pdf t0k3n-4 --lease 30s" },
      { line: "register 10.0.0.2 4000 pdf 'a b' extra" },
      { line: "say file-server-1 the word is t0k3n-1" },
      { line: "spawn file-server --service txt --token ab --port 0" },
      { line: "say file-server-1 ab or tab" },
      { line: "= 't0k3n-4'" },
    );
    const lines = await auditLines();
    expect(lines).toHaveLength(9);
    expect(lines.join("\n")).not.toMatch(/t0k3n|a b|\bab\b/);
    expect(lines[3]).toContain("register 10.0.0.1 4000 pdf '****' --lease 30s");
    expect(lines[7]).toContain("**** or tab");
  });

  it("is told by a command of the level own, as far back as was asked", async () => {
    await daemon.lab.audit.add({
      at: 1_000,
      operator: "old",
      level: "own",
      node: null,
      line: "stop x",
      exit: 0,
    });
    await operatorRuns("own", { line: "stop nobody" });
    await operatorRuns("operate", { line: "audit" });
    const heard: Message[] = [];
    const session = new OperatorSession(
      { lab: daemon.lab, openEvaluation: undefined },
      { level: "own", name: "" },
      { send: (message) => void heard.push(message), isBehind: false },
    );
    const ask = async (id: number, line: string) => {
      session.receive({ id, op: "run", line });
      await eventually(() => expect(heard).toContainEqual({ id, exit: 0 }));
      return heard.filter((one) => one.id === id);
    };
    const [{ data } = {}] = await ask(1, "audit --since 2h --json");
    expect(data).toEqual([
      expect.objectContaining({ line: "stop nobody", exit: 4, node: null }),
      expect.objectContaining({ line: "audit", level: "operate", exit: 5 }),
    ]);
    const [table] = await ask(2, "audit --since 2h");
    expect(table?.out).toMatch(/^AT +OPERATOR +LEVEL +EXIT +LINE\n.*stop nobody\n.*audit/);
    session.close();
  });

  it("is added to and never changed", async () => {
    const lab = new LabFolder();
    await openAudit(lab.open()).add({
      at: 1,
      operator: "ann",
      level: "own",
      node: null,
      line: "stop x",
      exit: 0,
    });
    expect(() => lab.exec("UPDATE audit SET exit = 5")).toThrow("the audit is not changed");
    expect(() => lab.exec("DELETE FROM audit")).toThrow("nothing of the audit is removed");
    expect(openAudit(lab.open()).since(0, 10)).toHaveLength(1);
  });
});
