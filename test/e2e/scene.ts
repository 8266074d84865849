/**
 * What one test file works with: a temporary folder, and every program that it starts. At the end the programs are
 * ended, each by its own pid, and the folder is gone. Nothing of the user's own is read or written: home, state and
 * run-time folders are in here too.
 */
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildWhereStale } from "./build.ts";
import { Program, type ProgramOptions } from "./program.ts";

buildWhereStale();

export const checkout = join(import.meta.dirname, "../..");
export const dist = join(checkout, "dist");
export const sampleFiles = join(checkout, "data/files");
export const peers = join(checkout, "test/peers");

export interface NodeOptions extends Partial<ProgramOptions> {
  readonly command?: string;
  /** Options of Node itself. */
  readonly node?: readonly string[];
}

export class Scene {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "netlab-")));
  readonly env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    LANG: "C.UTF-8",
    TZ: "UTC",
    HOME: this.folder,
    XDG_STATE_HOME: join(this.folder, "state"),
    XDG_RUNTIME_DIR: join(this.folder, "run"),
    npm_config_cache: join(this.folder, "npm"),
  };
  readonly #programs: Program[] = [];

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  /** What is in the folder, or in one of its own. */
  names(...folder: string[]): string[] {
    return readdirSync(this.path(...folder)).sort();
  }

  /** Writes a file, its folders too; answers its path. */
  file(name: string, content: string | Uint8Array): string {
    const path = this.path(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  run(command: string, args: readonly string[], options: Partial<ProgramOptions> = {}): Program {
    const program = new Program(command, args, {
      cwd: this.folder,
      ...options,
      env: { ...this.env, ...options.env },
    });
    this.#programs.push(program);
    return program;
  }

  /** One of the two programs of `dist/`, under the Node that runs the tests unless told otherwise. */
  node(
    program: "netlabd" | "netlabctl",
    args: readonly string[],
    { command = process.execPath, node = [], ...options }: NodeOptions = {},
  ): Program {
    return this.run(command, [...node, join(dist, `${program}.js`), ...args], options);
  }

  async end(): Promise<void> {
    await Promise.all(this.#programs.map((program) => program.end()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
