/**
 * Word to systemd: that the lab is ready, how it stands, that the event loop turns, that it ends. Node has no datagrams of Unix sockets, so
 * the system's own program carries it; without `$NOTIFY_SOCKET` none of this is loaded.
 */
import type { Lab } from "../lab/lab.ts";
import { childProcess } from "../node-modules.ts";

/** Between two words about how it stands: each is a process. */
const STATUS_EVERY_MS = 10_000;
const SENDING_MS = 5_000;

export interface ServiceManagerParts {
  readonly lab: Lab;
  readonly env: NodeJS.ProcessEnv;
  /** The word could not be said: once. */
  readonly warn: (sentence: string) => void;
}

export class ServiceManager {
  readonly #parts: ServiceManagerParts;
  #timer: NodeJS.Timeout | undefined;
  #told = "";
  #hasWarned = false;
  #isEnding = false;
  /** Words go in order, so that no older word overtakes a newer one. */
  #sending: Promise<void> = Promise.resolve();

  constructor(parts: ServiceManagerParts) {
    this.#parts = parts;
  }

  /** Every role listens or has failed. */
  ready(): void {
    this.#told = statusOf(this.#parts.lab);
    this.#say("READY=1", `STATUS=${this.#told}`);
    const watchdogMs = watchdogOf(this.#parts.env);
    const every = Math.min(STATUS_EVERY_MS, watchdogMs === undefined ? STATUS_EVERY_MS : watchdogMs / 2);
    // On the loop on purpose: one that no longer turns says nothing.
    this.#timer = setInterval(() => this.#tick(watchdogMs !== undefined), every).unref();
  }

  /** Resolves when the word has gone. */
  stopping(): Promise<void> {
    clearInterval(this.#timer);
    this.#say("STOPPING=1", "STATUS=stopping: peers are told, transfers finish");
    this.#isEnding = true;
    return this.#sending;
  }

  #tick(isWatched: boolean): void {
    const status = statusOf(this.#parts.lab);
    const isNews = status !== this.#told;
    this.#told = status;
    const words = [...(isWatched ? ["WATCHDOG=1"] : []), ...(isNews ? [`STATUS=${status}`] : [])];
    if (words.length > 0) this.#say(...words);
  }

  #say(...words: readonly string[]): void {
    if (this.#isEnding) return;
    this.#sending = this.#sending.then(() => this.#send(words));
  }

  #send(words: readonly string[]): Promise<void> {
    const { env, warn } = this.#parts;
    const { promise, resolve } = Promise.withResolvers<void>();
    // The main process is the daemon: systemd believes the carrier by the service's NotifyAccess=all.
    childProcess().execFile("systemd-notify", [...words], { env, timeout: SENDING_MS }, (error) => {
      if (error && !this.#hasWarned) {
        this.#hasWarned = true;
        warn(`systemd cannot be told how the lab stands: ${error.message.split("\n")[0]}`);
      }
      resolve();
    });
    return promise;
  }
}

/** `12 roles run, 1 failed (chat-1); 42 peers` */
function statusOf(lab: Lab): string {
  const running = lab.instances.filter(({ state }) => state === "running").length;
  const failed = lab.instances.filter(({ state }) => state === "failed").map(({ id }) => id);
  const named = failed.slice(0, 3).join(", ");
  const more = failed.length > 3 ? ", …" : "";
  const trouble = failed.length > 0 ? `, ${failed.length} failed (${named}${more})` : "";
  const { connections } = lab.status();
  return `${running} ${running === 1 ? "role runs" : "roles run"}${trouble}; ${connections} ${connections === 1 ? "peer" : "peers"}`;
}

/** How long systemd waits for a sign; undefined: it waits for none, or for another process's. */
function watchdogOf({ WATCHDOG_USEC: us, WATCHDOG_PID: pid }: NodeJS.ProcessEnv): number | undefined {
  const isOurs = pid === undefined || Number(pid) === process.pid;
  return isOurs && Number(us) > 0 ? Number(us) / 1_000 : undefined;
}
