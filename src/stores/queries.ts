/**
 * Questions of operators to the database, in SQL, read only. Each is run by a process of its own kind
 * (`query-process.ts`), so that one that does not end costs the lab nothing and can be killed.
 */
import type { ChildProcess } from "node:child_process";
import path from "node:path";
import { NetlabError } from "../errors.ts";
import { childProcess } from "../node-modules.ts";
import { codeFile } from "../places.ts";
import { type JournalFile, journalFilesIn } from "./journal-files.ts";

/** Message to the process. */
export interface Question {
  readonly file: string;
  readonly sql: string;
  readonly limit: number;
  /** Names of options whose values are masked, tokens too; undefined: everything is shown. */
  readonly secretKeys: readonly string[] | undefined;
  /** Rows of the audit are refused: they are the owner's. */
  readonly isAuditClosed?: boolean | undefined;
  /** Weeks of the journal that the question may be about, the oldest first. */
  readonly journals: readonly JournalFile[];
}

/** Text, a number, a bigint where a number would be rounded, bytes, or null. */
export type Cell = string | number | bigint | Uint8Array | null;

export interface QueryResult {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** More rows are there than the limit. */
  readonly isCut: boolean;
}

export type QueryAnswer =
  | { readonly ok: true; readonly columns: string[]; readonly rows: unknown[][]; readonly isCut: boolean }
  | {
      readonly ok: false;
      readonly code: "bad-sql" | "read-only" | "audit";
      readonly why: string;
      readonly position?: number | undefined;
    };

export interface QueryOptions {
  readonly limit: number;
  readonly timeoutMs: number;
  readonly secretKeys: readonly string[] | undefined;
  readonly isAuditClosed?: boolean | undefined;
  /** A week of the journal; undefined: the newest. */
  readonly week?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** SQLite attaches ten files to one. */
const MAX_WEEKS = 9;

const script = codeFile("stores/query-process");
/** Questions under way at once; each is a process. */
const MAX_UNDER_WAY = 4;
/** A process that is not asked again goes. */
const IDLE_MS = 10_000;
/** Seconds of processor time that a process may use, kept by the kernel: also where the daemon itself was killed. */
const MAX_CPU_S = 120;

export class Queries {
  readonly #file: string;
  readonly #busy = new Set<ChildProcess>();
  #idle: ChildProcess | undefined;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  /** Rejects with a NetlabError: `bad-sql`, `read-only`, `needs-level`, `timed-out`, `interrupted`. */
  async ask(
    sql: string,
    { limit, timeoutMs, secretKeys, isAuditClosed = false, week, signal }: QueryOptions,
  ): Promise<QueryResult> {
    if (secretKeys || isAuditClosed) refuseRawTables(sql);
    if (this.#busy.size >= MAX_UNDER_WAY) {
      throw new NetlabError("wrong-state/many-questions", { count: MAX_UNDER_WAY });
    }
    const journals = weeksFor(this.#file, week);
    const child = this.#take();
    try {
      const question: Question = { file: this.#file, sql, limit, secretKeys, isAuditClosed, journals };
      const answer = await answerOf(child, question, timeoutMs, signal);
      this.#busy.delete(child);
      this.#keep(child);
      if (answer.ok) return answer as QueryResult;
      throw failure(answer, sql);
    } finally {
      // A process that has not answered is killed: it may never.
      if (this.#busy.delete(child)) child.kill("SIGKILL");
    }
  }

  /** Kills what runs: nothing that reads the database outlives it. */
  close(): void {
    clearTimeout(this.#idleTimer);
    for (const child of [...this.#busy, ...(this.#idle ? [this.#idle] : [])]) child.kill("SIGKILL");
    this.#idle = undefined;
  }

  #take(): ChildProcess {
    clearTimeout(this.#idleTimer);
    const child = this.#idle ?? this.#start();
    this.#idle = undefined;
    this.#busy.add(child);
    return child;
  }

  #start(): ChildProcess {
    const child = start();
    // A process that is killed may also fail to be reached; its question ends with its exit.
    child.on("error", () => undefined);
    child.once("exit", () => {
      if (this.#idle === child) this.#idle = undefined;
    });
    return child;
  }

  #keep(child: ChildProcess): void {
    this.#idle?.kill("SIGKILL");
    this.#idle = child;
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => this.#dismiss(), IDLE_MS).unref();
  }

  /** End of the process at rest: it may be there for a while yet, and is asked no more. */
  #dismiss(): void {
    this.#idle?.kill("SIGKILL");
    this.#idle = undefined;
  }
}

/** The shell sets the kernel's limit and is replaced by the process. */
function start(): ChildProcess {
  const limited = `ulimit -t ${MAX_CPU_S}; exec "$0" "$@"`;
  const child = childProcess().spawn("/bin/sh", ["-c", limited, process.execPath, script], {
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    serialization: "advanced",
  });
  // A process at rest must not keep a daemon that has nothing else to do.
  child.unref();
  child.channel?.unref();
  return child;
}

function answerOf(
  child: ChildProcess,
  question: Question,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<QueryAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<QueryAnswer>();
  const interrupted = () => reject(new NetlabError("interrupted/sql"));
  const ended = () => reject(new NetlabError("bad-sql/process-ended"));
  const timer = setTimeout(() => reject(new NetlabError("timed-out/sql", { ms: timeoutMs })), timeoutMs);
  child.once("message", resolve as (answer: unknown) => void);
  child.once("exit", ended);
  child.once("error", ended);
  signal?.addEventListener("abort", interrupted, { once: true });
  if (signal?.aborted) interrupted();
  else child.send(question);
  return promise.finally(() => {
    clearTimeout(timer);
    child.off("exit", ended).off("error", ended).off("message", resolve);
    signal?.removeEventListener("abort", interrupted);
  });
}

function weeksFor(file: string, week: string | undefined): JournalFile[] {
  const all = journalFilesIn(path.dirname(file));
  if (week === undefined) return all.slice(-MAX_WEEKS);
  const found = all.filter((one) => one.week === week);
  if (found.length === 0)
    throw new NetlabError("no-such-file/week", { week, weeks: all.map((one) => one.week) });
  return found;
}

/**
 * The masks stand before the tables; a table named with its schema would be read past them. No other word names that schema, and no way to
 * write it is left out: what may stand between it and its point, a comment for one, is not looked at.
 */
function refuseRawTables(sql: string): void {
  if (!/\bmain\b/i.test(sql)) return;
  throw new NetlabError("read-only/masked");
}

function failure({ code, why, position }: Extract<QueryAnswer, { ok: false }>, sql: string): NetlabError {
  if (code === "audit") return new NetlabError("needs-level/audit", { needed: "own" });
  return new NetlabError(code === "read-only" ? "read-only/statement" : "bad-sql/statement", {
    why,
    place: position === undefined ? "" : `\n${pointer(sql, position)}`,
  });
}

/** The line at fault, and a mark below the place; what is far from it is left out. */
function pointer(sql: string, position: number): string {
  const start = sql.lastIndexOf("\n", position - 1) + 1;
  const end = sql.indexOf("\n", position);
  const line = sql.slice(start, end < 0 ? undefined : end);
  const column = position - start;
  const from = Math.max(0, column - 40);
  const shown = line.slice(from, from + 70);
  return `  ${shown}\n  ${" ".repeat(column - from)}^ character ${position + 1}`;
}
