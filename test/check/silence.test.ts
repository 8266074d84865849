/** Servers that never answer: what fails by it is told as one thing, quickly, and nothing of it is held against one that answers after all. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { text } from "../../src/check/formats/text.ts";
import type { Report } from "../../src/check/report.ts";
import { check, withStatus } from "./checking.ts";

const LISTENS = `
import socket, sys, time
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=2)
`;
/** A calculator for one client at a time; \`answers\` is an expression over a, sign and b, or None. */
const calculator = (answers: string, before = "") => `${LISTENS}${before}
while True:
    client, _ = listener.accept()
    try:
        client.recv(1024)
        while (line := client.recv(1024).decode()) not in ("", "q"):
            a, sign, b = line.split(); a, b = float(a), float(b)
            answer = ${answers}
            if answer is not None: client.sendall(repr(answer).encode())
    except OSError: pass
    client.close()
`;
const RIGHT = `{"+": a + b, "-": a - b, "*": a * b, "/": a / b}[sign]`;
const python = (code: string, more = "") =>
  `exec python3 -c '${code.replaceAll("'", "'\\''")}' {port} ${more}`;

const COMPUTING = ["CALC-1.sum", "CALC-1.difference", "CALC-1.product", "CALC-1.quotient"];
const followsOf = ({ results }: Report) => results.map(({ id, follows }) => [id, follows]);

it("tells of a server that accepts nobody why once, and passes what needs no answer", async () => {
  const run = python(`${LISTENS}\nsys.stdin.read()`);
  const report = await check("calculator", { run, cases: [...COMPUTING, "ROBUST.no-busy-loop"] });
  expect(withStatus(report, "failed")).toEqual(COMPUTING);
  expect(withStatus(report, "passed")).toEqual(["ROBUST.no-busy-loop"]);
  const [first, ...others] = report.results;
  expect(first).toMatchObject({ follows: null, likely: [{ id: "D74" }] });
  for (const { likely, follows } of others.slice(0, 3))
    expect({ likely, follows }).toEqual({ likely: [], follows: "CALC-1.sum" });
  expect(report.score).toEqual({ got: 1, max: 9 });
  expect(text(report)).toMatch(
    /failed for the same reason as CALC-1\.sum: CALC-1\.difference,\s+CALC-1\.product,\s+CALC-1\.quotient\n/,
  );
}, 60_000);

it("tells why of each where a server ends otherwise", async () => {
  const run = python(calculator("sys.exit(3) if sign == '-' else None"));
  const report = await check("calculator", { run, cases: COMPUTING });
  expect(withStatus(report, "failed")).toEqual(COMPUTING);
  expect(followsOf(report)).toEqual(
    COMPUTING.map((id) => [id, /product|quotient/.test(id) ? "CALC-1.sum" : null]),
  );
  expect(report.results[1]?.message).toMatch(/exit status 3/);
}, 60_000);

it("passes what a server answers after it has answered nothing else, and judges all else in full again", async () => {
  const run = python(calculator("a - b if sign == '-' else None"));
  const report = await check("calculator", { run, cases: COMPUTING });
  expect(withStatus(report, "passed")).toEqual(["CALC-1.difference"]);
  expect(followsOf(report)).toEqual(COMPUTING.map((id) => [id, null]));
}, 60_000);

it("tries again in full what it had given little time, when a server answers that had been silent", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "netlabd-silence-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  // Silent in its first four runs: of the first case, of the two that look for its habits, of the second case.
  const before = `
runs = open(sys.argv[2], "a+")
runs.write("x"); runs.flush(); runs.seek(0)
runs = len(runs.read())`;
  const run = python(calculator(`None if runs < 5 else ${RIGHT}`, before), path.join(folder, "runs"));
  const report = await check("calculator", { run, cases: COMPUTING });
  expect(withStatus(report, "failed")).toEqual(["CALC-1.sum"]);
  expect(withStatus(report, "passed")).toEqual(COMPUTING.slice(1));
}, 60_000);

it("passes a server that takes most of a second for each answer", async () => {
  const run = python(calculator(`time.sleep(0.6) or ${RIGHT}`));
  const cases = COMPUTING.slice(0, 2);
  const report = await check("calculator", { run, cases });
  expect(withStatus(report, "passed")).toEqual(cases);
}, 60_000);
