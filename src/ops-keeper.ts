/** Health and metrics over HTTP, and the word to systemd: loaded where they are asked for, and nothing of them elsewhere. */
import type { LocalLab } from "./lab/local-lab.ts";
import type { Metrics } from "./ops/metrics.ts";
import type { OpsAddress, OpsServer } from "./ops/ops-server.ts";
import type { ServiceManager } from "./ops/service-manager.ts";
import type { Story } from "./stories/story.ts";
import { isLoopback } from "./wire/loopback.ts";

export interface OpsKeeperParts {
  readonly lab: () => LocalLab;
  readonly env: NodeJS.ProcessEnv;
  readonly warn: (sentence: string) => void;
  /** Other machines can reach it. */
  readonly onExposed: (at: string) => void;
}

export class OpsKeeper {
  readonly #parts: OpsKeeperParts;
  #metrics: Metrics | undefined;
  #server: OpsServer | undefined;
  #manager: ServiceManager | undefined;
  #isStopping = false;
  /** Address at which health and metrics are asked; undefined: nowhere. */
  address: string | undefined;

  constructor(parts: OpsKeeperParts) {
    this.#parts = parts;
  }

  /** Before the roles start, so that nothing of them is missed. Rejects with a NetlabError. */
  async listen(address: OpsAddress | undefined): Promise<void> {
    if (!address) return;
    const [{ Metrics }, { OpsServer }] = await Promise.all([
      import("./ops/metrics.ts"),
      import("./ops/ops-server.ts"),
    ]);
    const lab = this.#parts.lab();
    this.#metrics = new Metrics(lab);
    this.#server = new OpsServer({ lab, metrics: this.#metrics, isStopping: () => this.#isStopping });
    this.address = await this.#server.listen(address);
    if (!isLoopback(address.host)) this.#parts.onExposed(this.address);
  }

  /** Every role listens or has failed. */
  async ready(): Promise<void> {
    const { env, warn } = this.#parts;
    if (!env.NOTIFY_SOCKET) return;
    const { ServiceManager } = await import("./ops/service-manager.ts");
    this.#manager = new ServiceManager({ lab: this.#parts.lab(), env, warn });
    this.#manager.ready();
  }

  judged(story: Story): void {
    this.#metrics?.judged(story);
  }

  /** On the way out; `/healthz` goes on saying so until `close`. */
  stopping(): Promise<void> | undefined {
    this.#isStopping = true;
    return this.#manager?.stopping();
  }

  async close(): Promise<void> {
    this.#metrics?.close();
    await this.#server?.close();
  }
}
