/**
 * The daemon: wires configuration → stores → supervisor → lab → control socket, and does nothing else.
 *
 * 1. The data folder is locked and the database opened; a second daemon on it ends here.
 * 2. The lab file is read and checked whole; then its roles are added, then those an operator spawned before.
 * 3. All start at once; one that cannot is `failed` and says why, the others run.
 * 4. Operators come in through the control socket.
 * 5. On the way out: no new peers, those under way finish to a limit, the database is checkpointed.
 *
 * Long, because it names every part of a daemon once, in the order in which they start.
 */
import { mkdirSync } from "node:fs";
import path from "node:path";
import type { Admission } from "./actors/admission.ts";
import { systemClock } from "./actors/clock.ts";
import { DescriptorBudget } from "./actors/descriptor-budget.ts";
import { localFiles } from "./actors/files.ts";
import { DRAIN_MS, type Instance } from "./actors/instance.ts";
import { LocalHubs } from "./actors/local-hubs.ts";
import { surveyPort } from "./actors/port-survey.ts";
import { ProgramWatch } from "./actors/program-watch.ts";
import { localPrograms } from "./actors/programs.ts";
import type { Environment } from "./actors/service.ts";
import { Supervisor } from "./actors/supervisor.ts";
import { Apartment } from "./apart/apartment.ts";
import type { RoleTable } from "./catalogue/role-folder.ts";
import { RoleLibrary } from "./catalogue/role-library.ts";
import { shippedRoles } from "./catalogue/shipped-roles.ts";
import { openClasses } from "./class-keeper.ts";
import { busLabName } from "./cluster-config.ts";
import { type JoinCluster, joinByBus, openToNodes } from "./cluster-join.ts";
import type { Cluster } from "./cluster-keeper.ts";
import { type Config, version } from "./config.ts";
import { ControlServer } from "./control/control-server.ts";
import type { OpenEvaluation } from "./control/operator-session.ts";
import { newLog, openDatabase, openStores, type Stores, tokensIn } from "./daemon-parts.ts";
import { messageOf } from "./errors.ts";
import { Evidence } from "./evidence.ts";
import { Exposures } from "./exposures.ts";
import { FaultBoard } from "./faults/fault-board.ts";
import { Ids } from "./ids.ts";
import { Judge } from "./judging.ts";
import { DatabaseQuestions } from "./lab/database-questions.ts";
import { InstanceMemory } from "./lab/instance-memory.ts";
import { StartTelemetry, telemetryOfMove, telemetryOfSecrets } from "./lab/instance-telemetry.ts";
import type { LabClass } from "./lab/lab-class.ts";
import { LabEntryIds } from "./lab/lab-entry-ids.ts";
import { LabFileRoles } from "./lab/lab-file-roles.ts";
import { LocalLab } from "./lab/local-lab.ts";
import { RegisteredTelemetry } from "./lab/registered-telemetry.ts";
import { SpawnDefaults } from "./lab/spawn-defaults.ts";
import { UserRoles } from "./lab/user-roles.ts";
import type { Log } from "./log.ts";
import type { Clock } from "./machines/_world.ts";
import { OpsKeeper } from "./ops-keeper.ts";
import { isOnlyInTimeWait } from "./os/proc.ts";
import { rootFolder } from "./places.ts";
import { startAdvice } from "./start-advice.ts";
import { openAudit } from "./stores/audit.ts";
import { openKeptChecks } from "./stores/checks.ts";
import type { LabDatabase } from "./stores/database.ts";
import { openInstances } from "./stores/instances.ts";
import { openLabEntries } from "./stores/lab-entries.ts";
import { openNumbers } from "./stores/numbers.ts";
import { Queries } from "./stores/queries.ts";
import { Recorder } from "./stories/recorder.ts";
import { WebKeeper } from "./web-keeper.ts";

export interface DaemonParts {
  readonly clock?: Clock;
  readonly roles?: RoleTable;
  /** False while a REPL is about to have the terminal: lines are remembered for `logs`. */
  readonly isLogShown?: boolean;
  /** Way into the cluster, where the daemon is to be a part of one. */
  readonly joinCluster?: JoinCluster;
}

export class Daemon {
  readonly lab: LocalLab;
  readonly log: Log;
  readonly recorder: Recorder;
  readonly supervisor: Supervisor;
  readonly #config: Config;
  readonly #clock: Clock;
  readonly #library: RoleLibrary;
  readonly #exposures: Exposures;
  readonly #registered: RegisteredTelemetry;
  readonly #database: LabDatabase;
  readonly #queries: Queries;
  readonly #programWatch: ProgramWatch | undefined;
  readonly #descriptors = DescriptorBudget.ofProcess();
  readonly #faults: FaultBoard;
  readonly #evidence: Evidence;
  readonly #judge: Judge;
  readonly #memory: InstanceMemory;
  readonly #file: LabFileRoles;
  readonly #control: ControlServer;
  readonly #admission: Admission = { gate: undefined };
  /** For those who look on, where it is wanted. */
  readonly #observe: ControlServer | undefined;
  readonly #web: WebKeeper;
  readonly #starting: StartTelemetry;
  readonly #ops: OpsKeeper;
  /** Undefined: the daemon is a lab of its own. */
  readonly #cluster: Cluster | undefined;
  #ending: Promise<void> | undefined;

  static async start(config: Config, parts: DaemonParts = {}): Promise<Daemon> {
    const roles = parts.roles ?? (await shippedRoles());
    const { clock = systemClock, joinCluster = joinByBus } = parts;
    const cluster = config.cluster && (await joinCluster(config.cluster, busLabName(config.lab), clock));
    let daemon: Daemon | undefined;
    try {
      daemon = new Daemon(config, roles, clock, cluster);
      daemon.log.show(parts.isLogShown ?? true);
      await daemon.#start();
      return daemon;
    } catch (error) {
      await (daemon ? daemon.close(0) : cluster?.leave());
      throw error;
    }
  }

  private constructor(config: Config, roles: RoleTable, clock: Clock, cluster: Cluster | undefined) {
    const { dataFolder, socketPath } = config;
    this.#config = config;
    this.#clock = clock;
    this.#cluster = cluster;
    this.log = newLog(config);
    this.#library = new RoleLibrary(
      roles,
      path.join(dataFolder, "roles"),
      async (file) => {
        const { tryModule } = await import("./apart/trial.ts");
        await tryModule(file, path.join(dataFolder, "downloads"));
      },
      (role, name, error) =>
        this.log.logger.warn(`the role ${role}: ${name} is not called any more: ${messageOf(error)}`),
    );
    this.#starting = new StartTelemetry(this.log.telemetry);
    this.#registered = new RegisteredTelemetry({
      emit: this.log.telemetry,
      clock,
      instances: () => this.supervisor.instances,
    });
    this.#exposures = new Exposures(this.#registered.telemetry);
    this.#database = openDatabase(config, this.log);
    this.#queries = new Queries(this.#database.file);
    const stores = openStores(this.#database, { log: this.log, clock, cluster });
    const { book } = stores;
    this.recorder = new Recorder(clock, { budgetBytes: config.recordMemoryBytes });
    this.#programWatch = config.proc ? this.#newProgramWatch(clock) : undefined;
    this.#evidence = new Evidence({
      database: this.#database,
      recorder: this.recorder,
      clock,
      isWanted: config.journal,
      tokens: () => tokensIn(stores),
      lab: () => ({ name: this.#file.name, class: this.#file.class, keep: this.#file.keep }),
      isRecordedInFull: (id) => this.supervisor.find(id)?.spec.options.record === "full",
      say: (sentence, level) => this.log.logger[level](sentence),
    });
    this.#faults = new FaultBoard({
      clock,
      find: (connection) => this.recorder.find(connection),
      live: () => this.recorder.live(),
      linkOf: (connection) => this.supervisor.control(connection)?.link,
      distantLines: (target) => this.supervisor.find(target.split("/")[0] ?? "")?.service.lines,
    });
    this.supervisor = new Supervisor(this.#library.roles, this.#environment(stores), {
      onState: (instance, from, to) => this.#onInstanceState(instance, from, to),
      onRemoved: (instance) => {
        this.#faults.forget(instance.id);
        this.lab.instanceRemoved(instance);
      },
    });
    this.log.labelOf = (instance) => this.supervisor.find(instance)?.spec.options.label;
    const defaults = new SpawnDefaults(config, this.#library.roles);
    this.#memory = new InstanceMemory(openInstances(this.#database), this.supervisor, this.log, clock);
    const userRoles = new UserRoles(this.#library, this.supervisor);
    this.#file = new LabFileRoles(config, {
      supervisor: this.supervisor,
      defaults,
      userRoles,
      faults: this.#faults,
      classes: this.#newClasses(dataFolder, clock),
      warn: (sentence) => this.log.logger.warn(sentence),
      book,
      entries: new LabEntryIds(openLabEntries(this.#database), (error) =>
        this.log.logger.warn(messageOf(error)),
      ),
    });
    this.#judge = new Judge({
      recorder: this.recorder,
      lab: () => this.lab,
      onJudged: (story) => {
        this.#evidence.journal.keepJudged(story);
        if (story.judged) this.#file.class?.onJudged(story, story.judged);
        this.#ops.judged(story);
      },
      onLooked: (story) => this.#evidence.journal.keepJudged(story),
      pairs: async (client, server) => {
        const { lookAtPair } = await import("./onlooker/proxied.ts");
        const found = await lookAtPair({ client, server }, { roles: this.#library.roles, now: clock.now() });
        return typeof found === "object" ? found.judged : undefined;
      },
    });
    this.#ops = new OpsKeeper({
      lab: () => this.lab,
      env: process.env,
      warn: (sentence) => this.log.logger.warn(sentence),
      onExposed: (at) =>
        this.log.telemetry({ type: "instance.exposed", id: "metrics", at, what: "health and metrics" }),
    });
    this.#web = new WebKeeper({
      dataFolder,
      lab: () => this.lab,
      log: this.log,
      prepare: () => this.prepare(),
      openEvaluation: config.eval ? this.#openEvaluation : undefined,
    });
    this.lab = new LocalLab({
      version,
      socketPath,
      dataFolder,
      clock,
      library: this.#library,
      supervisor: this.supervisor,
      defaults,
      memory: this.#memory,
      file: this.#file,
      userRoles,
      recorder: this.recorder,
      judge: this.#judge,
      ...stores,
      checks: openKeptChecks(this.#database),
      audit: openAudit(this.#database),
      questions: new DatabaseQuestions(this.#database, this.#queries, this.#library.roles),
      descriptors: this.#descriptors,
      log: this.log,
      faults: this.#faults,
      web: this.#web.web,
      cluster: cluster?.view,
      playApart: async (role, story, limits) => {
        const { replayApart } = await import("./apart/replay-apart.ts");
        return replayApart(dataFolder, role, story, limits);
      },
    });
    const host = this.#host();
    this.#control = new ControlServer(host, { path: socketPath, level: "own", name: "control socket" });
    this.#observe =
      config.observe &&
      new ControlServer(host, { ...config.observe, level: "observe", name: "observe socket" });
  }

  #host() {
    return {
      lab: this.lab,
      descriptors: this.#descriptors,
      openEvaluation: this.#config.eval ? this.#openEvaluation : undefined,
      prepare: () => this.prepare(),
    };
  }

  #environment({ registry, ownRegistries, book: addressBook }: Stores): Environment {
    const { dataFolder } = this.#config;
    const downloads = path.join(dataFolder, "downloads");
    mkdirSync(downloads, { recursive: true });
    const rootOf = (root: string) => rootFolder(dataFolder, root);
    const numbers = openNumbers(this.#database);
    const ids = new Ids(
      (name) => (name.startsWith("instance/") ? numbers.exact(name) : numbers.inBlocks(name)),
      this.#config.cluster?.node,
    );
    const apartment = new Apartment({
      dataFolder,
      ids,
      book: addressBook,
      mayLook: this.#config.proc !== false,
    });
    return {
      clock: this.#clock,
      random: Math.random,
      files: localFiles(rootOf, downloads),
      programs: localPrograms(rootOf),
      registry,
      ownRegistry: (label) => ownRegistries.of(label),
      addressBook,
      recorder: this.recorder,
      telemetry: this.#exposures.telemetry,
      descriptors: this.#descriptors,
      isLingering: isOnlyInTimeWait,
      ...(this.#programWatch ? { surveyPort } : {}),
      hubs: this.#cluster?.hubs ?? new LocalHubs(),
      onLink: this.#faults.onLink,
      admission: this.#admission,
      ids,
      apart: apartment.serviceOf,
    };
  }

  #newClasses(dataFolder: string, clock: Clock): LabClass {
    return openClasses({
      database: this.#database,
      dataFolder,
      portOffset: this.#config.portOffset,
      clock,
      descriptors: this.#descriptors,
      admission: this.#admission,
      recorder: this.recorder,
      judged: (story) => this.#judge.judged(story),
      judgedAgain: (story) => this.#judge.judgedAgain(story),
      prepare: () => this.prepare(),
      roles: this.#library.roles,
      members: (instance) => this.supervisor.find(instance)?.service.members,
      log: this.log,
    });
  }

  #newProgramWatch(clock: Clock): ProgramWatch {
    return new ProgramWatch({
      recorder: this.recorder,
      clock,
      optionsOf: ({ subject }) => this.supervisor.find(subject.instance)?.spec.options,
    });
  }

  /** Loads what the first question and the first ended connection want: a start is ready without it. */
  prepare(): Promise<void> {
    return this.#judge.open();
  }

  /** The only way to the evaluator: without it, and before it is wanted, its code is not even loaded. */
  readonly #openEvaluation: OpenEvaluation = async (options) =>
    new (await import("./repl/evaluation/evaluation.ts")).Evaluation(this.lab, options);

  async #start(): Promise<void> {
    await this.#library.loadSaved((sentence) => this.log.logger.warn(sentence));
    this.#memory.reserveIds();
    const added = await this.#file.addAll();
    this.#evidence.start();
    for (const event of added.flatMap(telemetryOfSecrets)) this.log.telemetry(event);
    const stored = this.#memory.bringBack();
    await this.#control.listen();
    await this.#observe?.listen();
    openToNodes(this.#cluster, this.#host(), this.log);
    await this.#ops.listen(this.#config.metrics);
    this.#programWatch?.start();
    const starting = this.supervisor.instances.filter(({ id }) => stored.get(id) !== "stopped");
    this.#starting.begin(starting);
    for (const instance of starting) instance.start();
    await Promise.all(starting.map((instance) => instance.settled()));
    this.#starting.end();
    await this.#web.bringBack();
    this.#exposures.emitAll();
    const { portOffset } = this.#config;
    for (const advice of startAdvice(this.supervisor.instances, portOffset, this.#descriptors))
      this.log.logger.warn(advice);
    await this.#ops.ready();
  }

  /** Address at which health and metrics are asked; undefined: nowhere. */
  get metricsAddress(): string | undefined {
    return this.#ops.address;
  }

  #onInstanceState(instance: Instance, from: string, to: string): void {
    for (const event of telemetryOfMove(instance, from, to)) this.#starting.telemetry(event);
    if (to === "starting" && instance.spec.options.record === "full") this.#evidence.journal.start();
    if (to === "running" && instance.role.side !== "client") this.#memory.keepPort(instance);
    this.lab.instanceMoved(instance, from, to);
  }

  /** Drains to the limit and closes everything; the same promise for everybody who asks. */
  close(drainMs: number = DRAIN_MS): Promise<void> {
    this.#ending ??= this.#close(drainMs);
    return this.#ending;
  }

  async #close(drainMs: number): Promise<void> {
    this.lab.markStopping();
    const told = this.#ops.stopping();
    this.#programWatch?.stop();
    this.#control.announceStop();
    this.#observe?.announceStop();
    await this.#web.end();
    // Hubs go on elsewhere before their members here are told goodbye.
    await this.#cluster?.hubs.drain().catch((error: unknown) => this.log.logger.warn(messageOf(error)));
    await this.supervisor.stopAll(drainMs);
    await this.#cluster?.leave();
    this.#registered.flush();
    this.log.flush();
    await Promise.all([this.#control.close(), this.#observe?.close()]);
    await this.#judge.settle();
    await Promise.all([told, this.#ops.close()]);
    this.#queries.close();
    this.#database.close();
  }
}
