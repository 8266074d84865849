/** A daemon of this process that plays a class lab from files of a folder of its own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Daemon } from "../../src/daemon.ts";
import { PushedClock } from "../pushed-clock.ts";
import { quietConfig } from "../quiet-config.ts";

export class ClassDaemon {
  readonly folder: string;
  readonly clock = new PushedClock();
  readonly #isJournaled: boolean;
  #daemon: Daemon | undefined;

  constructor(isJournaled = false) {
    this.#isJournaled = isJournaled;
    this.folder = mkdtempSync(path.join(tmpdir(), "netlab-class-"));
  }

  /** `files`: by name; `lab.yaml` is played. */
  static async start(
    files: Readonly<Record<string, string>>,
    { isJournaled = false } = {},
  ): Promise<ClassDaemon> {
    const one = new ClassDaemon(isJournaled);
    for (const [name, text] of Object.entries(files)) one.write(name, text);
    await one.start();
    return one;
  }

  write(name: string, text: string): void {
    const file = path.join(this.folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  get daemon(): Daemon {
    if (!this.#daemon) throw new Error("the daemon has not been started");
    return this.#daemon;
  }

  async start(): Promise<void> {
    this.#daemon = await Daemon.start(
      {
        ...quietConfig(this.folder),
        lab: path.join(this.folder, "lab.yaml"),
        host: "127.0.0.1",
        journal: this.#isJournaled,
      },
      { clock: this.clock, isLogShown: false },
    );
    await this.#daemon.prepare();
  }

  /** The same files and folder once more. */
  async again(): Promise<void> {
    await this.#daemon?.close(0);
    await this.start();
  }

  async close(): Promise<void> {
    await this.#daemon?.close(0);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
