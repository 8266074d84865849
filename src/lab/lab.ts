/**
 * The running daemon as its operators see it, be it in a terminal, in a script or on a page: documents of this moment,
 * commands that answer when they are done, and news by topic. Nothing that acts goes through it.
 */
import type { AnyStateMachine } from "xstate";
import type { ClassLab } from "../class/class-lab.ts";
import type { RowsOptions, StudentRow } from "../class/student-row.ts";
import type { FaultDocument, FaultRequest } from "../faults/fault-board.ts";
import type { PeerTerm } from "../ids.ts";
import type { LogLine } from "../log.ts";
import type { HubMember, Role, SayOptions } from "../machines/_role.ts";
import type { Clock, Registration, Registry } from "../machines/_world.ts";
import type { LabBook } from "../stores/address-book.ts";
import type { Audit, AuditRow } from "../stores/audit.ts";
import type { Backup } from "../stores/backup.ts";
import type { KeptReport } from "../stores/checks.ts";
import type { Forgotten } from "../stores/forgetting.ts";
import type { WordsRow } from "../stores/journal-reader.ts";
import type { Cell, QueryResult } from "../stores/queries.ts";
import type { KeptStory } from "../stories/kept-story.ts";
import type { LiveView } from "../stories/live-view.ts";
import type { Story } from "../stories/story.ts";
import type { PlayedStory, PlayLimits, StoryToPlay } from "../stories/story-to-play.ts";
import type { Judged } from "../stories/verdict.ts";
import type { ChangeListener, LabTopic } from "./changes.ts";
import type { ClusterView } from "./cluster-view.ts";
import type { ConnectionDocument } from "./documents.ts";
import type { LabInstance } from "./lab-instance.ts";
import type { LabWeb } from "./lab-web.ts";

export type { AuditRow, Cell, LabInstance, StudentRow, WordsRow };

/** Record of what operators did. */
export type LabAudit = Pick<Audit, "add" | "since">;

/** Lines that are made worse on purpose. Each throws a NetlabError where it does not fit. */
export interface LabFaults {
  add(request: FaultRequest): Promise<FaultDocument>;
  list(): readonly FaultDocument[];
  /** Answers it as it was. */
  remove(id: string): Promise<FaultDocument>;
}

/** Must be quick, and must not write to the bytes. */
export type ByteListener = (kind: "in" | "out", bytes: Buffer) => void;

export interface Lab {
  readonly version: string;
  readonly pid: number;
  readonly startedAt: number;
  /** The lab file's name, or `none`. */
  readonly name: string;
  readonly socketPath: string;
  readonly dataFolder: string;
  readonly clock: Clock;
  /** The nodes that are this lab together; undefined: this daemon alone is it. */
  readonly cluster?: ClusterView | undefined;

  // -- definitions
  readonly roles: ReadonlyMap<string, Role>;
  /** The chart by which every instance is supervised. */
  readonly supervision: AnyStateMachine;

  // -- what there is now
  /**
   * Brings what is told of instances in other processes up to this moment; undefined where there are none. `withSnapshots`: what their
   * machines remember, too.
   */
  fresh?(withSnapshots: boolean): Promise<void> | undefined;
  /** Plays a story again to a user's role, in a process. Rejects with a NetlabError where the role did not live to the end of it. */
  playApart(role: Role, story: StoryToPlay, limits: PlayLimits): Promise<PlayedStory>;
  readonly instances: readonly LabInstance[];
  /** By id or name. */
  find(idOrName: string): LabInstance | undefined;
  /** Peers by the names that they gave; undefined where its peers give none. */
  members(instance: string): readonly HubMember[] | undefined;
  /** Stories of all peers: live ones, then ended ones, each oldest first. */
  stories(): readonly Story[];
  liveStories(): readonly Story[];
  /** The connection that began last. */
  lastStory(): Story | undefined;
  /** A live connection as it is at this moment; undefined where it has ended. */
  liveView(connection: string): LiveView | undefined;
  /** Verdict and cards of a story: of a live one as of now, of an ended one as it was judged once. */
  judged(story: Story): Judged;
  /** Bytes on their way through a live connection; undefined where it has ended. */
  buffers(connection: string, limitBytes: number): ConnectionBuffers | undefined;
  /** Tells each byte that goes over a live connection from now on, until the answer is called; undefined where it has ended, or is another process's. */
  overhear(connection: string, listener: ByteListener): (() => void) | undefined;
  /** The class that the lab is for; undefined: for none. */
  readonly class?: LabClassView | undefined;
  /** A class at a glance, a row a student, in the order of their places; none where the lab is no class. */
  students(how?: RowsOptions): readonly StudentRow[];
  readonly registry: LabRegistry;
  /** Registries of single students and groups: what is in them, by label. */
  ownRegistrations(): ReadonlyMap<string, readonly Registration[]>;
  /** The one of this label, whether something is in it or not. */
  ownRegistry(label: string): LabRegistry;
  readonly book: LabBook;
  readonly faults: LabFaults;
  readonly audit: LabAudit;
  /** The page: its code is loaded with the first question. */
  web(): Promise<LabWeb>;
  status(): LabStatus;
  logLines(): readonly LogLine[];

  // -- news
  /**
   * Returns what ends it. The listener must be quick. `wants`, of entries: those of other stories are not even made, so that following one
   * role costs another nothing.
   */
  subscribe<Topic extends LabTopic>(
    topic: Topic,
    listener: ChangeListener<Topic>,
    wants?: (story: Story) => boolean,
  ): () => void;

  // -- commands to instances: each resolves when it has settled in its new state, and throws a NetlabError
  spawn(role: string, given: Readonly<Record<string, unknown>>): Promise<LabInstance>;
  start(instance: string): Promise<LabInstance>;
  stop(instance: string): Promise<LabInstance>;
  restart(instance: string): Promise<LabInstance>;
  /** Resolves to what it was. */
  remove(instance: string): Promise<LabInstance>;
  /** Speaks for a room, or as a client's user; resolves to what came of it. */
  say(instance: string, text: string, options: SayOptions): Promise<string>;

  // -- commands to connections: each throws where there is none, or it has ended
  send(connection: string, bytes: Uint8Array): Promise<ConnectionDocument>;
  /** Throws where the present state does not take the event. */
  event(connection: string, event: ConnectionEvent): Promise<ConnectionDocument>;
  fin(connection: string): Promise<FinOutcome>;
  rst(connection: string): Promise<ConnectionDocument>;
  /** Shows the door to those of them that live; answers them. */
  kick(connections: readonly string[]): Promise<ConnectionDocument[]>;
  /** Ends those of them that live; answers them as they were. */
  kill(connections: readonly string[]): Promise<ConnectionDocument[]>;

  // -- commands to the daemon
  /** Brings a user's role in from its source, or replaces it. Throws NetlabError with file, line and reason. */
  loadRole(source: string, fileName: string): Promise<LoadedRole>;
  /** Forgets a role that was loaded. Throws where an instance plays it, and where it is not `load`'s. */
  unloadRole(name: string): Promise<void>;
  /** Adds the results of a check to the database; answers the number of the run there. Rejects with a NetlabError. */
  keepCheck(report: KeptReport): Promise<number>;
  /** A question to the database, in SQL, read only; secrets are masked unless shown. Rejects with a NetlabError. */
  query(sql: string, options?: LabQueryOptions): Promise<QueryResult>;
  /** Copies the data folder into a file, by its absolute path. Rejects with a NetlabError. */
  backUp(file: string): Promise<Backup>;
  /** Removes what the journal, the results and the audit have of a student, by these labels. */
  forgetStudent(names: readonly string[]): Promise<Forgotten>;
  /** Story that the journal has of a peer, of this run or an earlier one; undefined where it has nothing. */
  journaled(peer: PeerTerm): Promise<JournaledStory | undefined>;
  /** Connections of a label, or of a student by any name, that the journal has, the newest first; each with the name that screens show now. */
  journaledOf(label: string, most: number): Promise<readonly ConnectionDocument[]>;
  /** A fault of our own, for the log. */
  reportFault(error: unknown, sentence: string): void;
  /** Drains and ends the daemon; returns at once. */
  /**
   * Reads the lab file again. Rejects and changes nothing where it is wrong, or where students would leave the class and `confirm` does not
   * let them.
   */
  reload(confirm?: (students: readonly string[]) => Promise<boolean>): Promise<void>;
  shutdown(why: string): void;
}

/** The class as its instructor sees it and acts on it. */
export type LabClassView = Pick<
  ClassLab,
  | "name"
  | "plan"
  | "students"
  | "groups"
  | "groupOf"
  | "kindOf"
  | "find"
  | "former"
  | "hints"
  | "hint"
  | "gate"
  | "stored"
  | "setGate"
  | "results"
  | "who"
  | "forget"
>;

export type LabRegistry = Pick<Registry, "list" | "register" | "deregister">;

export interface FinOutcome {
  readonly connection: ConnectionDocument;
  /** Otherwise it goes behind what is under way. */
  readonly isAtOnce: boolean;
}

export interface ConnectionBuffers {
  /** The first bytes that no state has read yet. */
  readonly unread: Buffer;
  readonly unreadBytes: number;
  /** Bytes that wait for a peer that does not read. */
  readonly queuedBytes: number;
}

export interface ConnectionEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface LabStatus {
  /** Peers, without questions of our own. */
  readonly connections: number;
  readonly recordedBytes: number;
  /** Infinite where there is none. */
  readonly descriptorLimit: number;
  readonly descriptorsLeft: number;
}

/** A peer in the journal: its story, or the words in which an older version told of it. */
export type JournaledStory =
  | { readonly form: "facts"; readonly story: KeptStory }
  | { readonly form: "words"; readonly rows: readonly WordsRow[] };

export interface LabQueryOptions {
  readonly limit?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly showTokens?: boolean | undefined;
  /** The audit is not for who asks. */
  readonly isAuditClosed?: boolean | undefined;
  /** A week of the journal, `2026-W49`; undefined: the newest ones. */
  readonly week?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface LoadedRole {
  readonly role: Role;
  /** There was one of this name: its instances take the new one for new connections. */
  readonly isReplaced: boolean;
  /** Ids of its instances, which play it now. */
  readonly instances: readonly string[];
  /** Instances that were given what this edition does not take: they keep the one they have. */
  readonly unfit: readonly { readonly id: string; readonly why: string }[];
}
