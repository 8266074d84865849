/**
 * Students of a class at work, three of four in order: programs of `test/peers` one after another with pauses of thought, and what each was
 * answered when. Some use the programs as they are handed in, most a socket that says the same. The fourth's is a program of
 * `test/peers/mistakes`, the same one again and again.
 */
import { execFileSync, spawnSync } from "node:child_process";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type CorpusCase, corpus } from "../diagnoses/corpus.ts";
import type { Program } from "../e2e/program.ts";
import { peers, type Scene } from "../e2e/scene.ts";
import { Standstill } from "../processor-time.ts";
import { calculatorSocket, chatSocket, echoSocket, type Running } from "./_class-sockets.ts";
import type { Random } from "./_random.ts";

export interface Ports {
  readonly calculator: number;
  readonly chat: number;
  readonly echo: number;
}

export interface Student {
  readonly id: string;
  readonly ports: Ports;
  /** The program that this student cannot get right. */
  readonly mistake?: CorpusCase | undefined;
  /** A process for each program, in place of a socket. */
  readonly isProcess: boolean;
}

/** What a program was told by a server, as the student saw it on the screen. */
export interface Answer {
  readonly text: string;
  /** By the crowd's clock; the daemon had sent it before. */
  readonly at: number;
}

/** A run of a right program. `name`: words that its server heard, and in no other conversation. */
export interface Talk {
  readonly student: string;
  readonly role: "calculator" | "chat" | "echo";
  readonly name: string;
  /** By the crowd's clock. */
  readonly begunAt: number;
  readonly answers: Answer[];
  /** It went to its end: neither a kill nor the end of the lesson cut it off. */
  isWhole?: boolean;
  /** When a file was there whole. */
  fetchedAt?: number;
}

/** Least and most milliseconds. */
export type Range = readonly [least: number, most: number];

export interface Pace {
  /** All have come by then. */
  readonly arriveMs: number;
  /** Between two lines that a student types. */
  readonly thinkMs: Range;
  /** Between two programs. */
  readonly pauseMs: Range;
  /** A student ends a program that hangs. */
  readonly patienceMs: number;
}

/** In the echo server's folder. */
export const FILE = "notes.txt";
const MISTAKES = path.join(peers, "mistakes");
const hasCompiler = spawnSync("cc", ["--version"]).status === 0;

/** Mistakes of clients that a student's calculator or chat meets, in a repeatable order. */
export function mistakesFor(count: number, random: Random): CorpusCase[] {
  const fitting = corpus.filter(
    ({ program, role, card, given, isServer, isPending }) =>
      (role === "calculator" || role === "chat") &&
      card !== undefined &&
      !given &&
      !isServer &&
      !isPending &&
      (hasCompiler || !program.endsWith(".c")),
  );
  const compiled = fitting.filter(({ program }) => program.endsWith(".c"));
  const others = fitting.filter(({ program }) => !program.endsWith(".c"));
  return Array.from({ length: count }, (_, index) => compiled[index] ?? random.pick(others));
}

/** Students who work until they are told that the lesson is over. */
export class Crowd {
  readonly talks: Talk[] = [];
  /** Programs that were started. */
  started = 0;
  readonly #scene: Scene;
  readonly #pace: Pace;
  readonly #over = new AbortController();
  readonly #binaries = new Map<string, string>();
  readonly #running = new Set<Running>();
  readonly #standstill = new Standstill();
  #lessons: Promise<void>[] = [];

  constructor(scene: Scene, pace: Pace) {
    this.#scene = scene;
    this.#pace = pace;
  }

  come(students: readonly Student[], random: Random): void {
    for (const { mistake } of students) if (mistake?.program.endsWith(".c")) this.#compile(mistake.program);
    this.#lessons = students.map((student, index) => {
      const arrivesMs = (index / students.length) * this.#pace.arriveMs;
      return this.#attend(student, arrivesMs, random.fork());
    });
  }

  /** By what happened is older or newer: of a daemon that stood still with the machine nothing more is due for that. */
  now(): number {
    return this.#standstill.awakeMs;
  }

  /** The lesson is over: who is at work ends the program. */
  async leave(): Promise<void> {
    this.#over.abort();
    for (const program of this.#running) void program.end();
    await Promise.all(this.#lessons);
    this.#standstill.end();
  }

  #compile(program: string): void {
    const binary = this.#scene.path(program.replaceAll("/", "-").replace(/\.c$/, ""));
    execFileSync("cc", ["-w", "-o", binary, path.join(MISTAKES, program)]);
    this.#binaries.set(program, binary);
  }

  async #attend(student: Student, arrivesMs: number, random: Random): Promise<void> {
    await this.#wait(arrivesMs);
    for (let number = 0; !this.#over.signal.aborted; number += 1) {
      if (student.mistake) await this.#errs(student.mistake, student.ports);
      else await this.#work(student, number, random);
      await this.#wait(random.int(...this.#pace.pauseMs));
    }
  }

  async #work(student: Student, number: number, random: Random): Promise<void> {
    const act = [this.#calculates, this.#chats, this.#fetches][number % 3];
    await act?.call(this, student, number, random);
  }

  /** A program that the daemon's death or the end of the lesson cuts off has said all that it will. */
  async #uses(program: Running, talk: Talk, act: (program: Running) => Promise<void>): Promise<void> {
    this.talks.push(talk);
    try {
      await act(program);
      await this.#ends(program);
      talk.isWhole = (await program.ended).exit === 0;
    } catch {
      await program.end();
    }
  }

  #calculates({ id, ports, isProcess }: Student, number: number, random: Random): Promise<void> {
    // Ends in a letter: where the name and an expression come in one read, a digit would be the number's.
    const talk = this.#talk(id, "calculator", `take ${number} of ${id} please`);
    const used = isProcess
      ? this.#python("calculator_client.py", [String(ports.calculator)])
      : this.#begun(calculatorSocket(ports.calculator));
    return this.#uses(used, talk, async (program) => {
      program.type(`${talk.name}\n`);
      for (let line = 1, last = random.int(2, 5); line <= last; line += 1) {
        await this.#wait(random.int(...this.#pace.thinkMs));
        program.type(`${line} + ${number * 10}\n`);
        await this.#hears(program, talk, `${line + number * 10}.0`);
      }
      program.type("q\n");
    });
  }

  #chats({ id, ports, isProcess }: Student, number: number, random: Random): Promise<void> {
    const talk = this.#talk(id, "chat", `:${id}t${number}:`);
    const name = talk.name.slice(1, -1);
    const used = isProcess
      ? this.#python("chat_client.py", [String(ports.chat), name, id])
      : this.#begun(chatSocket(ports.chat, name, id));
    return this.#uses(used, talk, async (program) => {
      await this.#hears(program, talk, `new user ${talk.name}${id} connected!`);
      for (let line = 1, last = random.int(2, 4); line <= last; line += 1) {
        await this.#wait(random.int(...this.#pace.thinkMs));
        program.type(`line ${line} of ${number}\n`);
        await this.#hears(program, talk, `${talk.name}line ${line} of ${number}`);
      }
      program.endInput();
    });
  }

  #fetches({ id, ports, isProcess }: Student, number: number): Promise<void> {
    const talk = this.#talk(id, "echo", `take ${number} of ${id} please`);
    const commands = [talk.name, `download ${FILE}`, "close"];
    const used = isProcess
      ? this.#python("echo_client.py", ["127.0.0.1", String(ports.echo), this.#scene.folder, ...commands])
      : this.#begun(echoSocket(ports.echo, commands));
    return this.#uses(used, talk, async (program) => {
      await this.#hears(program, talk, talk.name);
      await program.says("saved ");
      talk.fetchedAt = this.now();
    });
  }

  async #errs({ program, role }: CorpusCase, { calculator, chat }: Ports): Promise<void> {
    const port = String(role === "chat" ? chat : calculator);
    const binary = this.#binaries.get(program);
    const running = binary
      ? this.#run(binary, [port])
      : this.#run("python3", ["-uB", path.join(MISTAKES, `${program}.py`), port], { PYTHONPATH: MISTAKES });
    await Promise.race([running.ended.catch(() => undefined), this.#wait(this.#pace.patienceMs)]);
    running.signal("SIGINT");
    await this.#ends(running);
  }

  #talk(student: string, role: Talk["role"], name: string): Talk {
    return { student, role, name, begunAt: this.now(), answers: [] };
  }

  async #hears(program: Running, talk: Talk, text: string): Promise<void> {
    await program.says(text);
    talk.answers.push({ text, at: this.now() });
  }

  #python(script: string, args: readonly string[]): Program {
    return this.#run("python3", ["-uB", path.join(peers, script), ...args]);
  }

  #run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Program {
    return this.#begun(this.#scene.run(command, args, { input: "", isInputOpen: true, env }));
  }

  #begun<Kind extends Running>(program: Kind): Kind {
    this.started += 1;
    this.#running.add(program);
    program.ended.catch(() => undefined).finally(() => this.#running.delete(program));
    return program;
  }

  async #ends(program: Running): Promise<void> {
    const late = this.#wait(this.#pace.patienceMs);
    await Promise.race([program.ended.catch(() => undefined), late]);
    await program.end();
  }

  /** Until then, or until the lesson is over. */
  async #wait(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#over.signal }).catch(() => undefined);
  }
}
