/** Questions to the database. Changes that were asked for before are there to be read. */

import type { RoleTable } from "../catalogue/role-folder.ts";
import { NetlabError } from "../errors.ts";
import type { PeerTerm } from "../ids.ts";
import { storyFromJournal } from "../journaling.ts";
import { secretKeysOf } from "../machines/_options.ts";
import type { Backup } from "../stores/backup.ts";
import type { LabDatabase } from "../stores/database.ts";
import { type Forgotten, forgetStudent } from "../stores/forgetting.ts";
import { openJournalReader } from "../stores/journal-reader.ts";
import type { Queries, QueryResult } from "../stores/queries.ts";
import { STORY_VERSION } from "../stories/entry.ts";
import type { JournaledStory, LabQueryOptions } from "./lab.ts";

const MAX_ROWS = 500;
const MAX_MS = 5_000;

export class DatabaseQuestions {
  readonly #database: LabDatabase;
  readonly #queries: Queries;
  readonly #roles: RoleTable;

  constructor(database: LabDatabase, queries: Queries, roles: RoleTable) {
    this.#database = database;
    this.#queries = queries;
    this.#roles = roles;
  }

  /** Resolves when all that was asked for is durable. */
  settled(): Promise<void> {
    return new Promise((resolve) => this.#database.settled(resolve));
  }

  async query(
    sql: string,
    {
      limit = MAX_ROWS,
      timeoutMs = MAX_MS,
      showTokens = false,

      week,
      signal,
    }: LabQueryOptions = {},
  ): Promise<QueryResult> {
    await this.settled();
    const secretKeys = [...new Set([...this.#roles.values()].flatMap(secretKeysOf))];
    return this.#queries.ask(sql, {
      limit,
      timeoutMs,
      secretKeys: showTokens ? undefined : secretKeys,
      week,
      signal,
    });
  }

  async backUp(file: string, version: string): Promise<Backup> {
    await this.settled();
    const { backUp } = await import("../stores/backup.ts");
    return backUp(this.#database, file, version);
  }

  async forgetStudent(names: readonly string[]): Promise<Forgotten> {
    await this.settled();
    return forgetStudent(this.#database, names, [...this.#roles.keys()]);
  }

  /** `peer.instance` is an id here, or absent. */
  async journaled(peer: PeerTerm): Promise<JournaledStory | undefined> {
    await this.settled();
    const kept = openJournalReader(this.#database).read(peer);
    if (kept?.form !== "facts") return kept;
    const { id, version } = kept.story;
    if (version !== STORY_VERSION)
      throw new NetlabError("wrong-state/story-version", { id, version, known: STORY_VERSION });
    return { form: "facts", story: storyFromJournal(kept.story, kept.rows) };
  }
}
