/** The built daemon as a child process: its ready line, its control socket, its end. */
import { connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { connectionDocument, instanceDocument, registrationDocument } from "../../src/lab/documents.ts";
import type { Outcome, Program } from "./program.ts";
import { dist, type NodeOptions, type Scene } from "./scene.ts";

export type InstanceDocument = ReturnType<typeof instanceDocument>;
export type ConnectionDocument = ReturnType<typeof connectionDocument>;
export type RegistrationDocument = ReturnType<typeof registrationDocument>;

export interface Ready {
  readonly event: "ready";
  readonly pid: number;
  readonly socket: string;
  readonly instances: readonly InstanceDocument[];
}

export interface DaemonOptions {
  /** The lab file's text; without it the daemon plays nothing. */
  readonly lab?: string;
  /** Folder and socket in the scene carry this name. */
  readonly name?: string;
  readonly args?: readonly string[];
  /** `ulimit -n`; without it, as many as the tests themselves have. */
  readonly descriptors?: number;
  /** How long its start may take; without it, as long as any word of a program. */
  readonly patienceMs?: number;
  /** How it is run: another command before it, options of Node, its environment. */
  readonly run?: NodeOptions;
}

export class TestDaemon {
  readonly program: Program;
  readonly ready: Ready;
  readonly socket: string;
  readonly dataFolder: string;
  readonly #scene: Scene;
  readonly #options: DaemonOptions;

  /** Resolves when every role listens or has failed. */
  static async start(scene: Scene, options: DaemonOptions = {}): Promise<TestDaemon> {
    const program = launch(scene, options);
    await program.says(/^\{"event":"ready".*\n/m, options.patienceMs);
    return new TestDaemon(scene, options, program);
  }

  private constructor(scene: Scene, options: DaemonOptions, program: Program) {
    this.#scene = scene;
    this.#options = options;
    this.program = program;
    this.socket = socketOf(scene, options);
    this.dataFolder = dataFolderOf(scene, options);
    this.ready = JSON.parse(program.stdout) as Ready;
  }

  /** `netlabctl` as a program, under way. */
  startCtl(...args: string[]): Program {
    return this.#scene.node("netlabctl", ["--socket", this.socket, ...args]);
  }

  ctl(...args: string[]): Promise<Outcome> {
    return this.startCtl(...args).ended;
  }

  /** The document that a command answers with, over the control socket: cheaper than a program a question. */
  async document<Document>(...argv: string[]): Promise<Document> {
    const answer = await this.plain(`${argv.join(" ")} --json`);
    try {
      return JSON.parse(answer) as Document;
    } catch (cause) {
      throw new Error(`${argv.join(" ")}: ${answer}`, { cause });
    }
  }

  /** A plain command line, as `echo … | nc -U` sends it. */
  plain(line: string): Promise<string> {
    return text(connect(this.socket).end(`${line}\n`));
  }

  /** As a power cut would. */
  async kill(): Promise<void> {
    this.program.signal("SIGKILL");
    await this.program.ended;
  }

  /** Drains and ends. */
  stop(): Promise<Outcome> {
    this.program.signal("SIGTERM");
    return this.program.ended;
  }

  /** The same folder, socket and lab once more. */
  again(): Promise<TestDaemon> {
    return TestDaemon.start(this.#scene, this.#options);
  }
}

/** For daemons that may not come up. */
export function launch(scene: Scene, options: DaemonOptions): Program {
  const { lab, name = "lab", args = [], run = {} } = options;
  const labFile = lab === undefined ? "none" : scene.file(`${name}.yaml`, lab);
  const places = ["--data", dataFolderOf(scene, options), "--socket", socketOf(scene, options)];
  const argv = [...places, "--lab", labFile, "--no-repl", "--ready-json", ...args];
  if (options.descriptors === undefined) return scene.node("netlabd", argv, run);
  const limited = `ulimit -n ${options.descriptors} && exec "$0" "$@"`;
  return scene.run("sh", ["-c", limited, process.execPath, join(dist, "netlabd.js"), ...argv]);
}

const socketOf = (scene: Scene, { name = "lab" }: DaemonOptions) => scene.path(`${name}.sock`);
const dataFolderOf = (scene: Scene, { name = "lab" }: DaemonOptions) => scene.path(`${name}.data`);
