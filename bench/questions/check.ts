/** A check of twenty cases as a student waits for it: of a program that keeps the rules, and of one that falls silent. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { played } from "../netlabd.ts";
import type { Contestant, Question } from "../question.ts";
import { checkout } from "../scene.ts";

/** Exit statuses of a check that came to its end. */
const ENDS = [0, 1];

/** The module that its programs share. */
const MISTAKES = path.join(checkout, "test/peers/mistakes");

const CASES = [
  ...["CALC-0.name-unanswered", "CALC-0.one-answer-each", "CALC-0.q-closes"],
  ...["CALC-1.sum", "CALC-1.difference", "CALC-1.product", "CALC-1.quotient", "CALC-1.shortest-repr"],
  ...["CALC-1.large-small-inf", "CALC-2.bad-format", "CALC-2.bad-operator", "CALC-2.division-by-zero"],
  ...["CALC-2.number-forms", "CALC-3.glued-name", "FRAME-2.lines", "FRAME-2.two-lines-one-segment"],
  ...[
    "FRAME-2.line-in-two-segments",
    "FRAME-2.byte-by-byte",
    "FRAME-4.nul-terminated",
    "FRAME-7.long-message",
  ],
];

const checkOf = (peer: string): Contestant => ({
  name: path.basename(peer),
  start: async () => ({
    measure: async () => {
      const run = `exec env PYTHONPATH=${MISTAKES} python3 ${path.join(checkout, "test", peer)} {port}`;
      const words = ["check", "server", "calculator", "--run", run, "--case", CASES.join(",")];
      const started = performance.now();
      const check = spawn(process.execPath, [path.join(played, "dist", "netlabctl.js"), ...words], {
        stdio: "ignore",
      });
      const [status] = (await once(check, "exit")) as [number | null];
      if (!ENDS.includes(status ?? -1)) throw new Error(`check of ${peer} ended with ${status}`);
      return performance.now() - started;
    },
    stop: async () => undefined,
  }),
});

const questions: Question[] = [
  {
    name: "check-right",
    what: "netlabctl check, 20 cases of a calculator that keeps the rules",
    unit: "ms",
    better: "less",
    goal: { is: "figure", limit: 2_000 },
    ours: checkOf("conformance/right/calculator-server.py"),
    others: [],
  },
  {
    name: "check-poor",
    what: "the same of one that falls silent after the name",
    unit: "ms",
    better: "less",
    goal: { is: "figure", limit: 5_000 },
    ours: checkOf("peers/mistakes/servers/mute_after_the_name.py"),
    others: [],
  },
];

export default questions;
