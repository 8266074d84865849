/**
 * The daemon: wires configuration → stores → supervisor → control socket, and is the only file that knows everything.
 *
 * 1. The data folder is locked and the database opened; a second daemon on it ends here.
 * 2. The lab file is read and checked whole; then its roles are added, then those an operator spawned before.
 * 3. All start at once; one that cannot is `failed` and says why, the others run.
 * 4. Operators come in through the control socket.
 * 5. On the way out: no new peers, those under way finish to a limit, the database is checkpointed.
 */
import { mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { systemClock } from "./actors/clock.ts";
import { DescriptorBudget } from "./actors/descriptor-budget.ts";
import { localFiles } from "./actors/files.ts";
import { DRAIN_MS, type Instance } from "./actors/instance.ts";
import { LocalHubs } from "./actors/local-hubs.ts";
import { localPrograms } from "./actors/programs.ts";
import type { Environment } from "./actors/service.ts";
import { type SpawnRequest, Supervisor } from "./actors/supervisor.ts";
import { type RoleTable, scanRoles } from "./catalogue/role-folder.ts";
import { RoleLibrary } from "./catalogue/role-library.ts";
import { type Config, labsFolder, rootFolder, schemaFile, version } from "./config.ts";
import { ControlServer } from "./control/control-server.ts";
import { messageOf, NetlabError } from "./errors.ts";
import { Exposures } from "./exposures.ts";
import { Ids, type PeerTerm } from "./ids.ts";
import { journalStories, storyFromJournal } from "./journaling.ts";
import { InstanceMemory } from "./lab/instance-memory.ts";
import type { JournaledStory, Lab, LabQueryOptions, LoadedRole } from "./lab/lab.ts";
import { isStill, LabInstances } from "./lab/lab-instances.ts";
import { readBook } from "./lab-book.ts";
import { findLabFile, type LabFile, NO_LAB, readLabFile, shiftPorts } from "./lab-file.ts";
import { Log } from "./log.ts";
import { formatHostPort } from "./machines/_options.ts";
import type { Clock, Registry } from "./machines/_world.ts";
import { isOnlyInTimeWait } from "./os/proc.ts";
import { codeSubfolder } from "./places.ts";
import { flagsOf } from "./repl/option-flags.ts";
import { type LabBook, openAddressBook } from "./stores/address-book.ts";
import { LabDatabase } from "./stores/database.ts";
import { openInstances } from "./stores/instances.ts";
import { type Journal, openJournal } from "./stores/journal.ts";
import { openJournalReader } from "./stores/journal-reader.ts";
import { openLabEntries } from "./stores/lab-entries.ts";
import { openNumbers } from "./stores/numbers.ts";
import { Queries, type QueryResult } from "./stores/queries.ts";
import { openRegistry } from "./stores/registry.ts";
import { Recorder } from "./stories/recorder.ts";

const rolesFolder = codeSubfolder("machines");

/** A class and its files fit into so many. */
const FEW_DESCRIPTORS = 200;

export interface DaemonParts {
  readonly clock?: Clock;
  readonly roles?: RoleTable;
  /** False while a REPL is about to have the terminal: lines are remembered for `logs`. */
  readonly isLogShown?: boolean;
}

export class Daemon implements Lab {
  readonly version = version;
  readonly pid = process.pid;
  readonly startedAt: number;
  readonly socketPath: string;
  readonly dataFolder: string;
  readonly clock: Clock;
  readonly roles: RoleTable;
  readonly recorder: Recorder;
  readonly registry: Registry;
  readonly book: LabBook;
  readonly descriptors: DescriptorBudget;
  readonly log: Log;
  readonly openEvaluation: Lab["openEvaluation"];
  readonly #config: Config;
  readonly #exposures: Exposures;
  readonly #database: LabDatabase;
  readonly #queries: Queries;
  readonly #library: RoleLibrary;
  readonly #supervisor: Supervisor;
  readonly #memory: InstanceMemory;
  readonly #labInstances: LabInstances;
  readonly #control: ControlServer;
  #journal: Journal | undefined;
  #labFile: LabFile = NO_LAB;
  #ending: Promise<void> | undefined;
  #reloading: Promise<void> = Promise.resolve();
  #onShutdown: (why: string) => void = () => undefined;

  static async start(config: Config, parts: DaemonParts = {}): Promise<Daemon> {
    const roles = parts.roles ?? (await scanRoles(rolesFolder));
    const daemon = new Daemon(config, roles, parts.clock ?? systemClock);
    daemon.log.show(parts.isLogShown ?? true);
    try {
      await daemon.#start();
      return daemon;
    } catch (error) {
      await daemon.close(0);
      throw error;
    }
  }

  private constructor(config: Config, roles: RoleTable, clock: Clock) {
    this.#config = config;
    this.clock = clock;
    this.#library = new RoleLibrary(roles, path.join(config.dataFolder, "roles"));
    this.roles = this.#library.roles;
    this.startedAt = clock.now();
    this.socketPath = config.socketPath;
    this.dataFolder = config.dataFolder;
    this.log = new Log({
      format: config.log,
      level: config.logLevel,
      colors: process.stderr.isTTY === true && !process.env.NO_COLOR,
    });
    this.#exposures = new Exposures(this.log.telemetry);
    this.#database = LabDatabase.open(config.dataFolder, schemaFile, {
      trouble: (sentence) => this.log.logger.warn(sentence),
      recovered: (sentence) => this.log.logger.info(sentence),
      bug: (error) => this.log.logger.error({ err: error }, `a store's answer threw: ${messageOf(error)}`),
    });
    this.#queries = new Queries(this.#database.file);
    this.registry = openRegistry(this.#database, clock);
    this.book = openAddressBook(this.#database);
    this.recorder = new Recorder(clock, { budgetBytes: config.recordMemoryBytes });
    this.descriptors = DescriptorBudget.ofProcess();
    this.#supervisor = new Supervisor(this.roles, this.#environment(), {
      onState: (instance, from, to) => this.#onInstanceState(instance, from, to),
    });
    this.#labInstances = new LabInstances(openLabEntries(this.#database), (error) =>
      this.log.logger.warn(messageOf(error)),
    );
    this.#memory = new InstanceMemory(openInstances(this.#database), this.#supervisor, this.log, clock);
    // The only way to the evaluator: without it, and before it is wanted, its code is not even loaded.
    this.openEvaluation = config.eval
      ? async (options) => new (await import("./repl/evaluation/evaluation.ts")).Evaluation(this, options)
      : undefined;
    this.#control = new ControlServer(this);
  }

  #environment(): Environment {
    const downloads = path.join(this.dataFolder, "downloads");
    mkdirSync(downloads, { recursive: true });
    const rootOf = (root: string) => rootFolder(this.dataFolder, root);
    const numbers = openNumbers(this.#database);
    return {
      clock: this.clock,
      random: Math.random,
      files: localFiles(rootOf, downloads),
      programs: localPrograms(rootOf),
      registry: this.registry,
      addressBook: this.book,
      recorder: this.recorder,
      telemetry: this.#exposures.telemetry,
      descriptors: this.descriptors,
      isLingering: isOnlyInTimeWait,
      hubs: new LocalHubs(),
      ids: new Ids((name) => (name.startsWith("instance/") ? numbers.exact(name) : numbers.inBlocks(name))),
    };
  }

  async #start(): Promise<void> {
    await this.#library.loadSaved((sentence) => this.log.logger.warn(sentence));
    if (this.#config.journal) this.#startJournal();
    this.#labFile = this.#readLabFile();
    await this.#fillBook();
    this.#memory.reserveIds();
    this.#labInstances.remember(this.#requestsOf(this.#labFile).map((request) => this.#addFromLab(request)));
    const stored = this.#memory.bringBack();
    await this.#control.listen();
    const starting = this.instances.filter((instance) => stored.get(instance.id) !== "stopped");
    for (const instance of starting) instance.start();
    await Promise.all(starting.map((instance) => instance.settled()));
    this.#exposures.tellAll();
    this.#warnIfCramped();
  }

  #warnIfCramped(): void {
    const { limit, left } = this.descriptors;
    if (left >= FEW_DESCRIPTORS) return;
    this.log.logger.warn(
      `few descriptors: ${limit} in all (ulimit -n), ${Math.max(0, left)} of them for peers; those over it are refused`,
    );
  }

  /** A tap on every entry costs something: only from when somebody wants it. */
  #startJournal(): void {
    if (this.#journal) return;
    this.#journal = openJournal(this.#database, (sentence) => this.log.logger.warn(sentence));
    const isWanted = (id: string) => this.#config.journal || this.find(id)?.spec.options.record === "full";
    journalStories(this.recorder, this.#journal, isWanted);
  }

  async loadRole(source: string, fileName: string): Promise<LoadedRole> {
    const loaded = await this.#library.load(source, fileName);
    // From here on new connections are the new role's; those under way, and their hub, finish on the old one.
    const instances = this.instances.filter((instance) => instance.role.name === loaded.role.name);
    for (const instance of instances) instance.role = loaded.role;
    return { ...loaded, instances };
  }

  #readLabFile(): LabFile {
    if (this.#config.lab === "none") return NO_LAB;
    const files = readdirSync(labsFolder).filter((file) => file.endsWith(".yaml"));
    const shipped = { folder: labsFolder, names: files.map((file) => path.basename(file, ".yaml")).sort() };
    const lab = readLabFile(findLabFile(this.#config.lab, shipped), this.roles);
    return shiftPorts(lab, this.roles, this.#config.portOffset);
  }

  /** A lab's names are a beginning: a book that has entries, its operator's or an earlier start's, stays as it is. */
  async #fillBook(): Promise<void> {
    const { book: file } = this.#labFile;
    if (file !== undefined && this.book.size === 0) await this.book.import(readBook(file));
  }

  #requestsOf(file: LabFile): SpawnRequest[] {
    const roles = file.roles.map(({ role, given }) => ({ role, given: this.#withHost(role, given) }));
    return this.#labInstances.withIds(file, roles);
  }

  #addFromLab(request: SpawnRequest): Instance {
    const instance = this.#supervisor.add(request);
    const { id, spec } = instance;
    for (const option of Object.keys(spec.made)) {
      const text = `has a random ${option}, another at each start: show ${id} --show-tokens tells it`;
      this.log.telemetry({ type: "instance.note", id, text });
    }
    return instance;
  }

  /** `--host` is for servers that say nothing themselves; a client's host is its server's. */
  #withHost(role: string, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const isServer = this.roles.get(role)?.side === "server";
    return this.#config.host && isServer ? { host: this.#config.host, ...given } : { ...given };
  }

  #onInstanceState(instance: Instance, from: string, to: string): void {
    const { telemetry } = this.log;
    const { id } = instance;
    telemetry({ type: "instance.state", id, from, to });
    if (to === "starting" && instance.spec.options.record === "full") this.#startJournal();
    if (to === "running" && instance.role.side === "server") {
      const { hosts, otherPorts = [] } = instance.service;
      const at = hosts.map((host) => formatHostPort({ host, port: instance.port })).join(" and ");
      const also = otherPorts.length > 0 ? `, and on port ${otherPorts.join(", ")} too` : "";
      telemetry({
        type: "instance.running",
        id,
        role: instance.role.name,
        at: `${at}/${instance.role.transport}${also}`,
      });
      this.#memory.keepPort(instance);
    }
    const why = instance.lastError ?? "unknown";
    if (to === "backingOff")
      telemetry(
        instance.waitsForPort
          ? { type: "instance.notice", id, text: `it waits for its port: ${why}` }
          : { type: "instance.backingOff", id, why },
      );
    if (to === "failed") telemetry({ type: "instance.failed", id, why });
  }

  // -- the lab -------------------------------------------------------------------------------------------------------

  get name(): string {
    return this.#labFile.name;
  }

  get instances(): readonly Instance[] {
    return this.#supervisor.instances;
  }

  find(idOrName: string): Instance | undefined {
    return this.#supervisor.find(idOrName);
  }

  async spawn(roleName: string, given: Readonly<Record<string, unknown>>): Promise<Instance> {
    if (this.#ending) throw new NetlabError("wrong-state/daemon-stopping");
    const role = this.#supervisor.role(roleName);
    const instance = this.#supervisor.add({
      role: role.name,
      given: this.#withHost(role.name, this.#withOffset(role.name, given)),
    });
    try {
      await this.#memory.remember(instance);
    } catch (error) {
      await this.#supervisor.remove(instance);
      throw error;
    }
    instance.start();
    await instance.settled();
    // Whoever is told its port finds it there again, also after a kill -9 in this very moment.
    await new Promise<void>((stored) => this.#database.settled(stored));
    return instance;
  }

  /** Under `--port-offset` a role's default port, and the registry that a client asks, are this lab's own. */
  #withOffset(roleName: string, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const role = this.roles.get(roleName);
    const { portOffset } = this.#config;
    if (!role || portOffset === 0) return { ...given };
    const shifted: Record<string, unknown> = role.port === 0 ? {} : { port: role.port + portOffset };
    const registry = this.instances.find((one) => one.role.name === "bootstrap");
    if (role.side === "client" && "bootstrap" in role.options.shape && registry) {
      shifted.bootstrap = `localhost:${registry.port}`;
    }
    return { ...shifted, ...given };
  }

  async start(instance: Instance): Promise<void> {
    await this.#memory.want(instance, "running");
    instance.start();
    await instance.settled();
  }

  async stop(instance: Instance): Promise<void> {
    await this.#memory.want(instance, "stopped");
    await this.#supervisor.stop(instance);
  }

  async restart(instance: Instance): Promise<void> {
    await this.#supervisor.stop(instance);
    await this.start(instance);
  }

  async remove(instance: Instance): Promise<void> {
    // Stored first: what the disk refuses has not happened.
    await this.#memory.forget(instance);
    await this.#supervisor.remove(instance);
  }

  /** Changes already asked for are there to be read. */
  async query(
    sql: string,
    { limit = 500, timeoutMs = 5_000, showTokens = false, signal }: LabQueryOptions = {},
  ): Promise<QueryResult> {
    await new Promise<void>((resolve) => this.#database.settled(resolve));
    const secretKeys = showTokens ? undefined : this.#secretOptions();
    return this.#queries.ask(sql, { limit, timeoutMs, secretKeys, signal });
  }

  async journaled(peer: PeerTerm): Promise<JournaledStory | undefined> {
    await new Promise<void>((resolve) => this.#database.settled(resolve));
    const { instance } = peer;
    const id = instance === undefined ? undefined : (this.find(instance)?.id ?? instance);
    const kept = openJournalReader(this.#database).read({ ...peer, instance: id });
    if (kept?.form !== "facts") return kept;
    return { form: "facts", story: storyFromJournal(kept.story, kept.rows, this.roles) };
  }

  #secretOptions(): string[] {
    const flags = [...this.roles.values()].flatMap(({ options }) => flagsOf(options));
    return [...new Set(flags.filter(({ isSecret }) => isSecret).map(({ key }) => key))];
  }

  /** Checks the lab file whole, then drops what it no longer names and adds what is new. Throws and changes nothing where it is wrong. */
  reloadLab(): Promise<void> {
    // One after the other: a second word must find what the first has made.
    const reload = this.#reloading.then(() => this.#reload());
    this.#reloading = reload.catch(() => undefined);
    return reload;
  }

  async #reload(): Promise<void> {
    if (this.#ending) throw new NetlabError("wrong-state/daemon-stopping");
    const next = this.#readLabFile();
    const wanted = this.#requestsOf(next);
    // A role whose options changed leaves and comes.
    const staying = this.instances.filter((one) => wanted.some((request) => isStill(request, one)));
    const leaving = this.instances.filter((one) => one.spec.isFromLab && !staying.includes(one));
    const coming = wanted.filter((request) => !staying.some((one) => one.id === request.id));
    this.#supervisor.checkAll(coming, leaving);
    this.#labFile = next;
    await this.#fillBook();
    // All at once: each may take its whole time to let its peers finish.
    await Promise.all(leaving.map((instance) => this.#supervisor.remove(instance)));
    const named = wanted.map((one) => staying.find(({ id }) => id === one.id) ?? this.#supervisor.add(one));
    this.#labInstances.remember(named);
    const added = named.filter((instance) => !staying.includes(instance));
    for (const instance of added) instance.start();
    await Promise.all(added.map((instance) => instance.settled()));
  }

  // -- the end -------------------------------------------------------------------------------------------------------

  /** What to do when an operator says `shutdown`. */
  onShutdown(handler: (why: string) => void): void {
    this.#onShutdown = handler;
  }

  shutdown(why: string): void {
    this.log.logger.info(`stopping: ${why}`);
    this.#onShutdown(why);
  }

  /** Drains to the limit and closes everything; the same promise for everybody who asks. */
  close(drainMs: number = DRAIN_MS): Promise<void> {
    this.#ending ??= this.#close(drainMs);
    return this.#ending;
  }

  async #close(drainMs: number): Promise<void> {
    this.#control.announceStop();
    await this.#supervisor.stopAll(drainMs);
    this.log.flush();
    await this.#control.close();
    this.#queries.close();
    this.#database.close();
  }
}
