/** An operator whose messages are carried by an array: no socket, no bytes, the same commands. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Message, OperatorSession } from "../../src/control/operator-session.ts";
import { exitCodes } from "../../src/errors.ts";
import calculator from "../../src/machines/calculator.ts";
import type { Evaluation } from "../../src/repl/evaluation/evaluation.ts";
import { eventually } from "../actors/harness.ts";
import { daemon, useDaemon } from "../repl/own-daemon.ts";

useDaemon([calculator]);

let heard: Message[];
let operator: OperatorSession;
let closed: number;

beforeEach(() => {
  heard = [];
  closed = 0;
  const evaluation = {
    evaluate: async (code: string, { out }: { out(text: string): void }) => {
      out(`value of ${code}`);
      return "done";
    },
    complete: () => ({ from: 0, candidates: [{ value: "roles", summary: "" }] }),
    close: () => {
      closed += 1;
    },
  } as unknown as Evaluation;
  operator = new OperatorSession(
    { lab: daemon.lab, openEvaluation: async () => evaluation },
    { level: "own", name: "test" },
    { send: (message) => void heard.push(message), isBehind: false },
  );
});
afterEach(() => operator.close());

/** What a request was answered, once it has its exit status. */
async function answersTo(request: { readonly id: number } & Message): Promise<Message[]> {
  operator.receive(request);
  const mine = () => heard.filter(({ id }) => id === request.id);
  await eventually(() => expect(mine().some((message) => "exit" in message)).toBe(true));
  return mine();
}

describe("an operator session", () => {
  it("says who the daemon is, and what can be run", async () => {
    const [hello] = await answersTo({ id: 1, op: "hello", columns: 80 });
    expect(hello?.data).toMatchObject({ name: "netlabd", protocol: 1, lab: "none", pid: process.pid });
    const [described] = await answersTo({ id: 2, op: "describe" });
    expect(described?.data).toContainEqual(expect.objectContaining({ name: "spawn", group: "roles" }));
  });

  it("runs commands, and tells their exit last", async () => {
    const spawned = await answersTo({
      id: 1,
      op: "run",
      argv: ["spawn", "calculator", "--port", "0", "--json"],
    });
    expect(spawned).toEqual([
      { id: 1, data: expect.objectContaining({ id: "calculator-1", state: "running" }) },
      { id: 1, exit: exitCodes.done },
    ]);
    const refused = await answersTo({ id: 2, op: "run", line: "stop nobody" });
    expect(refused).toEqual([
      { id: 2, err: expect.stringContaining("nobody"), code: "no-such-instance" },
      { id: 2, exit: exitCodes.noSuchThing },
    ]);
  });

  it("completes lines, and code where the daemon evaluates some", async () => {
    const [completed] = await answersTo({ id: 1, op: "complete", line: "spa" });
    expect(completed?.data).toMatchObject({
      candidates: expect.arrayContaining([expect.objectContaining({ value: "spawn" })]),
    });
    const evaluated = await answersTo({ id: 2, op: "eval", line: "1 + 1" });
    expect(evaluated).toEqual([
      { id: 2, out: "value of 1 + 1" },
      { id: 2, exit: exitCodes.done },
    ]);
  });

  it("interrupts what runs until then, by its number", async () => {
    operator.receive({ id: 1, op: "run", line: "tap" });
    await eventually(() => expect(heard).toHaveLength(1));
    operator.receive({ id: 2, op: "interrupt", target: 1 });
    await eventually(() => expect(heard).toContainEqual({ id: 1, exit: exitCodes.interrupted }));
  });

  it("asks for what a command wants to know, and goes on with the answer", async () => {
    operator.receive({ id: 1, op: "run", line: "shutdown" });
    await eventually(() =>
      expect(heard).toEqual([{ id: 1, ask: expect.stringContaining("Stop the daemon") }]),
    );
    operator.receive({ id: 1, op: "answer", text: "n" });
    await eventually(() => expect(heard.at(-1)).toEqual({ id: 1, exit: exitCodes.refused }));
  });

  it("answers what is no request with why, and with an end where it has a number", () => {
    operator.receive({ id: 7, op: "dance" });
    operator.receive(undefined);
    expect(heard).toEqual([
      { id: 7, exit: exitCodes.usage, err: expect.stringContaining("not a request") },
      { err: expect.stringContaining("not a request") },
    ]);
  });

  it("takes all that it left running along when it goes", async () => {
    await answersTo({ id: 1, op: "eval", line: "1" });
    operator.receive({ id: 2, op: "run", line: "tap" });
    await eventually(() => expect(heard.some(({ id }) => id === 2)).toBe(true));
    operator.close();
    await eventually(() => expect(heard).toContainEqual({ id: 2, exit: exitCodes.interrupted }));
    await eventually(() => expect(closed).toBe(1));
  });
});
