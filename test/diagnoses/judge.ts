/**
 * Judge of the corpus: runs programs against a real lab, many at a time, and looks three times what `explain` says: when
 * all is quiet, after a silence (the lab's clock is pushed), and after Ctrl-C. A whole corpus takes well under a minute.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findDialect } from "../../src/diagnoses/_dialects.ts";
import { findRecord } from "../../src/diagnoses/_records.ts";
import { textSigns } from "../../src/diagnoses/_signs.ts";
import type { LabInstance } from "../../src/lab/lab.ts";
import type { Story } from "../../src/stories/story.ts";
import { Program } from "../e2e/program.ts";
import { excessOf, firstCard } from "./card-size.ts";
import type { CorpusCase } from "./corpus.ts";
import type { DiagnosisLab, Explained } from "./lab.ts";
import { expectsToRunAsPrinted } from "./printed-commands.ts";

const programs = path.join(import.meta.dirname, "../peers/mistakes");
export const hasCompiler = spawnSync("cc", ["--version"]).status === 0;

/** Ids of the cards of each story, the first story first. */
export type Cards = readonly (readonly string[])[];

export interface Judgement {
  readonly one: CorpusCase;
  readonly now: Cards;
  readonly later: Cards;
  readonly end: Cards;
  readonly verdict: "right" | "wrong" | "none";
  /** Kinds of signs in its bytes, story by story: what a card could be made of. */
  readonly signs: readonly string[];
  /** What its first cards have too much of, and commands in its cards that do not exist. */
  readonly faults: readonly string[];
  /** Reads, and the whole of the first card, for people. */
  readonly told: string;
}

/** So many run at a time, and so many are started at once: two cores start a few programs a second. */
const BATCH = 80;
const STARTS = 10;
/** Nothing moves for so long: what a program pauses between its sends is shorter. */
const QUIET_MS = 1_700;
const MAX_MS = 20_000;
const SILENCE_MS = 13_000;
const SWEEP_MS = 1_000;
const LOOK_MS = 90;
const STEP_MS = 50;

interface Run {
  readonly one: CorpusCase;
  readonly program: Program;
  readonly instance: LabInstance;
}

export class Judge {
  readonly #lab: DiagnosisLab;
  readonly #programs: Program[] = [];
  readonly #folder = mkdtempSync(path.join(tmpdir(), "netlab-judge-"));

  constructor(lab: DiagnosisLab) {
    this.#lab = lab;
  }

  async judge(corpus: readonly CorpusCase[]): Promise<Judgement[]> {
    this.#compile(corpus);
    await this.#prepare();
    const judgements: Judgement[] = [];
    for (let from = 0; from < corpus.length; from += BATCH)
      judgements.push(...(await this.#judgeBatch(corpus.slice(from, from + BATCH))));
    return judgements;
  }

  /** Of a whole corpus at a time, some run while the machine is busy: what came in one read then was meant as two. */
  async judgeAgain(judgements: readonly Judgement[]): Promise<Judgement[]> {
    const doubtful = judgements.filter(({ verdict }) => verdict !== "right").map(({ one }) => one);
    const again = new Map((await this.judge(doubtful)).map((judgement) => [judgement.one, judgement]));
    return judgements.map((judgement) => again.get(judgement.one) ?? judgement);
  }

  /** Whatever went wrong, no program outlives it. */
  async close(): Promise<void> {
    await Promise.all(this.#programs.map((program) => program.end()));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Before any runs: a compiler that is waited for holds up the lab, and what comes meanwhile is one read. */
  #compile(corpus: readonly CorpusCase[]): void {
    for (const { program } of corpus)
      if (program.endsWith(".c"))
        execFileSync("cc", ["-w", "-o", this.#binary(program), path.join(programs, program)]);
  }

  /** Files to fetch, and an address to look up. */
  async #prepare(): Promise<void> {
    mkdirSync(path.join(this.#folder, "files"), { recursive: true });
    const files = { "server.txt": "line of a lab file\n".repeat(300), "second.txt": "second\n".repeat(20) };
    for (const [name, text] of Object.entries(files))
      writeFileSync(path.join(this.#folder, "files", name), text);
    for (const email of ["lu@example.org", "Quinn@example.org"])
      await this.#lab.run(`book add ${email} Lou S. Example`);
  }

  async #judgeBatch(batch: readonly CorpusCase[]): Promise<Judgement[]> {
    const runs = await this.#startAll(batch);
    await this.#quiet(runs);
    const now = await this.#look(runs);
    this.#lab.clock.push(SILENCE_MS);
    // Programs that are silent by now are looked at a few at a time.
    await pause(SWEEP_MS + runs.length * LOOK_MS);
    const later = await this.#look(runs);
    const told = await Promise.all(runs.map((run) => this.#tell(run)));
    const signs = runs.map(({ instance }) => this.#lab.stories(instance.id).map(signsOf));
    await this.#end(runs);
    const end = await this.#look(runs);
    const causes = await Promise.all(runs.map((run) => this.#causesOf(run)));
    const faults = await Promise.all(runs.map((run) => this.#faultsOf(run)));
    return runs.map(({ one }, at) => {
      const looks = { now: now[at] ?? [], later: later[at] ?? [], end: end[at] ?? [] };
      const more = { signs: signs[at] ?? [], told: told[at] ?? "", faults: faults[at] ?? [] };
      const isSaid = one.says === undefined || (causes[at] ?? []).some((cause) => one.says?.test(cause));
      return { one, ...looks, verdict: isSaid ? verdictOf(one, looks) : "wrong", ...more };
    });
  }

  /** A few at a time, in their order. */
  async #startAll(batch: readonly CorpusCase[]): Promise<Run[]> {
    const runs: Run[] = [];
    const due = [...batch.entries()];
    const start = async () => {
      for (let next = due.shift(); next; next = due.shift()) runs[next[0]] = await this.#start(next[1]);
    };
    await Promise.all(Array.from({ length: STARTS }, start));
    return runs;
  }

  async #start(one: CorpusCase): Promise<Run> {
    if (!one.isServer) {
      const instance = await this.#lab.spawn(one.role, this.#given(one));
      return { one, instance, program: this.#program(one, instance.port) };
    }
    const program = this.#program(one, 0);
    const port = await this.#lab.listens(program);
    const instance = await this.#lab.spawn(one.role, { ...this.#given(one), ...whereOf(one, port) });
    void this.#say(instance, one.say ?? []);
    return { one, instance, program };
  }

  #given({ role, given, program }: CorpusCase): Record<string, unknown> {
    const root = path.join(this.#folder, "files");
    const isRooted = role === "file-server" || role === "echo";
    const output = path.join(this.#folder, `${program.replaceAll("/", "-")}.got`);
    return { ...given, ...(isRooted ? { root } : {}), ...(given?.output ? { output } : {}) };
  }

  #program({ program }: CorpusCase, port: number): Program {
    const options = { cwd: this.#folder, env: { ...process.env, PYTHONPATH: programs } };
    const script = path.join(programs, `${program}.py`);
    const started = program.endsWith(".c")
      ? new Program(this.#binary(program), [String(port)], options)
      : new Program("python3", ["-uB", script, String(port)], options);
    this.#programs.push(started);
    return started;
  }

  #binary(program: string): string {
    return path.join(this.#folder, program.replaceAll("/", "-").replace(/\.c$/, ""));
  }

  async #say(instance: LabInstance, lines: readonly string[]): Promise<void> {
    for (const line of lines) {
      await pause(100);
      if (this.#lab.daemon.lab.find(instance.id)?.state === "running") await this.#lab.say(instance, line);
    }
  }

  /** No entry has been added to any story for a while. */
  async #quiet(runs: readonly Run[]): Promise<void> {
    let before = -1;
    let quietMs = 0;
    for (let passedMs = 0; passedMs < MAX_MS && quietMs < QUIET_MS; passedMs += STEP_MS) {
      await pause(STEP_MS);
      const entries = runs.flatMap(({ instance }) => this.#lab.stories(instance.id).map(sizeOf));
      const sum = entries.reduce((total, size) => total + size, 0);
      quietMs = sum === before ? quietMs + STEP_MS : 0;
      before = sum;
    }
  }

  async #look(runs: readonly Run[]): Promise<Cards[]> {
    return Promise.all(
      runs.map(async ({ instance }) => {
        const explained = await this.#explain(instance);
        return explained.map((one) => one.diagnoses.map(({ id }) => id));
      }),
    );
  }

  #explain({ id }: LabInstance): Promise<Explained[]> {
    return Promise.all(this.#lab.stories(id).map((story) => this.#lab.explain(story)));
  }

  /** Cause of the first card of each story, at the end. */
  async #causesOf({ instance }: Run): Promise<string[]> {
    return (await this.#explain(instance)).flatMap(({ diagnoses: [first] }) => first?.cause ?? []);
  }

  async #faultsOf({ instance }: Run): Promise<string[]> {
    const faults: string[] = [];
    for (const story of this.#lab.stories(instance.id)) {
      const { out } = await this.#lab.run(`explain ${story.subject.id}`);
      const card = firstCard(out);
      const excess = card ? excessOf(card) : [];
      if (card && excess.length > 0) faults.push(`${excess.join(", ")} in\n${card.join("\n")}`);
      for (const { id, cause, advice, reproduce } of (await this.#lab.explain(story)).diagnoses)
        await expectsToRunAsPrinted([cause, ...advice].join("\n"), reproduce, this.#lab.daemon.lab).catch(
          (error: Error) => faults.push(`${id}: ${error.message}`),
        );
    }
    return faults;
  }

  async #tell({ one, instance }: Run): Promise<string> {
    const lines = this.#lab.stories(instance.id).flatMap(({ entries }) => entries.flatMap(readOf));
    const cards = (await this.#explain(instance)).flatMap((explained) => explained.diagnoses);
    const shown = cards.map(({ id, level, title, cause, advice }) =>
      [`  ${id} ${level}: ${title}`, `     ${cause}`, ...advice.map((line) => `     - ${line}`)].join("\n"),
    );
    return [`${one.program} (${one.role}): ${one.expected}`, ...lines.slice(0, 12), ...shown].join("\n");
  }

  /** As Ctrl-C ends them. */
  async #end(runs: readonly Run[]): Promise<void> {
    for (const { program } of runs) program.signal("SIGINT");
    await Promise.race([
      Promise.all(runs.map(({ program }) => program.ended.catch(() => undefined))),
      pause(1_500),
    ]);
    await Promise.all(runs.map(({ program }) => program.end()));
    await this.#quiet(runs);
    for (const { instance } of runs) void this.#lab.run(`stop ${instance.id}`);
  }
}

/** Where our client finds the program: it is a server, or a registry that tells of one. */
function whereOf({ role, given }: CorpusCase, port: number): Record<string, string | number> {
  if (role !== "file-client") return { port };
  return given?.bootstrap ? { bootstrap: `127.0.0.1:${port}` } : { server: `127.0.0.1:${port}` };
}

/** A machine that stands still takes away one step, however long it does: the programs and the lab have the others. */
async function pause(ms: number): Promise<void> {
  for (let passedMs = 0; passedMs < ms; passedMs += STEP_MS) await sleep(STEP_MS);
}
const sizeOf = ({ entries, bytesIn, bytesOut }: Story) => entries.length + bytesIn + bytesOut;

/** Signs of a record where the role speaks in records, of texts otherwise. */
function signsOf({ entries, subject }: Story): string {
  const reads = entries.filter((entry) => entry.kind === "in");
  const role = typeof subject.role === "string" ? subject.role : "";
  if (!role.startsWith("address-book"))
    return textSigns(reads)
      .map(({ kind }) => kind)
      .join("+");
  const bytes = Buffer.concat(reads.map((read) => read.bytes));
  const dialect = findDialect(bytes)?.kind;
  if (dialect !== undefined) return dialect;
  return findRecord(bytes, role.endsWith("client") ? "answer" : "query")?.kind ?? "";
}

/** Reads and sends as `→ "ann"`, where a person looks for the reason. */
function readOf(entry: Story["entries"][number]): string[] {
  if (entry.kind !== "in" && entry.kind !== "out") return [];
  const text = JSON.stringify(entry.bytes.toString("latin1").slice(0, 60));
  return [`    ${entry.kind === "in" ? "→" : "←"} ${text}  ${entry.size} bytes`];
}

/** Right: the due card comes first, and no look shows another one first. A right program has none, ever. */
function verdictOf(one: CorpusCase, looks: Pick<Judgement, "now" | "later" | "end">): Judgement["verdict"] {
  const all = [looks.now, looks.later, looks.end].flat();
  if (one.never) return all.flat().some((id) => one.never?.includes(id)) ? "wrong" : "right";
  if (one.card === undefined) return all.flat().length > 0 ? "wrong" : "right";
  const isTold = (cards: Cards) => cards.some(([first]) => first === one.card);
  const isOther = all.some(([first]) => first !== undefined && first !== one.card);
  if (isOther) return "wrong";
  const isDue = isTold(looks.end) && (one.look !== "later" || isTold(looks.later));
  return isDue ? "right" : "none";
}

/** The table right / wrong / none, a row a kind. */
export function tableOf(judgements: readonly Judgement[]): string {
  const kinds = [...new Set(judgements.map(({ one }) => kindOf(one)))];
  const count = (kind: string, verdict: string) =>
    judgements.filter(({ one, verdict: is }) => kindOf(one) === kind && is === verdict).length;
  const row = (name: string, numbers: readonly (number | string)[]) =>
    `${name.padEnd(12)}${numbers.map((number) => String(number).padStart(7)).join("")}`;
  const verdicts = ["right", "wrong", "none"];
  return [
    row("", verdicts),
    ...kinds.map((kind) =>
      row(
        kind,
        verdicts.map((verdict) => count(kind, verdict)),
      ),
    ),
    row(
      "all",
      verdicts.map((verdict) => judgements.filter((one) => one.verdict === verdict).length),
    ),
  ].join("\n");
}

const kindOf = ({ program }: CorpusCase) => program.slice(0, program.indexOf("/"));

/** A case with what was said of it at the three looks. */
export function lineOf({ one, verdict, now, later, end, signs }: Judgement): string {
  const ids = (cards: Cards) => cards.map((story) => story.join("+") || "-").join(" ") || "no story";
  return `${verdict.padEnd(6)}${one.program.padEnd(44)}${(one.card ?? "none").padEnd(6)}${ids(now)} | ${ids(later)} | ${ids(end)}  signs: ${signs.join(" ")}`;
}
