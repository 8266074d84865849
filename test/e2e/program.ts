/** A program as a process of its own: what it is told, what it says, how it ends. */
import { type ChildProcess, spawn } from "node:child_process";

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  /** Null where a signal ended it. */
  readonly exit: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ProgramOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Its standard input; without it, it has none. */
  readonly input?: string | undefined;
  /** There is more input to come, until `endInput`. */
  readonly isInputOpen?: boolean | undefined;
}

/** A slow machine is no failure; a word that never comes is. */
const PATIENCE_MS = 30_000;

export class Program {
  readonly pid: number;
  /** When everything it said has been read. */
  readonly ended: Promise<Outcome>;
  stdout = "";
  stderr = "";
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #listeners = new Set<() => void>();

  constructor(command: string, args: readonly string[], { input, isInputOpen, ...options }: ProgramOptions) {
    this.#name = [command, ...args].join(" ");
    this.#child = spawn(command, args, {
      ...options,
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    this.pid = this.#child.pid ?? 0;
    this.#collect();
    this.ended = this.#outcome();
    // Who does not wait for the end need not hear that there was none.
    this.ended.catch(() => undefined);
    // A program may end before it has read everything.
    this.#child.stdin?.on("error", () => undefined).write(input ?? "");
    if (!isInputOpen) this.endInput();
  }

  #collect(): void {
    for (const stream of ["stdout", "stderr"] as const) {
      this.#child[stream]?.setEncoding("utf8").on("data", (text: string) => {
        this[stream] += text;
        for (const listener of this.#listeners) listener();
      });
    }
  }

  #outcome(): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.#child.once("error", reject);
      this.#child.once("close", (exit, signal) =>
        resolve({ stdout: this.stdout, stderr: this.stderr, exit, signal }),
      );
    });
  }

  /** Resolves when it has said this, on either stream; fails when it ends without, or takes too long. */
  async says(words: string | RegExp, patienceMs = PATIENCE_MS): Promise<void> {
    const isIn = (text: string) => (typeof words === "string" ? text.includes(words) : words.test(text));
    const said = Promise.withResolvers<void>();
    const look = () => (isIn(this.stdout) || isIn(this.stderr)) && said.resolve();
    this.#listeners.add(look);
    const timer = setTimeout(() => said.reject(this.#complaint(words)), patienceMs);
    this.ended.finally(() => said.reject(this.#complaint(words))).catch(() => undefined);
    look();
    try {
      await said.promise;
    } finally {
      clearTimeout(timer);
      this.#listeners.delete(look);
    }
  }

  #complaint(words: string | RegExp): Error {
    return new Error(`${this.#name}\nnever said ${words}\nstdout: ${this.stdout}\nstderr: ${this.stderr}`);
  }

  /** More of its input; for one whose input is open. */
  type(text: string): void {
    this.#child.stdin?.write(text);
  }

  endInput(): void {
    this.#child.stdin?.end();
  }

  /** As `head` leaves a pipe: what it says from here on is an error to it. */
  stopReading(): void {
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
  }

  /** To this process alone. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** However it is, it is gone afterwards. */
  async end(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill("SIGKILL");
    await this.ended.catch(() => undefined);
  }
}
