/** Terminals that a test types into and reads: a tmux server of its own, whose socket lies in the scene. */
import { spawnSync } from "node:child_process";
import { eventually } from "./eventually.ts";
import type { Scene } from "./scene.ts";

export const hasTmux = spawnSync("tmux", ["-V"]).status === 0;

export class Terminals {
  readonly #scene: Scene;
  readonly #size: readonly string[];
  #count = 0;

  constructor(scene: Scene, columns: number, rows: number) {
    this.#scene = scene;
    this.#size = ["-x", String(columns), "-y", String(rows)];
  }

  /** A program in a terminal of its own, which outlives it, so that its last words can be read. */
  async open(command: readonly string[]): Promise<Terminal> {
    const target = `:${this.#count}`;
    if (this.#count === 0) {
      const remain = ["set-option", "-g", "remain-on-exit", "on", ";"];
      await this.tmux("start-server", ";", ...remain, "new-session", "-d", ...this.#size, "--", ...command);
    } else {
      await this.tmux("new-window", "-d", "-t", target, "--", ...command);
    }
    this.#count += 1;
    return new Terminal(this, target);
  }

  async tmux(...command: string[]): Promise<string> {
    const server = ["-u", "-S", this.#scene.path("tmux"), "-f", "/dev/null"];
    const { stdout, stderr, exit } = await this.#scene.run("tmux", [...server, ...command]).ended;
    if (exit !== 0) throw new Error(`tmux ${command.join(" ")}: ${stderr}`);
    return stdout;
  }

  /** Its programs are hung up. */
  async end(): Promise<void> {
    if (this.#count > 0) await this.tmux("kill-server");
  }
}

export class Terminal {
  readonly #terminals: Terminals;
  readonly #target: string;

  constructor(terminals: Terminals, target: string) {
    this.#terminals = terminals;
    this.#target = target;
  }

  async type(text: string): Promise<void> {
    await this.#terminals.tmux("send-keys", "-t", this.#target, "-l", "--", text);
  }

  async press(...keys: string[]): Promise<void> {
    await this.#terminals.tmux("send-keys", "-t", this.#target, ...keys);
  }

  /** What is on it, without the empty rows at its end. */
  async screen(): Promise<string> {
    return (await this.#terminals.tmux("capture-pane", "-p", "-t", this.#target)).trimEnd();
  }

  /** Resolves to the screen on which this is to be read. */
  async shows(words: RegExp): Promise<string> {
    return eventually(async () => {
      const screen = await this.screen();
      if (!words.test(screen)) throw new Error(`${words} is not on the screen:\n${screen}`);
      return screen;
    });
  }

  /** As somebody closes its window: whatever runs in it is hung up. */
  async close(): Promise<void> {
    await this.#terminals.tmux("kill-window", "-t", this.#target);
  }

  /** The exit status of its program, once it has ended. */
  exit(): Promise<number> {
    return eventually(async () => {
      const format = "#{pane_dead} #{pane_dead_status}";
      const answer = await this.#terminals.tmux("display-message", "-p", "-t", this.#target, format);
      const [isDead, status] = answer.split(" ");
      if (isDead !== "1") throw new Error("its program still runs");
      return Number(status);
    });
  }
}
