/**
 * The lab of this process: documents, commands and news, over what plays it.
 *
 * Long, because every member of the lab is handed on here, and nothing else is done.
 */
import type { AnyMachineSnapshot, AnyStateMachine } from "xstate";
import type { DescriptorBudget } from "../actors/descriptor-budget.ts";
import type { Instance } from "../actors/instance.ts";
import { supervisionMachine } from "../actors/supervision.ts";
import type { RoleLibrary } from "../catalogue/role-library.ts";
import type { ClassLab } from "../class/class-lab.ts";
import type { RowsOptions, StudentRow } from "../class/student-row.ts";
import { NetlabError } from "../errors.ts";
import type { FaultBoard } from "../faults/fault-board.ts";
import type { PeerTerm } from "../ids.ts";
import type { Log, LogLine } from "../log.ts";
import type { HubMember, Role } from "../machines/_role.ts";
import type { Clock, Registry } from "../machines/_world.ts";
import type { LabBook } from "../stores/address-book.ts";
import type { Backup } from "../stores/backup.ts";
import type { KeptChecks, KeptReport } from "../stores/checks.ts";
import type { Forgotten } from "../stores/forgetting.ts";
import type { OwnRegistries } from "../stores/own-registries.ts";
import type { QueryResult } from "../stores/queries.ts";
import type { Recorder } from "../stories/recorder.ts";
import type { Story } from "../stories/story.ts";
import type { PlayedStory, PlayLimits, StoryToPlay } from "../stories/story-to-play.ts";
import type { Judged, StoryJudge } from "../stories/verdict.ts";
import { type ChangeListener, type InstanceChange, type LabTopic, Listeners } from "./changes.ts";
import type { ClusterView } from "./cluster-view.ts";
import { ConnectionCommands } from "./connection-commands.ts";
import type { ConnectionDocument } from "./documents.ts";
import { InstanceCommands, type InstanceCommandsParts } from "./instance-commands.ts";
import type {
  ByteListener,
  JournaledStory,
  Lab,
  LabAudit,
  LabFaults,
  LabQueryOptions,
  LabStatus,
  LoadedRole,
} from "./lab.ts";
import type { ConfirmLeaving, LabFileRoles } from "./lab-file-roles.ts";
import { type LabInstance, labInstance } from "./lab-instance.ts";
import type { Given } from "./spawn-defaults.ts";
import type { UserRoles } from "./user-roles.ts";

export interface LocalLabParts extends InstanceCommandsParts {
  readonly version: string;
  readonly socketPath: string;
  readonly dataFolder: string;
  readonly clock: Clock;
  readonly library: RoleLibrary;
  readonly file: LabFileRoles;
  readonly userRoles: UserRoles;
  readonly recorder: Recorder;
  readonly judge: StoryJudge;
  readonly registry: Registry;
  readonly ownRegistries: Pick<OwnRegistries, "list" | "of" | "watch">;
  readonly book: LabBook;
  readonly checks: KeptChecks;
  readonly audit: LabAudit;
  readonly descriptors: DescriptorBudget;
  readonly log: Log;
  readonly faults: FaultBoard;
  readonly playApart: Lab["playApart"];
  readonly web: Lab["web"];
  readonly cluster?: ClusterView | undefined;
}

export class LocalLab implements Lab {
  readonly pid = process.pid;
  readonly startedAt: number;
  readonly supervision: AnyStateMachine = supervisionMachine;
  readonly #parts: LocalLabParts;
  readonly #instances: InstanceCommands;
  readonly #connections: ConnectionCommands;
  readonly #instanceListeners = new Listeners<InstanceChange>();
  #isStopping = false;
  #onShutdown: (why: string) => void = () => undefined;

  constructor(parts: LocalLabParts) {
    this.#parts = parts;
    this.startedAt = parts.clock.now();
    this.#instances = new InstanceCommands(parts);
    this.#connections = new ConnectionCommands(parts);
  }

  get version(): string {
    return this.#parts.version;
  }

  get socketPath(): string {
    return this.#parts.socketPath;
  }

  get dataFolder(): string {
    return this.#parts.dataFolder;
  }

  get cluster(): ClusterView | undefined {
    return this.#parts.cluster;
  }

  get clock(): Clock {
    return this.#parts.clock;
  }

  get name(): string {
    return this.#parts.file.name;
  }

  get roles(): ReadonlyMap<string, Role> {
    return this.#parts.library.roles;
  }

  get registry(): Registry {
    return this.#parts.registry;
  }

  ownRegistrations(): ReturnType<Lab["ownRegistrations"]> {
    return this.#parts.ownRegistries.list();
  }

  ownRegistry(label: string): Registry {
    return this.#parts.ownRegistries.of(label);
  }

  get book(): LabBook {
    return this.#parts.book;
  }

  readonly faults: LabFaults = {
    add: async (request) => this.#parts.faults.settled(this.#parts.faults.add(request)),
    list: () => this.#parts.faults.list(),
    remove: async (id) => this.#parts.faults.remove(id),
  };

  // -- what there is now ---------------------------------------------------------------------------------------------

  playApart(role: Role, story: StoryToPlay, limits: PlayLimits): Promise<PlayedStory> {
    return this.#parts.playApart(role, story, limits);
  }

  web(): ReturnType<Lab["web"]> {
    return this.#parts.web();
  }

  fresh(withSnapshots: boolean): Promise<void> | undefined {
    const apart = this.#parts.supervisor.instances.filter(({ service }) => service.fresh);
    if (apart.length === 0) return undefined;
    return Promise.all(apart.map(({ service }) => service.fresh?.(withSnapshots))).then(() => undefined);
  }

  get instances(): readonly LabInstance[] {
    return this.#parts.supervisor.instances.map(labInstance);
  }

  find(idOrName: string): LabInstance | undefined {
    const instance = this.#parts.supervisor.find(idOrName);
    return instance && labInstance(instance);
  }

  members(id: string): readonly HubMember[] | undefined {
    return this.#parts.supervisor.find(id)?.service.members;
  }

  stories(): readonly Story[] {
    return this.#parts.recorder.all();
  }

  liveStories(): readonly Story[] {
    return this.#parts.recorder.live();
  }

  lastStory(): Story | undefined {
    return this.#parts.recorder.last;
  }

  liveView(connection: string) {
    return this.#connections.view(connection);
  }

  judged(story: Story): Judged {
    return this.#parts.judge.judged(story);
  }

  get class(): ClassLab | undefined {
    return this.#parts.file.class;
  }

  students(how?: RowsOptions): readonly StudentRow[] {
    return this.class?.rows(how) ?? [];
  }

  overhear(connection: string, listener: ByteListener) {
    return this.#connections.overhear(connection, listener);
  }

  buffers(connection: string, limitBytes: number) {
    return this.#connections.buffers(connection, limitBytes);
  }

  /** The machine's own, for the evaluation's view alone: it is no document. */
  snapshot(connection: string): AnyMachineSnapshot | undefined {
    return this.#parts.supervisor.control(connection)?.snapshot;
  }

  status(): LabStatus {
    const { recorder, descriptors } = this.#parts;
    return {
      connections: recorder.live().filter(({ subject }) => !subject.isInternal).length,
      recordedBytes: recorder.costBytes,
      descriptorLimit: descriptors.limit,
      descriptorsLeft: descriptors.left,
    };
  }

  logLines(): readonly LogLine[] {
    return this.#parts.log.lines();
  }

  // -- news ----------------------------------------------------------------------------------------------------------

  subscribe<Topic extends LabTopic>(
    topic: Topic,
    listener: ChangeListener<Topic>,
    wants?: (story: Story) => boolean,
  ): () => void {
    return this.#sources[topic](listener as never, wants);
  }

  readonly #sources: {
    [Topic in LabTopic]: (listener: ChangeListener<Topic>, wants?: (story: Story) => boolean) => () => void;
  } = {
    instances: (listener) => this.#instanceListeners.add(listener),
    connections: (listener) =>
      this.#parts.recorder.watch((story) =>
        listener({ kind: story.endedAt === undefined ? "opened" : "closed", story }),
      ),
    entries: (listener, wants) =>
      this.#parts.recorder.tap((story, entry) => listener({ story, entry }), wants),
    registry: (listener) => {
      const { registry, ownRegistries } = this.#parts;
      const ends = [registry, ownRegistries].map((one) => one.watch(() => listener(undefined)));
      return () => {
        for (const end of ends) end();
      };
    },
    log: (listener) => this.#parts.log.follow(listener),
  };

  /** To be told by the supervisor. */
  instanceMoved(instance: Instance, from: string, to: string): void {
    const { id } = instance;
    this.#instanceListeners.notify({ kind: "state", id, from, to, instance: labInstance(instance) });
  }

  instanceRemoved({ id }: Instance): void {
    this.#instanceListeners.notify({ kind: "removed", id });
  }

  // -- commands to instances -----------------------------------------------------------------------------------------

  async spawn(role: string, given: Given): Promise<LabInstance> {
    this.#checkRuns();
    return this.#instances.spawn(role, given);
  }

  readonly start: Lab["start"] = (...args) => this.#instances.start(...args);
  readonly stop: Lab["stop"] = (...args) => this.#instances.stop(...args);
  readonly restart: Lab["restart"] = (...args) => this.#instances.restart(...args);
  readonly remove: Lab["remove"] = (...args) => this.#instances.remove(...args);
  readonly say: Lab["say"] = (...args) => this.#instances.say(...args);

  // -- commands to connections ---------------------------------------------------------------------------------------

  readonly send: Lab["send"] = (...args) => this.#connections.send(...args);
  readonly event: Lab["event"] = (...args) => this.#connections.event(...args);
  readonly fin: Lab["fin"] = (...args) => this.#connections.fin(...args);
  readonly rst: Lab["rst"] = (...args) => this.#connections.rst(...args);
  readonly kick: Lab["kick"] = (...args) => this.#connections.kick(...args);
  readonly kill: Lab["kill"] = (...args) => this.#connections.kill(...args);

  // -- commands to the daemon ----------------------------------------------------------------------------------------

  loadRole(source: string, fileName: string): Promise<LoadedRole> {
    return this.#parts.userRoles.load(source, fileName);
  }

  async unloadRole(name: string): Promise<void> {
    this.#parts.userRoles.unload(name);
  }

  /** Reads the lab file again. Throws and changes nothing where it is wrong. */
  async reload(confirm?: ConfirmLeaving): Promise<void> {
    this.#checkRuns();
    await this.#parts.file.reload(confirm);
  }

  get audit(): LabAudit {
    return this.#parts.audit;
  }

  query(sql: string, options?: LabQueryOptions): Promise<QueryResult> {
    return this.#parts.questions.query(sql, options);
  }

  async keepCheck(report: KeptReport): Promise<number> {
    const run = await this.#parts.checks.add(report);
    this.class?.onChecks();
    return run;
  }

  backUp(file: string): Promise<Backup> {
    return this.#parts.questions.backUp(file, this.version);
  }

  forgetStudent(names: readonly string[]): Promise<Forgotten> {
    return this.#parts.questions.forgetStudent(names);
  }

  async journaled(peer: PeerTerm): Promise<JournaledStory | undefined> {
    const { instance } = peer;
    const id = instance === undefined ? undefined : (this.find(instance)?.id ?? instance);
    const found = await this.#parts.questions.journaled({ ...peer, instance: id });
    if (found?.form === "facts") {
      const { subject } = found.story;
      subject.label = this.class?.shownLabel(subject.label) ?? subject.label;
    }
    return found;
  }

  async journaledOf(label: string, most: number): Promise<readonly ConnectionDocument[]> {
    const student = this.class?.find(label);
    // Labels were the other name before the class was given pseudonyms, or was rid of them.
    const labels = student ? [student.id, student.pseudonym] : [label];
    const found = await this.#parts.questions.journaledOf(labels, most, (story) => this.judged(story));
    return student ? found.map((one) => ({ ...one, label: student.shown })) : found;
  }

  reportFault(error: unknown, sentence: string): void {
    this.#parts.log.logger.error({ err: error }, sentence);
  }

  shutdown(why: string): void {
    this.#parts.log.logger.info(`stopping: ${why}`);
    this.#onShutdown(why);
  }

  /** Sets what an operator's `shutdown` does. */
  onShutdown(handler: (why: string) => void): void {
    this.#onShutdown = handler;
  }

  /** From here on nothing is added any more. */
  markStopping(): void {
    this.#isStopping = true;
  }

  #checkRuns(): void {
    if (this.#isStopping) throw new NetlabError("wrong-state/daemon-stopping");
  }
}
