/**
 * The surroundings of an instance in a process of its own: clock, files and network are this process's; what all instances of a daemon
 * share - numbers, registry, book, programs - is asked of the daemon, or read from the view of it that the daemon sends.
 */
import path from "node:path";
import { systemClock } from "../actors/clock.ts";
import { DescriptorBudget } from "../actors/descriptor-budget.ts";
import { localFiles } from "../actors/files.ts";
import { LocalHubs } from "../actors/local-hubs.ts";
import { surveyPort } from "../actors/port-survey.ts";
import type { Environment } from "../actors/service.ts";
import { Ids, type Sequence } from "../ids.ts";
import type { AddressBook, Programs, Registration, Registry } from "../machines/_world.ts";
import { isOnlyInTimeWait } from "../os/proc.ts";
import { rootFolder } from "../places.ts";
import { Recorder } from "../stories/recorder.ts";
import { plainError, type Rpc } from "./rpc.ts";
import type { Beginning, DaemonSide, RegistryView } from "./sides.ts";

type Daemon = Rpc<DaemonSide>;

export interface RoleWorld {
  readonly environment: Environment;
  readonly registry: RegistryMirror;
}

export function roleWorld(
  { dataFolder, mayLook, registry, addresses }: Beginning,
  daemon: Daemon,
  onLink: NonNullable<Environment["onLink"]>,
  onHeld: (ms: number) => void,
): RoleWorld {
  const numbers = new Numbers(daemon);
  const mirror = new RegistryMirror(daemon, registry);
  const rootOf = (root: string) => rootFolder(dataFolder, root);
  const environment: Environment = {
    clock: systemClock,
    random: Math.random,
    files: localFiles(rootOf, path.join(dataFolder, "downloads")),
    programs: programsOf(daemon),
    registry: mirror,
    addressBook: bookOf(addresses),
    recorder: new Recorder(systemClock, { keepsOnlyLive: true }),
    telemetry: (event) => {
      if (event.type === "role.held") onHeld(event.ms);
      const error = event.type === "connection.crashed" ? plainError(event.error) : undefined;
      daemon.tell("telemetry", error ? ({ ...event, error: undefined } as never) : event, error);
    },
    descriptors: DescriptorBudget.ofProcess(),
    ...(mayLook ? { isLingering: isOnlyInTimeWait, surveyPort } : {}),
    hubs: new LocalHubs(),
    ids: new Ids((name) => numbers.sequence(name)),
    onLink,
    numbered: (kind, then) => numbers.afterOne(kind, then),
  };
  return { environment, registry: mirror };
}

type Kind = "connection" | "sender";

/** Peers are numbered over the whole daemon: who comes waits until it has said the number. */
class Numbers {
  readonly #daemon: Daemon;
  readonly #ready: Record<Kind, number[]> = { connection: [], sender: [] };
  readonly #waiting: Record<Kind, (() => void)[]> = { connection: [], sender: [] };

  constructor(daemon: Daemon) {
    this.#daemon = daemon;
  }

  sequence(name: string): Sequence {
    return {
      next: () => {
        const number = this.#ready[name as Kind].shift();
        if (number === undefined) throw new Error(`no number was asked for: ${name}`);
        return number;
      },
    };
  }

  /** In the order of the calls. A number that one has no use for is the next one's. */
  afterOne(kind: Kind, then: () => void): void {
    const [waiting, ready] = [this.#waiting[kind], this.#ready[kind]];
    if (waiting.length === 0 && ready.length > 0) return then();
    waiting.push(then);
    this.#daemon.ask("number", kind).then(
      (number) => {
        ready.push(number);
        waiting.shift()?.();
      },
      () => undefined,
    );
  }
}

/** The registry as the daemon last sent it. */
export class RegistryMirror implements Registry {
  readonly #daemon: Daemon;
  readonly #watchers = new Set<() => void>();
  #view: RegistryView;

  constructor(daemon: Daemon, view: RegistryView) {
    this.#daemon = daemon;
    this.#view = view;
  }

  show(view: RegistryView): void {
    const isNew = view.version !== this.#view.version;
    this.#view = view;
    if (isNew) for (const notify of this.#watchers) notify();
  }

  get version(): number {
    return this.#view.version;
  }

  list(service?: string): readonly Registration[] {
    const now = Date.now();
    return this.#view.entries.filter(
      (entry) =>
        (service === undefined || entry.service === service) &&
        (entry.expiresAt === undefined || entry.expiresAt > now),
    );
  }

  register(entry: Parameters<Registry["register"]>[0], leaseMs?: number): Promise<void> {
    const { ip, port, service, token } = entry;
    return this.#daemon.ask("register", { ip, port, service, token }, leaseMs);
  }

  store(
    entry: Parameters<Registry["register"]>[0],
    leaseMs: number | undefined,
    failed: (error: Error) => void,
  ): void {
    this.register(entry, leaseMs).catch(failed);
  }

  deregister(entry: Parameters<Registry["deregister"]>[0]): Promise<boolean> {
    return this.#daemon.ask("deregister", entry);
  }

  settled(then: () => void): void {
    void this.#daemon.ask("settled").then(then, () => undefined);
  }

  watch(onChange: () => void): () => void {
    this.#watchers.add(onChange);
    return () => this.#watchers.delete(onChange);
  }
}

/** [BOOK-3] The book as it was when the instance began. */
function bookOf(addresses: Beginning["addresses"]): AddressBook {
  const exact = new Map(addresses.map(({ email, name }) => [email, name]));
  const fold = (email: string) => email.trim().toLowerCase();
  const folded = new Map(addresses.toReversed().map(({ email, name }) => [fold(email), name]));
  return { find: (email) => exact.get(email) ?? folded.get(fold(email)) };
}

/** Programs are run by the daemon, under its rules: this process may start none. */
function programsOf(daemon: Daemon): Programs {
  let last = 0;
  return {
    run: (root, argv, { timeoutMs, maxBytes, signal }) => {
      last += 1;
      const key = last;
      signal?.addEventListener("abort", () => daemon.tell("endProgram", key), { once: true });
      return daemon.ask("runProgram", key, root, argv, { timeoutMs, maxBytes });
    },
  };
}
