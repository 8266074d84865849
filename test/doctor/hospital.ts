/** Patients of the doctor: real programs, each started for one test and ended by its own number when all are examined. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll } from "vitest";
import { type Examination, examine } from "../../src/doctor/examination.ts";
import type { Finding } from "../../src/doctor/finding.ts";
import type { Question } from "../../src/doctor/patient.ts";

const has = (program: string, flag = "--version") => spawnSync(program, [flag]).status === 0;
export const isLinux = process.platform === "linux";
export const hasPython = has("python3");
export const hasCompiler = has("cc");
export const hasJava = has("java", "-version");
export const hasOpenssl = has("openssl", "version");

/** Of the file that is tried now. */
let folder: string | undefined;
const running = new Set<ChildProcess>();

/** Has a folder for the tests of a file, and ends who is still there after them. */
export function openForAll(): void {
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), "netlabd-doctor-"));
  });
  afterAll(async () => {
    for (const child of running) {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    }
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    folder = undefined;
  });
}

function opened(): string {
  if (folder === undefined) throw new Error("call openForAll() first");
  return folder;
}

export const scratch = (name: string) => path.join(opened(), name);

export interface Patient {
  readonly port: number;
  readonly pid: number;
  readonly child: ChildProcess;
}

/** Its port is the first number that it says. */
export async function started(command: string, args: readonly string[], says = /(\d+)/): Promise<Patient> {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], cwd: opened() });
  running.add(child);
  child.once("exit", () => running.delete(child));
  let said = "";
  const port = await new Promise<number>((resolve, reject) => {
    const take = (text: Buffer) => {
      said += text;
      const found = says.exec(said)?.[1];
      if (found !== undefined) resolve(Number(found));
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.once("exit", () => reject(new Error(`${command} ended: ${said}`)));
  });
  return { port, pid: child.pid ?? 0, child };
}

export const patient = (name: string) =>
  started("python3", [path.join(import.meta.dirname, "patients.py"), name], /^(\d+)\n/);

/** Compiled where it is wanted first. */
export function compiled(source: string): string {
  const target = scratch(path.basename(source, ".c"));
  const { status, stderr } = spawnSync("cc", ["-w", "-o", target, path.join(import.meta.dirname, source)]);
  if (status !== 0) throw new Error(String(stderr));
  return target;
}

export async function examined(port: number, question: Partial<Question> = {}): Promise<Examination> {
  return examine({
    host: "127.0.0.1",
    port,
    transport: "tcp",
    isProbing: false,
    words: undefined,
    mayLook: true,
    ...question,
  });
}

export const codes = ({ findings }: Examination) => findings.map(({ code }) => code);

/** Finding of this code; fails where there is none. */
export function found(examination: Examination, code: Finding["code"]) {
  const one = examination.findings.find((each) => each.code === code);
  if (!one) throw new Error(`no ${code} among ${JSON.stringify(examination.findings)}`);
  return one;
}
