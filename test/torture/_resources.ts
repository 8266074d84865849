/** What a daemon really holds: asked of the daemon itself, right after its garbage was collected. */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type DaemonOptions, TestDaemon } from "../e2e/daemon.ts";
import type { Scene } from "../e2e/scene.ts";

/** The stories fill their memory within a minute: what grows from then on is no story. */
export const fewStories = ["--record-memory", "8M"];

export interface Resources {
  readonly liveBytes: number;
  /** Timers that would keep it alive. */
  readonly timers: number;
}

/** Longer than a busy machine takes over it: the soak asks how much, not how soon. */
const MAX_MS = 60_000;

export class TellingDaemon {
  readonly daemon: TestDaemon;
  readonly #file: string;

  static async start(scene: Scene, options: DaemonOptions): Promise<TellingDaemon> {
    const file = scene.path("resources.json");
    const run = {
      node: ["--expose-gc", "--import", join(import.meta.dirname, "_resources-preload.ts")],
      env: { NETLABD_RESOURCES: file },
    };
    return new TellingDaemon(await TestDaemon.start(scene, { ...options, run }), file);
  }

  private constructor(daemon: TestDaemon, file: string) {
    this.daemon = daemon;
    this.#file = file;
  }

  async resources(): Promise<Resources> {
    rmSync(this.#file, { force: true });
    this.daemon.program.signal("SIGUSR2");
    const until = performance.now() + MAX_MS;
    for (;;) {
      const answer = this.#read();
      if (answer) return answer;
      if (performance.now() > until) throw new Error("the daemon does not tell what it holds");
      await delay(20);
    }
  }

  /** Undefined while it is not written, or not whole. */
  #read(): Resources | undefined {
    try {
      return JSON.parse(readFileSync(this.#file, "utf8")) as Resources;
    } catch {
      return undefined;
    }
  }
}
