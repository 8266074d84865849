/** Causes that a report names: those of what failed, and none where the program's own last words say why. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { check } from "./checking.ts";

const folder = mkdtempSync(path.join(tmpdir(), "netlab-likely-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A calculator of whole numbers that falls over everything else. */
const file = path.join(folder, "whole_numbers.py");
writeFileSync(
  file,
  `
import socket, sys
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    client, _ = server.accept()
    client.recv(1024)
    while data := client.recv(1024):
        if data.strip() == b"q": break
        a, op, b = data.decode().split()
        a, b = int(a), int(b)
        client.send(str({"+": a + b, "-": a - b, "*": a * b}[op]).encode())
    client.close()
`,
);
const run = `exec python3 ${file} {port}`;
const resultOf = async (id: string) => {
  const { results } = await check("calculator", { run, cases: [id] });
  const [result] = results;
  if (!result) throw new Error(`no result of ${id}`);
  return result;
};

it("judges sums by value: the form of a result is a case of its own", async () => {
  expect((await resultOf("CALC-1.sum")).status).toBe("passed");
  const { status, likely } = await resultOf("CALC-1.shortest-repr");
  expect({ status, likely: likely.map(({ id }) => id) }).toEqual({ status: "failed", likely: ["D78"] });
});

it("names no cause of its own for a program that ended, and shows its last words", async () => {
  const { message, likely, output } = await resultOf("CALC-2.bad-operator");
  expect(message).toMatch(/the server closed the connection: the program ended \(exit status 1\)$/);
  expect(likely).toEqual([]);
  expect(output).toContain("KeyError: '%'");
});

it("does not blame what came before and was accepted", async () => {
  const { status, likely } = await resultOf("FRAME-2.line-in-two-segments");
  expect({ status, likely: likely.map(({ id }) => id) }).toEqual({ status: "failed", likely: [] });
});
