/** Try of a case against a client: `t` as the case has it. The script is typed in every case; a case changes our side only. */
import type { Role } from "../machines/_role.ts";
import { CaseTester } from "./case-tester.ts";
import { mention } from "./likeness.ts";
import { AFTERMATH_MS, OwnServer } from "./own-server.ts";
import { patience } from "./patience.ts";
import type { Exit, Program, Programs } from "./program.ts";
import type { Scene } from "./scene.ts";
import type { Words } from "./stage.ts";
import {
  ANSWER_MS,
  type ClientTester,
  type ServeOptions,
  type StartOptions,
  type TestServer,
  type Waiting,
} from "./tester.ts";
import { TimeLeft } from "./time-left.ts";
import { CheckFailure, NotStarted } from "./verdict.ts";

const LOOK_MS = 10;
/** A line is typed when the client has been still for so long, or when it has had so long for the last one. */
const STILL_MS = 80;
const LINE_MS = 700;
/** Longest wait for what our server says late: a client that is typed to before that has come is a reply behind from then on. */
const OWED_MS = 2_500;
const SHOWN_MS = 1_500;

export interface ClientSubject {
  readonly role: Role;
  readonly programs: Programs;
  readonly command: string;
  readonly script: readonly string[];
  /** Text that a client prints of a server's message; undefined: nothing. */
  readonly shown: (said: string, words: Words) => string | undefined;
  readonly given: Readonly<Record<string, unknown>>;
  readonly showsUsually: () => Promise<boolean>;
}

export class ClientCaseTester extends CaseTester implements ClientTester {
  readonly #subject: ClientSubject;
  readonly #servers: OwnServer[] = [];
  readonly #closers: (() => void)[] = [];
  #program: Program | undefined;
  #typing: Promise<void> = Promise.resolve();
  #printedAt = performance.now();
  #overAt: number | undefined;
  /** Lengths of the output when each line was typed. */
  readonly #answeredAt: number[] = [];

  constructor(scene: Scene, subject: ClientSubject) {
    super(scene);
    this.#subject = subject;
  }

  get program(): Program | undefined {
    return this.#program;
  }

  get script(): readonly string[] {
    return this.#subject.script;
  }

  get servers(): readonly OwnServer[] {
    return this.#servers;
  }

  async serve(options: ServeOptions = {}): Promise<TestServer> {
    const { role, given } = this.#subject;
    const server = await OwnServer.open(
      role,
      // Files that are handed out are the checker's own, and none of the folder in which it runs.
      { root: this.words.root, ...options, given: { ...given, ...options.given } },
      this.scene,
    );
    this.#servers.push(server);
    return server;
  }

  nobody(): Promise<number> {
    return this.#subject.programs.freePort();
  }

  async start({ port = this.#servers.at(-1)?.port ?? 0, lines, until }: StartOptions = {}): Promise<Program> {
    const { programs, command } = this.#subject;
    const filled = this.scene.stage.fill(command);
    const program = await programs.start({ command: filled, host: "127.0.0.1", port, onTerminal: true });
    this.#program = program;
    program.onOutput(() => {
      this.#printedAt = performance.now();
    });
    this.#typing = this.#type(program, this.script.slice(0, lines), until);
    this.#typing.catch(() => undefined);
    return program;
  }

  /** Line after line, each when the client has nothing more to do with the one before. */
  async #type(program: Program, lines: readonly string[], until = () => false): Promise<void> {
    for (const line of lines) {
      await this.#still(program);
      if (program.exit || until()) return;
      this.#answeredAt.push(program.output.length);
      program.type(`${line}\n`);
      this.#printedAt = performance.now();
    }
    await this.#still(program);
  }

  /** Stillness of the client: it waits, our server owes it nothing, and nothing has been printed for a moment. */
  async #still(program: Program): Promise<void> {
    const owedUntil = performance.now() + OWED_MS * patience();
    let since = performance.now();
    while (!program.exit && performance.now() < since + LINE_MS * patience()) {
      const now = performance.now();
      const moved = Math.max(this.#printedAt, ...this.#servers.map(({ movedAt }) => movedAt));
      // Longer than our server waits for more of a message: what it owes has gone out by then.
      const isQuiet = now - moved > STILL_MS * patience();
      const isBusy = this.#servers.some((server) => server.isBusy);
      if (isBusy && now < owedUntil) since = now;
      if (isQuiet && !isBusy && (await program.isWaiting())) return;
      await this.pause(LOOK_MS);
    }
  }

  async typed(): Promise<void> {
    await this.#typing;
  }

  get folders(): readonly string[] {
    return [this.#subject.programs.folder ?? process.cwd()];
  }

  after(close: () => void): void {
    this.#closers.push(close);
  }

  endInput(): void {
    this.#program?.endInput();
  }

  async prints(text: string, { withinMs = ANSWER_MS }: Waiting = {}): Promise<void> {
    const pattern = mention(text);
    if (await this.#prints(pattern, withinMs)) return;
    throw new CheckFailure(`the client should print ${JSON.stringify(text)}, and does not`);
  }

  async #prints(pattern: RegExp, withinMs: number): Promise<boolean> {
    const time = new TimeLeft(withinMs * patience());
    while (!pattern.test(this.#output)) {
      if (time.ms < 0 || this.isOver()) return pattern.test(this.#output);
      await this.pause(LOOK_MS);
    }
    return true;
  }

  get #output(): string {
    return this.#program?.output ?? "";
  }

  get stretches(): readonly string[] {
    const bounds = [0, ...this.#answeredAt];
    return bounds.map((from, nth) => this.#output.slice(from, bounds[nth + 1]));
  }

  async showsAll({ withinMs = SHOWN_MS }: Waiting = {}): Promise<boolean> {
    await this.typed();
    const due = this.#servers.at(-1)?.said.flatMap((said) => this.shown(said) ?? []) ?? [];
    for (const text of due.filter((one) => one.trim() !== ""))
      if (!(await this.#prints(mention(text), withinMs))) return false;
    return true;
  }

  shown(said: string): string | undefined {
    return this.#subject.shown(said, this.words);
  }

  showsUsually(): Promise<boolean> {
    return this.#subject.showsUsually();
  }

  protected override isOver(): boolean {
    if (!this.#program?.exit) return false;
    this.#overAt ??= performance.now() + AFTERMATH_MS * patience();
    return performance.now() > this.#overAt;
  }

  async exits({ withinMs = ANSWER_MS }: Waiting = {}): Promise<Exit> {
    const program = this.#program;
    if (!program) throw new NotStarted("the client was not started");
    const time = new TimeLeft(withinMs * patience());
    while (!program.exit) {
      if (time.ms < 0)
        throw new CheckFailure(`the client should end, and still runs after ${withinMs / 1_000} s`);
      await this.pause(LOOK_MS);
    }
    return program.exit;
  }

  get crash(): string | undefined {
    const sign = CRASHES.find((one) => one.test(this.#output))?.exec(this.#output)?.[0];
    const signal = this.#program?.exit?.signal;
    return sign ?? (signal && `it was ended by ${signal}`);
  }

  async leave(): Promise<void> {
    for (const close of this.#closers) close();
    await this.#program?.stop();
    await Promise.all(this.#servers.map((server) => server.close()));
  }
}

const CRASHES = [
  // The last line of a traceback says what it was.
  /(?<=Traceback \(most recent call last\):[\s\S]*?\n)[\w.]*(?:Error|Exception|Interrupt)\b[^\r\n]*/,
  /Traceback \(most recent call last\)/,
  /Exception in thread[^\n]*/,
  /Segmentation fault/,
  /panic: [^\n]*/,
  /Unhandled 'error' event/,
];
