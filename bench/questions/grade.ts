/**
 * Grading of a class: hand-ins made of a right calculator and of its mutants, so that of two hundred some dozens fail a case, and each kind of
 * failure is there. The tail and the memory of the grader are told on standard error.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileOf, mutants, mutated } from "../../test/conformance/mutants.ts";
import { rightPeers } from "../../test/conformance/right-peers.ts";
import { played } from "../netlabd.ts";
import type { Contestant, Question } from "../question.ts";
import { newFolder } from "../scene.ts";
import { twentyCases } from "../twenty-cases.ts";

const OF = "calculator-server";
/** Each second hand-in has a mistake. */
const mistakes = mutants.filter(({ of }) => of === OF);

function writeClass(folder: string, size: number): void {
  for (let nth = 0; nth < size; nth += 1) {
    const place = path.join(folder, "hand-ins", `s${String(nth).padStart(3, "0")}`);
    mkdirSync(place, { recursive: true });
    for (const file of [`${OF}.py`, "_server.py", "_framing.py"])
      cpSync(path.join(rightPeers, file), path.join(place, file));
    const mistake = nth % 2 === 1 ? mistakes[(nth >> 1) % mistakes.length] : undefined;
    if (mistake) writeFileSync(path.join(place, fileOf(mistake)), mutated(mistake));
  }
  const cases = twentyCases.map((id) => `"${id}"`).join(", ");
  const run = `python3 -B ${OF}.py {port}`;
  writeFileSync(path.join(folder, "class.yaml"), `role: calculator\nrun: ${run}\ncases: [${cases}]\n`);
}

const classOf = (size: number): Contestant => ({
  name: `class of ${size}`,
  start: async () => {
    const folder = newFolder();
    writeClass(folder.path, size);
    let run = 0;
    return {
      measure: async () => {
        run += 1;
        return graded(folder.path, `grades-${run}`, size);
      },
      stop: async () => folder.remove(),
    };
  },
});

/** Milliseconds; 50, 100, 150 and 200 of 200 hand-ins are where memory is looked at. */
async function graded(folder: string, out: string, size: number): Promise<number> {
  const started = performance.now();
  const words = ["grade", "hand-ins", "--assignment", "class.yaml", "--out", out];
  const grade = spawn(process.execPath, [path.join(played, "dist", "netlabctl.js"), ...words], {
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const exited = once(grade, "exit");
  const memory: string[] = [];
  let count = 0;
  for await (const line of createInterface({ input: grade.stderr })) {
    if (!/^\d+ of \d+ /.test(line)) continue;
    count += 1;
    if (count % (size / 4) === 0) memory.push(`${count}: ${residentMegabytes(grade.pid ?? 0)} MB`);
  }
  const [status] = (await exited) as [number | null];
  if (status !== 0) throw new Error(`the grading ended with ${status}`);
  process.stderr.write(` ${tailOf(path.join(folder, out), size)}; memory after ${memory.join(", ")};`);
  return performance.now() - started;
}

function residentMegabytes(pid: number): string {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return (Number(kilobytes) / 1_024).toFixed(0);
}

function tailOf(folder: string, size: number): string {
  const times = Array.from({ length: size }, (_, nth) => {
    const file = path.join(folder, "results", `s${String(nth).padStart(3, "0")}.json`);
    return (JSON.parse(readFileSync(file, "utf8")) as { report: { ms: number } }).report.ms;
  }).sort((a, b) => a - b);
  const at = (share: number) => `${((times[Math.ceil(share * size) - 1] ?? 0) / 1_000).toFixed(1)} s`;
  return `a hand-in: p50 ${at(0.5)}, p95 ${at(0.95)}, longest ${at(1)}`;
}

const questionOf = (size: number, limit: number): Question => ({
  name: `grade-${size}`,
  what: `netlabctl grade, ${size} hand-ins, 20 cases each, two at a time`,
  unit: "ms",
  better: "less",
  goal: { is: "figure", limit },
  runs: 1,
  ours: classOf(size),
  others: [],
});

const questions: Question[] = [questionOf(40, 72_000), { ...questionOf(200, 360_000), isAskedByName: true }];

export default questions;
