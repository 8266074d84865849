/** The running daemon as its operators see it: the one interface between the REPL and everything else. */
import type { DescriptorBudget } from "../actors/descriptor-budget.ts";
import type { Instance } from "../actors/instance.ts";
import type { RoleTable } from "../catalogue/role-folder.ts";
import type { PeerTerm } from "../ids.ts";
import type { Log } from "../log.ts";
import type { Role } from "../machines/_role.ts";
import type { Clock, Registry } from "../machines/_world.ts";
import type { Evaluation, EvaluationOptions } from "../repl/evaluation/evaluation.ts";
import type { LabBook } from "../stores/address-book.ts";
import type { WordsRow } from "../stores/journal-reader.ts";
import type { Cell, QueryResult } from "../stores/queries.ts";
import type { KeptStory } from "../stories/kept-story.ts";
import type { Recorder } from "../stories/recorder.ts";

export type { Cell, Evaluation, WordsRow };

export interface Lab {
  readonly version: string;
  readonly pid: number;
  readonly startedAt: number;
  /** The lab file's name, or `none`. */
  readonly name: string;
  readonly socketPath: string;
  readonly dataFolder: string;
  readonly clock: Clock;
  readonly roles: RoleTable;
  readonly recorder: Recorder;
  readonly registry: Registry;
  readonly book: LabBook;
  readonly descriptors: DescriptorBudget;
  readonly log: Log;
  readonly instances: readonly Instance[];
  /** By id or name. */
  find(idOrName: string): Instance | undefined;
  /** Validates, stores, starts; resolves when it runs or has failed. Throws NetlabError. */
  spawn(role: string, given: Readonly<Record<string, unknown>>): Promise<Instance>;
  /** Each resolves when the instance has settled in its new state. */
  start(instance: Instance): Promise<void>;
  stop(instance: Instance): Promise<void>;
  restart(instance: Instance): Promise<void>;
  remove(instance: Instance): Promise<void>;
  /** Brings a role of somebody's own in from its source, or replaces it. Throws NetlabError with file, line and reason. */
  loadRole(source: string, fileName: string): Promise<LoadedRole>;
  /** A question to the database, in SQL, read only; secrets are masked unless shown. Rejects with a NetlabError. */
  query(sql: string, options?: LabQueryOptions): Promise<QueryResult>;
  /** What the journal has of a peer, of this run or an earlier one; undefined where it has nothing. */
  journaled(peer: PeerTerm): Promise<JournaledStory | undefined>;
  /** An operator's own place to evaluate code in; undefined: the daemon evaluates none. */
  readonly openEvaluation: ((options: EvaluationOptions) => Promise<Evaluation>) | undefined;
  /** Drains and ends the daemon; returns at once. */
  shutdown(why: string): void;
}

/** A peer in the journal: its story, or the words in which an older version told of it. */
export type JournaledStory =
  | { readonly form: "facts"; readonly story: KeptStory }
  | { readonly form: "words"; readonly rows: readonly WordsRow[] };

export interface LabQueryOptions {
  readonly limit?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly showTokens?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface LoadedRole {
  readonly role: Role;
  /** There was one of this name: its instances take the new one for new connections. */
  readonly isReplaced: boolean;
  readonly instances: readonly Instance[];
}
