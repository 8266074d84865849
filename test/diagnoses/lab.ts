/** A real daemon with all its roles, a clock whose hands can be pushed on, and the programs of `test/peers`. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll } from "vitest";
import { Daemon } from "../../src/daemon.ts";
import type { Responder } from "../../src/repl/evaluator.ts";
import { evaluate } from "../../src/repl/evaluator.ts";
import type { explanationDocument } from "../../src/repl/explanation.ts";
import type { Story } from "../../src/stories/story.ts";
import { Program, type ProgramOptions } from "../e2e/program.ts";
import { PushedClock } from "../pushed-clock.ts";
import { quietConfig } from "../quiet-config.ts";

const peers = path.join(import.meta.dirname, "../peers");

export type Explained = ReturnType<typeof explanationDocument>;

export class DiagnosisLab {
  readonly clock = new PushedClock();
  daemon!: Daemon;
  #folder = "";
  readonly #programs: Program[] = [];

  /** To be called once in a test file. */
  use(): void {
    beforeAll(async () => {
      this.#folder = mkdtempSync(path.join(tmpdir(), "netlab-explain-"));
      const config = { ...quietConfig(this.#folder), logLevel: "error", proc: true } as const;
      this.daemon = await Daemon.start(config, { clock: this.clock, isLogShown: false });
      await this.daemon.prepare();
    });
    afterAll(async () => {
      await Promise.all(this.#programs.map((program) => program.end()));
      await this.daemon.close(0);
      rmSync(this.#folder, { recursive: true, force: true });
    });
  }

  /** A server on a free port, or a client of the one that is named. */
  spawn(role: string, given: Record<string, unknown> = {}) {
    const isServer = this.daemon.lab.roles.get(role)?.side === "server";
    const usual = isServer ? { port: 0 } : { restart: "temporary" };
    return this.daemon.lab.spawn(role, { host: "127.0.0.1", ...usual, ...given });
  }

  /** A client's user speaks. */
  async say({ id }: { readonly id: string }, text: string): Promise<void> {
    const { signal } = new AbortController();
    await this.daemon.lab.say(id, text, { now: false, signal, progress: () => undefined });
  }

  /** A program of `test/peers`; tests run at the same time, so it ends with the file. */
  python(name: string, args: readonly (string | number)[], options: Partial<ProgramOptions> = {}): Program {
    const argv = ["-u", path.join(peers, name), ...args.map(String)];
    const program = new Program("python3", argv, { cwd: peers, env: process.env, ...options });
    this.#programs.push(program);
    return program;
  }

  /** Which port a server of these listens on, once it does. */
  async listens(server: Program): Promise<number> {
    await server.says(/listening on \d+\n/);
    return Number(/listening on (\d+)/.exec(server.stdout)?.[1]);
  }

  stories(instance: string): Story[] {
    return this.daemon.recorder.all().filter(({ subject }) => subject.instance === instance);
  }

  /** A command's answer, as the control socket gives it. */
  async run(line: string, responder: Partial<Responder> = {}) {
    const answer = { out: "", err: "", data: undefined as unknown, exit: -1 };
    const all: Responder = {
      out: (text) => {
        answer.out += `${text}\n`;
      },
      err: (text) => {
        answer.err += `${text}\n`;
      },
      data: (document) => {
        answer.data = document;
      },
      ask: async () => "",
      isBehind: false,
      ...responder,
    };
    answer.exit = await evaluate({
      lab: this.daemon.lab,
      level: "own",
      request: { line },
      responder: all,
      signal: new AbortController().signal,
    });
    return answer;
  }

  async explain({ subject }: Story): Promise<Explained> {
    const { data, err } = await this.run(`explain ${subject.id} --json`);
    if (err !== "") throw new Error(err);
    return data as Explained;
  }
}
