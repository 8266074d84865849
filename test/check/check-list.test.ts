/** `check explain`: what a case is about, and a conversation to try it by hand. */
import { connect } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { programsHere } from "../../src/check/box/programs-here.ts";
import { explainCase } from "../../src/check/check-list.ts";
import { checkableOf } from "../../src/check/checkable.ts";
import type { DialogueLine } from "../../src/machines/_dialogue.ts";
import { linesFor } from "../../src/machines/_dialogue.ts";
import { connectionEnds } from "../../src/os/connection-ends.ts";
import { checkout, right } from "./checking.ts";

async function explained(id: string): Promise<string> {
  const said: string[] = [];
  await explainCase(id, {
    isJson: false,
    columns: 80,
    out: (text) => said.push(text),
    data: () => undefined,
  });
  return said.join("\n");
}

describe("check explain", () => {
  it("shows the case's own conversation, where it has one", async () => {
    expect(await explained("CALC-2.division-by-zero")).toMatch(
      /\n {2}by hand\n {4}ncat .*\n {4}you {5}ann\n {4}you {5}81 \/ 0\n {4}server {2}Division by zero\n/,
    );
  });

  it("says of the role's conversation that it is no more than that", async () => {
    expect(await explained("FRAME-2.byte-by-byte")).toContain(
      "\n  by hand   no conversation shows this case alone; the usual one of calculator:\n    ncat ",
    );
  });

  it("breaks no line in the middle of a word at 80 columns", async () => {
    const { cases } = await checkableOf("calculator");
    for (const { id, side, title } of cases) {
      const text = await explained(id);
      expect(Math.max(...text.split("\n").map(({ length }) => length)), id).toBeLessThanOrEqual(80);
      expect(text.replace(/\n/g, " ")).toContain(`the ${side} ${title}`);
    }
  });
});

describe("an example", () => {
  it.each([
    ["calculator", "calculator-server.py"],
    ["knock-knock", "knock-knock-server.py"],
  ])("of %s is what a right server says", async (role, program) => {
    const programs = programsHere(checkout);
    onTestFinished(() => programs.close());
    const port = await programs.freePort();
    const server = await programs.start({
      command: right(program),
      host: "127.0.0.1",
      port,
      onTerminal: false,
    });
    await expect.poll(() => server.listening("tcp"), { timeout: 30_000 }).not.toEqual([]);
    const examples = (await checkableOf(role)).cases.flatMap(({ example }) => (example ? [example] : []));
    expect(examples.length).toBeGreaterThan(5);
    for (const lines of examples) expect(await played(port, lines)).toEqual(answersIn(lines));
  });
});

const answersIn = (lines: readonly DialogueLine[]) =>
  lines.flatMap((line) => ("server" in line ? [line.server] : []));

function isRead(from: number, to: number): boolean {
  const ends = connectionEnds(from, to);
  return ends?.ours.txQueue === 0 && ends.theirs.inode !== 0 && ends.theirs.rxQueue === 0;
}

/** Each answer is waited for by its size: one that is shorter hangs, and is the mistake. */
async function played(port: number, lines: readonly DialogueLine[]): Promise<string[]> {
  const socket = connect({ port, host: "127.0.0.1" });
  let came = "";
  socket.setEncoding("utf8").on("data", (text: string) => {
    came += text;
  });
  const answers: string[] = [];
  for (const [nth, line] of linesFor({ lines }, "ann").entries()) {
    if ("server" in line) {
      await expect.poll(() => came.length, { timeout: 30_000 }).toBeGreaterThanOrEqual(line.server.length);
      answers.push(came);
      came = "";
      continue;
    }
    socket.write(line.client);
    // A name that is not answered is a message of its own, and not the beginning of the next one.
    if (nth === 0)
      await expect.poll(() => isRead(socket.localPort ?? 0, port), { timeout: 30_000 }).toBe(true);
  }
  socket.destroy();
  return answers;
}
