/**
 * A program under test that was started here: its process and all below it, of which any may be the one that listens.
 *
 * 1. It leads a process group; what stands between it and us - the box, the terminal - is told from it by `mark`, a piece of
 *    environment that only the program has.
 * 2. Its output is read to the end, and kept up to the limit: a program whose output is not read would stand still.
 * 3. It has ended when its process has; `stop` ends whatever of the tree is left, and waits until its ports are free.
 */
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { listeningRows } from "../../os/listening-rows.ts";
import {
  descriptorCount,
  isEnded,
  isMarked,
  listeningOf,
  markedProcesses,
  type ProcessFigures,
  processTree,
  socketsOf,
  sum,
} from "../../os/process-tree.ts";
import { readinessOf } from "../../os/process-waits.ts";
import type { Exit, Limits, Listening, Program, Sample, Silence } from "../program.ts";
import { exitOf, limitOf } from "./exit-status.ts";
import { OutputKeep } from "./output-keep.ts";
import { Waits } from "./waits.ts";

/** Pause between two looks at a port that is to be free. */
const LOOK_MS = 5;
/** The kernel closes the sockets of an ended process at once; a loaded machine may take longer. */
const PORT_FREE_MS = 2_000;
/** A look at every process of the machine for those that left the tree. */
const MARKS_EVERY_MS = 500;
/** An ended program's daughter may hold its output open, and is not waited for. */
const LAST_WORDS_MS = 250;

export interface Started {
  readonly child: ChildProcessWithoutNullStreams;
  /** `NETLAB_RUN=…` */
  readonly mark: string;
  readonly limits: Limits;
  /** Process numbers of its own: all of it ends with its first process, and none can leave the tree. */
  readonly hasOwnPids: boolean;
  /** Processes of the machine that were there before it. */
  readonly older: ReadonlySet<number>;
  /** A terminal writes `\r\n`. */
  readonly onTerminal: boolean;
}

export class StartedProgram implements Program {
  readonly pid: number;
  readonly ended: Promise<Exit>;
  readonly #started: Started;
  readonly #output: OutputKeep;
  readonly #listeners = new Set<(text: string) => void>();
  readonly #ports = new Map<string, Listening & { readonly transport: "tcp" | "udp" }>();
  readonly #waits = new Waits();
  #first: number | undefined;
  #marked: readonly number[] = [];
  #exit: Exit | undefined;
  #limit: keyof Limits | undefined;
  #marksReadAt = Number.NEGATIVE_INFINITY;

  constructor(started: Started) {
    const { child, limits } = started;
    this.pid = child.pid ?? 0;
    this.#started = started;
    this.#output = new OutputKeep(limits.outputBytes);
    const hear = (bytes: Buffer) => this.#hear(bytes);
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    // A program may end without having read what was typed.
    child.stdin.on("error", () => undefined);
    this.ended = this.#untilEnded();
  }

  get exit(): Exit | undefined {
    return this.#exit;
  }

  get output(): string {
    return this.#output.text;
  }

  type(text: string): void {
    if (this.#started.child.stdin.writable) this.#started.child.stdin.write(text);
  }

  endInput(): void {
    this.#started.child.stdin.end();
  }

  onOutput(listener: (text: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async listening(transport: "tcp" | "udp"): Promise<readonly Listening[]> {
    const pids = this.#pids();
    const rows = listeningOf(pids, transport);
    for (const row of rows) this.#ports.set(`${row.transport} ${row.family} ${row.port}`, row);
    // No client has come yet, so that these are no connections. Datagrams of all come to the same socket.
    if (transport === "tcp" && rows.length > 0) this.#waits.own = socketsOf(pids);
    return rows.map(({ port, address, family }) => ({ port, address, family }));
  }

  async isWaiting(): Promise<boolean> {
    return this.#exit === undefined && this.#waits.areForOthers(() => this.#pids());
  }

  async isSilent(silence: Silence): Promise<boolean> {
    return this.#exit === undefined && this.#waits.areLongerThan(silence, () => this.#pids());
  }

  async waitingClients(port: number): Promise<number | undefined> {
    const { own } = this.#waits;
    if (own.size === 0) return undefined;
    const sockets = socketsOf(this.#pids());
    if ([...sockets].some((inode) => !own.has(inode))) return undefined;
    const rows = listeningRows("tcp").filter((row) => row.port === port);
    return sum(rows.map(({ waiting }) => waiting));
  }

  async sample(): Promise<Sample | undefined> {
    const all = this.processes();
    const live = all.filter((figures) => !isEnded(figures));
    if (live.length === 0) return undefined;
    const pids = live.map(({ pid }) => pid);
    return {
      cpuMs: sum(all.map(({ cpuMs }) => cpuMs)),
      ...readinessOf(pids),
      rssBytes: sum(live.map(({ rssBytes }) => rssBytes)),
      fds: descriptorCount(pids),
      threads: sum(live.map(({ threads }) => threads)),
      processes: live.length,
      zombies: all.length - live.length,
    };
  }

  async stop(): Promise<void> {
    this.#end();
    await this.ended;
    await this.#untilPortsAreFree();
  }

  /** Ends it, because it ran into this limit. */
  endAt(limit: keyof Limits): void {
    if (this.#exit !== undefined) return;
    this.#limit ??= limit;
    this.#end();
  }

  /** The program and all below it, without the box and the terminal around it. */
  processes(): ProcessFigures[] {
    const all = processTree([this.pid, ...this.#strays()]);
    // All of them are below us, so that the lowest number is the first one's.
    this.#first ??= all
      .map(({ pid }) => pid)
      .toSorted((a, b) => a - b)
      .find((pid) => isMarked(pid, this.#started.mark));
    if (this.#first === undefined) return [];
    const above = ancestorsOf(this.#first, all);
    return all.filter(({ pid }) => !above.has(pid));
  }

  /** Daughters that left the tree: looked for now and then, since that is a look at every process of the machine. */
  #strays(): readonly number[] {
    const { hasOwnPids, mark } = this.#started;
    if (hasOwnPids || performance.now() - this.#marksReadAt < MARKS_EVERY_MS) return this.#marked;
    this.#marksReadAt = performance.now();
    this.#marked = markedProcesses(mark, this.#started.older);
    return this.#marked;
  }

  #pids(): number[] {
    return this.processes()
      .filter((figures) => !isEnded(figures))
      .map(({ pid }) => pid);
  }

  #hear(bytes: Buffer): void {
    const plain = this.#started.onTerminal
      ? Buffer.from(bytes.toString("latin1").replaceAll("\r\n", "\n"), "latin1")
      : bytes;
    const text = this.#output.add(plain);
    for (const listener of this.#listeners) listener(text);
  }

  #untilEnded(): Promise<Exit> {
    const { child } = this.#started;
    const { promise, resolve } = Promise.withResolvers<Exit>();
    let lastWords: NodeJS.Timeout | undefined;
    child.once("exit", () => {
      lastWords = setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, LAST_WORDS_MS);
    });
    child.once("close", (code, signal) => {
      clearTimeout(lastWords);
      const limit = this.#limit ?? limitOf(code, signal);
      this.#exit = { ...exitOf(code, signal), ...(limit === undefined ? {} : { limit }) };
      resolve(this.#exit);
    });
    return promise;
  }

  #end(): void {
    const { hasOwnPids, mark } = this.#started;
    const below = hasOwnPids ? [] : processTree([this.pid, ...this.#marked]).map(({ pid }) => pid);
    if (this.#exit === undefined) kill(-this.pid);
    if (hasOwnPids) return;
    for (const pid of below) if (pid !== this.pid) kill(pid);
    // A daughter may have been born meanwhile.
    for (const pid of markedProcesses(mark, this.#started.older)) kill(pid);
  }

  /** The next program wants the same port: what the last one held is waited for. */
  async #untilPortsAreFree(): Promise<void> {
    const until = performance.now() + PORT_FREE_MS;
    const ports = [...this.#ports.values()];
    while (ports.length > 0 && performance.now() < until) {
      const isHeld = ports.some(({ transport, family, port }) =>
        listeningRows(transport).some((row) => row.family === family && row.port === port),
      );
      if (!isHeld) return;
      await sleep(LOOK_MS);
    }
  }
}

function ancestorsOf(pid: number, all: readonly ProcessFigures[]): ReadonlySet<number> {
  const parents = new Map(all.map((figures) => [figures.pid, figures.parent]));
  const above = new Set<number>();
  for (let at = parents.get(pid); at !== undefined && !above.has(at); at = parents.get(at)) above.add(at);
  return above;
}

function kill(pid: number): void {
  // 0 and -1 are not one program: they are this group, and everybody.
  if (pid === 0 || pid === -1 || pid === process.pid) return;
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // ESRCH: it has ended by itself.
  }
}
