/**
 * An instance that plays in a process of its own, as the daemon sees it: the same service as one that plays here.
 *
 * 1. `open` starts the process, hands it the role and what it was given, and waits until it listens.
 * 2. What happens to its peers comes as pieces of stories, and is recorded here (`story-mirror.ts`).
 * 3. What operators do to its connections goes to it (`remote-control.ts`).
 * 4. A process that ends without being told to takes its peers along: their stories end with the reason, and so does the instance,
 *    which its supervisor starts again.
 *
 * Long, because it is both ends of one conversation: all that may be asked of the process, and all that the process may ask.
 */
import type { ConnectionControl } from "../actors/connection-control.ts";
import type { HubFace } from "../actors/hubs.ts";
import { type InstanceService, registryOf, type ServiceContext } from "../actors/service.ts";
import type { TelemetryEvent } from "../actors/telemetry.ts";
import { crashOf, messageOf, NetlabError } from "../errors.ts";
import type { DistantLines, PlainFault } from "../link/line.ts";
import type { HubMember, SayOptions } from "../machines/_role.ts";
import type { ProgramAnswer } from "../machines/_world.ts";
import { crashCause } from "../os/error-causes.ts";
import { type Cause, cause } from "../stories/causes.ts";
import { editionOf } from "../stories/editions.ts";
import type { Apartment } from "./apartment.ts";
import { Keeper, RoleEnded } from "./keeper.ts";
import { PacedTelling } from "./paced-telling.ts";
import { RemoteControl } from "./remote-control.ts";
import { errorOf, type PlainError } from "./rpc.ts";
import type { DaemonSide, Freshness, Standing } from "./sides.ts";
import { type SnapshotView, snapshotsIn } from "./snapshot-views.ts";
import { StoryMirror } from "./story-mirror.ts";

const NOWHERE: Standing = { hosts: [], port: 0, otherPorts: [], machineState: undefined };
/** Patience with a process that is asked to close, or how things stand; with one that drains, beyond its limit. */
const CLOSE_MS = 1_000;
const FRESH_MS = 300;
export const WATCHDOG_MS = 2_000;
export const MEMORY_BYTES = 256 * 1_048_576;
const ENDED: Cause = cause("role-ended", { how: "it was told to end" });

export class ApartService implements InstanceService {
  readonly #context: ServiceContext;
  readonly #apartment: Apartment;
  readonly #stories: StoryMirror;
  readonly #programs = new Map<number, AbortController>();
  readonly #progress = new Map<number, (text: string) => void>();
  #keeper: Keeper | undefined;
  #standing: Standing = NOWHERE;
  /** Port on which it was found last, and is to be found again. */
  #port = 0;
  #members: readonly HubMember[] | undefined;
  #snapshots: ReadonlyMap<string, SnapshotView> = new Map();
  /** Faults on its lines, by their ids: the next process is told of them too. */
  readonly #faults = new Map<string, PlainFault>();
  /** Process that hears of each fault as it comes or goes: it has been told of all that there were. */
  #lined: Keeper | undefined;
  #lastKey = 0;
  #isOpen = false;
  #unwatch: () => void = () => undefined;
  /** The whole registry, which a role may change as fast as it can. */
  readonly #registryNews = new PacedTelling(() => this.#keeper?.role.tell("registry", this.#registryView));

  constructor(context: ServiceContext, apartment: Apartment) {
    this.#context = context;
    this.#apartment = apartment;
    this.#stories = new StoryMirror(context.environment.recorder);
  }

  // -- what can be asked ------------------------------------------------------------------------------------------------

  get hosts(): readonly string[] {
    return this.#standing.hosts;
  }

  get port(): number {
    return this.#standing.port || this.#port;
  }

  get otherPorts(): readonly number[] {
    return this.#standing.otherPorts;
  }

  get machineState(): string | undefined {
    return this.#standing.machineState;
  }

  get peers(): number {
    return this.#stories.live.filter(({ subject }) => !subject.isInternal).length;
  }

  get members(): readonly HubMember[] | undefined {
    return this.#members;
  }

  get hub(): HubFace | undefined {
    const { hub } = this.#context.role();
    if (!hub) return undefined;
    return {
      proxy: {} as never,
      members: this.#members ?? [],
      say: hub.say && ((text, options) => this.#speak(text, options)),
      forget: () => undefined,
    };
  }

  control(id: string): ConnectionControl | undefined {
    const mirrored = this.#stories.find(id);
    const role = this.#keeper?.role;
    return mirrored && role && new RemoteControl(id, role, mirrored, this.#snapshots.get(id));
  }

  readonly lines: DistantLines = {
    put: async (fault) => {
      this.#faults.set(fault.id, fault);
      await this.#lined?.role.ask("putFault", fault).catch(() => undefined);
    },
    take: async (id) => {
      this.#faults.delete(id);
      await this.#lined?.role.ask("takeFault", id).catch(() => undefined);
    },
  };

  async fresh(withSnapshots: boolean): Promise<void> {
    const keeper = this.#keeper;
    if (!keeper || !this.#isOpen) return;
    const freshness = await answeredWithin(FRESH_MS, keeper.role.ask("fresh", withSnapshots));
    if (freshness && this.#keeper === keeper) this.#freshen(freshness);
  }

  #freshen({ members, views, snapshots, ...standing }: Freshness): void {
    this.#standing = standing;
    this.#members = members;
    for (const [id, view] of views) {
      const mirrored = this.#stories.find(id);
      if (mirrored) mirrored.view = { view, at: this.#context.environment.clock.now() };
    }
    if (snapshots) this.#snapshots = snapshotsIn(snapshots);
  }

  // -- from open to close -----------------------------------------------------------------------------------------------

  async open(): Promise<void> {
    const { id, label, role, preferredPort, given = {} } = this.#context;
    const { dataFolder, mayLook, book } = this.#apartment;
    const keeper = this.#startKeeper();
    try {
      const begin = (file: string) =>
        keeper.role.ask("begin", {
          file,
          given,
          number: editionOf(role()),
          instance: id,
          label,
          preferredPort: this.#port || preferredPort,
          dataFolder,
          mayLook,
          addresses: book.list(),
          registry: this.#registryView,
          hasBlackBox: keeper.hasBlackBox,
        });
      await keeper.whileReading(this.#apartment.withModule(role(), begin));
      this.#unwatch = registryOf(this.#context).watch(() => this.#registryNews.changed());
      await this.#putFaults(keeper);
      this.#standing = await keeper.role.ask("open");
      this.#port = this.#standing.port;
      this.#isOpen = this.#keeper === keeper;
    } catch (error) {
      throw this.#openError(error);
    }
  }

  /** All that there are; one that comes or goes meanwhile is told behind them. */
  async #putFaults(keeper: Keeper): Promise<void> {
    const told = [...this.#faults.values()].map((fault) => keeper.role.ask("putFault", fault));
    this.#lined = keeper;
    await Promise.all(told);
  }

  #startKeeper(): Keeper {
    this.#keeper?.end(ENDED);
    this.#lined = undefined;
    const { environment, id } = this.#context;
    const { watchdog = WATCHDOG_MS, memory = MEMORY_BYTES } = this.#context.common;
    const reader = this.#stories.readNext();
    const keeper: Keeper = new Keeper({
      side: this.#side(),
      stories: {
        // Of one that is no longer ours, nothing is told.
        read: (batch) => this.#keeper === keeper && reader.read(batch),
        readRest: (kept) => this.#keeper === keeper && reader.readRest(kept),
      },
      watchdogMs: watchdog,
      memoryBytes: memory,
      writeFolder: this.#apartment.writeFolder,
      onPrinted: (line) => environment.telemetry({ type: "instance.note", id, text: `prints: ${line}` }),
      onEnded: (why) => this.#ended(keeper, why),
    });
    this.#keeper = keeper;
    return keeper;
  }

  get #registryView() {
    const registry = registryOf(this.#context);
    return { version: registry.version, entries: registry.list() };
  }

  /** Reason why it does not open: of its death, or with the instance of ours that has its port. */
  #openError(error: unknown): unknown {
    if (error instanceof RoleEnded)
      return error.why.code === "crashed" ? placed(crashOf(error.why), error.why) : crashOf(error.why);
    const { environment, role, common } = this.#context;
    const { transport } = role();
    if (!(error instanceof NetlabError)) return placed(error as Error);
    if (error.code !== "port-taken") return error;
    const port = common.port || this.#port;
    const holder = environment.holderOf?.(transport, port);
    return holder === undefined
      ? error
      : new NetlabError("port-held-here", { port, holder }, { cause: error });
  }

  async drain(limitMs: number): Promise<void> {
    const keeper = this.#keeper;
    if (keeper) await answeredWithin(limitMs + CLOSE_MS, keeper.role.ask("drain", limitMs));
    this.#standing = { ...this.#standing, hosts: [] };
  }

  async close(): Promise<void> {
    const keeper = this.#keeper;
    this.#isOpen = false;
    this.#unwatch();
    this.#registryNews.stop();
    this.#standing = NOWHERE;
    if (!keeper) return;
    await answeredWithin(CLOSE_MS, keeper.role.ask("close"));
    this.#keeper = undefined;
    keeper.end(ENDED);
    this.#endStories(ENDED);
  }

  /** The process is no more, and all that it said has been heard. */
  #ended(keeper: Keeper, why: Cause): void {
    if (this.#keeper !== keeper) return;
    this.#keeper = undefined;
    this.#standing = NOWHERE;
    for (const running of this.#programs.values()) running.abort();
    this.#endStories(why);
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#context.onCrash(crashOf(why));
  }

  /** Ends the stories of its peers, with its own reason. */
  #endStories(why: Cause): void {
    const { recorder, telemetry } = this.#context.environment;
    const { atWork } = this.#stories;
    for (const story of this.#stories.live) {
      if (why !== ENDED) story.crash(why);
      story.close("us");
      story.waitsFor = undefined;
      if (story === atWork && why !== ENDED)
        telemetry({ type: "connection.crashed", id: story.subject.id, error: crashOf(why) });
      this.#stories.forget(story);
      recorder.end(story);
    }
  }

  adopt(): void {
    const { role, given = {}, id, environment } = this.#context;
    const keeper = this.#keeper;
    if (!keeper || !this.#isOpen) return;
    this.#apartment
      .withModule(role(), (file) => keeper.role.ask("adopt", { file, given, number: editionOf(role()) }))
      .catch((error: unknown) => {
        const text = `keeps the edition it has: ${messageOf(error)}`;
        environment.telemetry({ type: "instance.remark", id, text });
      });
  }

  say(text: string): void {
    this.#keeper?.role.tell("say", text);
  }

  async #speak(text: string, { now, signal, progress }: SayOptions): Promise<string> {
    const role = this.#keeper?.role;
    if (!role) return "";
    this.#lastKey += 1;
    const key = this.#lastKey;
    this.#progress.set(key, progress);
    const hush = () => role.tell("hush", key);
    signal.addEventListener("abort", hush, { once: true });
    try {
      return await role.ask("speak", key, text, now);
    } finally {
      signal.removeEventListener("abort", hush);
      this.#progress.delete(key);
    }
  }

  // -- what the process asks and tells ----------------------------------------------------------------------------------

  #side(): { readonly [Name in keyof DaemonSide]: unknown } {
    const { environment, onFinished } = this.#context;
    const registry = registryOf(this.#context);
    return {
      number: (kind: "connection" | "sender") => this.#apartment.number(kind),
      register: registry.register.bind(registry),
      deregister: registry.deregister.bind(registry),
      settled: async () => {
        await new Promise<void>((resolve) => registry.settled(resolve));
        this.#registryNews.flush();
      },
      runProgram: (...args: Parameters<DaemonSide["runProgram"]>) => this.#runProgram(...args),
      endProgram: (key: number) => this.#programs.get(key)?.abort(),
      telemetry: (event: TelemetryEvent, error: PlainError | undefined) =>
        environment.telemetry(error ? ({ ...event, error: errorOf(error) } as TelemetryEvent) : event),
      crashed: (error: PlainError) => this.#crashed(errorOf(error)),
      finished: (output: unknown) => {
        this.#isOpen = false;
        onFinished(output);
      },
      progress: (key: number, text: string) => this.#progress.get(key)?.(text),
      alive: () => undefined,
      exiting: () => undefined,
    };
  }

  /** By its own account: its process is of no more use. */
  #crashed(error: Error): void {
    const keeper = this.#keeper;
    if (!keeper) return;
    const wasOpen = this.#isOpen;
    this.#isOpen = false;
    this.#keeper = undefined;
    this.#standing = NOWHERE;
    this.#endStories(crashCause(error));
    keeper.end(crashCause(error));
    if (wasOpen) this.#context.onCrash(placed(error));
  }

  async #runProgram(
    ...[key, root, argv, limits]: Parameters<DaemonSide["runProgram"]>
  ): Promise<ProgramAnswer> {
    const running = new AbortController();
    this.#programs.set(key, running);
    try {
      return await this.#context.environment.programs.run(root, argv, { ...limits, signal: running.signal });
    } finally {
      this.#programs.delete(key);
    }
  }
}

/** Undefined: it failed, or came too late. A role that has broken its own process may leave any question open. */
function answeredWithin<Answer>(limitMs: number, answer: Promise<Answer>): Promise<Answer | undefined> {
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, limitMs, undefined).unref());
  return Promise.race([answer.catch(() => undefined), late]);
}

/** With its place in the user's file, which `lastError` has no other way to tell. */
function placed(error: Error, { args }: Cause = crashCause(error)): Error {
  const { place } = (args ?? {}) as { place?: string };
  if (!place) return error;
  const told = new Error(`${error.message} (${place})`);
  if (error.stack !== undefined) told.stack = error.stack;
  return told;
}
