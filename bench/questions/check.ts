/** A check of twenty cases as a student waits for it: of a program that keeps the rules, and of poor ones. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { rightPeers } from "../../test/conformance/right-peers.ts";
import { played } from "../netlabd.ts";
import type { Contestant, Question } from "../question.ts";
import { twentyCases } from "../twenty-cases.ts";

/** Exit statuses of a check that came to its end. */
const ENDS = [0, 1];

const LISTEN = `
import socket, sys, time
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=50)
`;
const SERVE = `${LISTEN}
while True:
    client, _ = listener.accept()
    name = client.recv(1024)
    while expression := client.recv(1024).decode():
        `;

/** Programs that fail all of it, each in a way of its own. */
const POOR = {
  silent: `${SERVE}pass`,
  hanging: `${LISTEN}\nsys.stdin.read()`,
  crashing: `${SERVE}client.sendall(compute(expression))`,
  sleeping: `${SERVE}time.sleep(10); client.sendall(b"5.0")`,
};

/** The interpreter itself: a shim of pyenv's in its place looks for it at each start, which takes longer than all the rest. */
const python = execFileSync("python3", ["-c", "import sys; print(sys.executable)"], {
  encoding: "utf8",
}).trim();
const poor = (kind: keyof typeof POOR) => `exec ${python} -c '${POOR[kind]}' {port}`;

const checkOf = (name: string, run: string): Contestant => ({
  name,
  start: async () => ({
    measure: async () => {
      const words = ["check", "server", "calculator", "--run", run, "--case", twentyCases.join(",")];
      const started = performance.now();
      const check = spawn(process.execPath, [path.join(played, "dist", "netlabctl.js"), ...words], {
        stdio: "ignore",
      });
      const [status] = (await once(check, "exit")) as [number | null];
      if (!ENDS.includes(status ?? -1)) throw new Error(`the check of ${name} ended with ${status}`);
      return performance.now() - started;
    },
    stop: async () => undefined,
  }),
});

const questionOf = (name: string, what: string, run: string, limit: number): Question => ({
  name,
  what: `netlabctl check, 20 cases of a calculator that ${what}`,
  unit: "ms",
  better: "less",
  goal: { is: "figure", limit },
  runs: 3,
  ours: checkOf(name, run),
  others: [],
});

const right = `exec ${python} ${path.join(rightPeers, "calculator-server.py")} {port}`;

const questions: Question[] = [
  questionOf("check-right", "keeps the rules", right, 2_000),
  questionOf("check-silent", "reads and never answers", poor("silent"), 5_000),
  questionOf("check-hanging", "listens and never accepts", poor("hanging"), 5_000),
  questionOf("check-crashing", "ends by an exception at the first expression", poor("crashing"), 5_000),
  questionOf("check-sleeping", "sleeps before it answers", poor("sleeping"), 5_000),
];

export default questions;
