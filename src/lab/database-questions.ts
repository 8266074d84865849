/** Questions to the database. Changes that were asked for before are there to be read. */

import type { RoleTable } from "../catalogue/role-folder.ts";
import { NetlabError } from "../errors.ts";
import { type PeerTerm, parsePeerTerm } from "../ids.ts";
import { storyFromJournal } from "../journaling.ts";
import { secretKeysOf } from "../machines/_options.ts";
import type { Backup } from "../stores/backup.ts";
import type { LabDatabase } from "../stores/database.ts";
import { type Forgotten, forgetStudent } from "../stores/forgetting.ts";
import { openJournalReader } from "../stores/journal-reader.ts";
import type { Queries, QueryResult } from "../stores/queries.ts";
import { STORY_VERSION } from "../stories/entry.ts";
import type { KeptStory } from "../stories/kept-story.ts";
import type { Judged, Verdict } from "../stories/verdict.ts";
import { type ConnectionDocument, connectionDocument } from "./documents.ts";
import type { JournaledStory, LabQueryOptions } from "./lab.ts";
import { isOwnQuestion } from "./selectors.ts";

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
      isAuditClosed,
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
      isAuditClosed,
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

  /** Peers of these labels, the newest first. One of which no verdict was written - the daemon ended first - is read whole and judged. */
  async journaledOf(
    labels: readonly string[],
    most: number,
    judge: (story: KeptStory) => Judged,
  ): Promise<ConnectionDocument[]> {
    await this.settled();
    const reader = openJournalReader(this.#database);
    const rows = reader.newestOf(labels, most).filter(({ version }) => version === STORY_VERSION);
    return rows.flatMap((row) => {
      const { verdict, cards } = row;
      const story = storyFromJournal(row, []);
      if (isOwnQuestion(story)) return [];
      if (verdict)
        return connectionDocument(story, {
          verdict: verdict as Verdict,
          cards: (cards ?? "").split(" ").flatMap((id) => (id === "" ? [] : [{ id }])),
        });
      const peer = parsePeerTerm(row.id);
      const whole = peer && reader.read(peer);
      if (whole?.form !== "facts") return [];
      const read = storyFromJournal(whole.story, whole.rows);
      return connectionDocument(read, judge(read));
    });
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
