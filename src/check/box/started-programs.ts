/**
 * Programs under test, started on this machine or, where the tester itself runs in a box, in an inner one. What is the same on each
 * rung of the ladder stands here: the shell that reads the command, the limits, the terminal, the watch, the ports.
 */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { NetlabError } from "../../errors.ts";
import { allPids } from "../../os/process-tree.ts";
import { shellWord } from "../../shell-words.ts";
import { patience } from "../patience.ts";
import type { Limits, Program, Programs, StartRequest } from "../program.ts";
import type { BoxReport } from "../report.ts";
import { freePort } from "./free-port.ts";
import { watchLimits } from "./limit-watch.ts";
import { limitedCommand } from "./limits.ts";
import { StartedProgram } from "./started-program.ts";
import { hasTerminal, onTerminal } from "./terminal.ts";

export interface ProgramPlace {
  readonly box: BoxReport;
  /** Folder in which it starts. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly limits: Limits;
  /** Words before a command that put it into its box; of no words it has none. */
  readonly enter: readonly string[];
  /** The box has a network of its own: every port is free in it. */
  readonly hasOwnNetwork: boolean;
  /** Processes of the box end with its first one. */
  readonly hasOwnPids: boolean;
  /** No other program runs under this user, or the kernel counts those of a box alone. */
  readonly hasOwnUser: boolean;
}

export interface BuildAnswer {
  readonly command: string;
  readonly exit: number | null;
  readonly output: string;
}

export class StartedPrograms implements Programs {
  readonly box: BoxReport;
  readonly #place: ProgramPlace;
  readonly #live = new Set<StartedProgram>();
  #lastPort: number | undefined;

  constructor(place: ProgramPlace) {
    this.#place = place;
    this.box = place.box;
  }

  /** An inner box has a /tmp of its own. */
  get shared(): string | undefined {
    return this.#place.enter.length > 0 ? this.#place.folder : undefined;
  }

  get folder(): string {
    return this.#place.folder;
  }

  async freePort(): Promise<number> {
    // Ports in a row, also where all are free: a program that closes first leaves its port behind for a minute.
    this.#lastPort = await freePort(
      this.#place.hasOwnNetwork ? (this.#lastPort ?? FIRST_PORT) + 1 : undefined,
    );
    return this.#lastPort;
  }

  async start({ command, host, port, onTerminal: wantsTerminal }: StartRequest): Promise<Program> {
    const filled = command.replaceAll("{port}", String(port)).replaceAll("{host}", shellWord(host));
    return this.#run(filled, this.#place.limits, wantsTerminal && hasTerminal());
  }

  /** Builds what is checked, in the same box; it has more time and room, for compilers take both. */
  async build(command: string): Promise<BuildAnswer> {
    const { limits } = this.#place;
    const room = {
      cpuMs: 6 * limits.cpuMs,
      memoryBytes: 4 * limits.memoryBytes,
      processes: 4 * limits.processes,
    };
    const program = await this.#run(
      command,
      { ...limits, ...room, files: Math.max(limits.files, 1024) },
      false,
    );
    const timer = setTimeout(() => program.endAt("timeMs"), limits.timeMs * patience());
    program.endInput();
    const { code, signal, limit } = await program.ended;
    clearTimeout(timer);
    await program.stop();
    const why = limit === undefined ? signal : `the limit ${limit}`;
    const output = why === undefined ? program.output : `${program.output}\n[ended by ${why}]`;
    return { command, exit: code ?? null, output };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#live].map((program) => program.stop()));
  }

  async #run(command: string, limits: Limits, onATerminal: boolean): Promise<StartedProgram> {
    const { folder, env, enter, hasOwnPids, hasOwnUser } = this.#place;
    // Set by the last step alone: the box and the terminal do not have it, and are told from the program by that.
    const mark = `NETLAB_RUN=${randomUUID()}`;
    const shell = ["/usr/bin/env", mark, ...limitedCommand(limits, hasOwnUser), "/bin/sh", "-c", command];
    const inside = [...enter, ...shell];
    const argv = onATerminal ? onTerminal(inside) : inside;
    const older = new Set(allPids());
    const child = spawn(argv[0] ?? "", argv.slice(1), { cwd: folder, env, detached: true });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", (error) =>
        reject(new NetlabError("not-started/spawn", { command, why: error.message }, { cause: error })),
      );
    });
    const program = new StartedProgram({ child, mark, limits, hasOwnPids, older, onTerminal: onATerminal });
    this.#live.add(program);
    void watchLimits(program, limits).catch(() => undefined);
    void program.ended.then(() => this.#live.delete(program));
    return program;
  }
}

const FIRST_PORT = 20_000;
