/** Connections of one program that are all open, with a message each: only /proc tells them from several clients. */
import { spawn } from "node:child_process";
import { describe, expect, it, onTestFinished } from "vitest";
import { eventually } from "../e2e/eventually.ts";
import { hasPython } from "../roles/python-peer.ts";
import { DiagnosisLab } from "./lab.ts";

const lab = new DiagnosisLab();
lab.use();

/** A socket for each of its lines, all kept open until the end of its input. */
const PROGRAM = `import socket, sys
kept = []
for text in sys.argv[2:]:
    kept.append(socket.create_connection(("127.0.0.1", int(sys.argv[1]))))
    kept[-1].sendall(text.encode() + b"\\n")
sys.stdin.read()
`;

/** Ids of the cards of each connection, once the program has been seen at its other end. */
async function cardsOf(texts: readonly string[]): Promise<string[][]> {
  const { id, port } = await lab.spawn("calculator");
  const program = spawn("python3", ["-c", PROGRAM, String(port), ...texts], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  onTestFinished(() => void program.kill("SIGKILL"));
  const has = (kind: string) =>
    lab.stories(id).filter(({ entries }) => entries.some((entry) => entry.kind === kind)).length;
  await eventually(() => expect(has("message")).toBe(texts.length));
  lab.clock.push(7_000);
  await eventually(() => expect(has("program")).toBe(texts.length));
  const told = await Promise.all(lab.stories(id).map((story) => lab.explain(story)));
  return told.map(({ diagnoses }) => diagnoses.map((card) => card.id));
}

describe.skipIf(process.platform !== "linux" || !hasPython)("a program with several open connections", () => {
  it("is told so where each has one message of a conversation", async () => {
    expect(await cardsOf(["ann", "15 + 35", "2 * 3"])).toEqual([["D58"], ["D58"], ["D58"]]);
  });

  it("is not told so where each begins a conversation of its own", async () => {
    expect((await cardsOf(["ann", "bob"])).flat()).not.toContain("D58");
  });
});
