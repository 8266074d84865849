/**
 * Comparison of what a class saw with what its journal has. Read past the daemon, from the files of the weeks: what stands there is what a
 * kill has left.
 */
import Database from "better-sqlite3";
import { journalFilesIn } from "../../src/stores/journal-files.ts";
import { bytesIn, bytesOut, type Entry } from "../../src/stories/entry.ts";
import type { ConnectionDocument } from "../e2e/daemon.ts";
import type { Talk } from "./_class-crowd.ts";

/** A connection as the journal has it. */
interface Kept {
  readonly label: string | null;
  readonly role: string;
  readonly verdict: string | null;
  /** Bytes of its entries, one after another. */
  said: string;
  replied: string;
  /** As its entries sum them up; nothing is taken from a summary. */
  bytesIn: number;
  bytesOut: number;
  /** Files that went out whole. */
  files: number;
  entries: number;
}

export interface Compared {
  /** Answers and connections that were looked for. */
  readonly looked: number;
  readonly lost: readonly string[];
}

interface StoryLine {
  readonly id: string;
  readonly label: string | null;
  readonly role: string;
  readonly verdict: string | null;
}

interface EntryLine {
  readonly connection: string;
  readonly kind: string;
  readonly facts: string;
  readonly bytes: Buffer | null;
}

export class Evidence {
  readonly #kept = new Map<string, Kept>();

  /** The whole journal as it is on disk at this moment. */
  constructor(dataFolder: string) {
    for (const { file } of journalFilesIn(dataFolder)) this.#read(file);
  }

  get connections(): number {
    return this.#kept.size;
  }

  get entries(): number {
    return [...this.#kept.values()].reduce((sum, { entries }) => sum + entries, 0);
  }

  /** How often each verdict was given to a connection, and how many have none; datagrams' senders end with their silence, and are left out. */
  get verdicts(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const [id, { verdict }] of this.#kept) {
      if (!/\/c\d+$/.test(id)) continue;
      const name = verdict ?? "not judged";
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return counts;
  }

  #read(file: string): void {
    const sql = new Database(file, { readonly: true });
    try {
      const stories = sql.prepare<[], StoryLine>(
        "SELECT id, label, json_extract(subject, '$.role') AS role, verdict FROM stories",
      );
      const none = { said: "", replied: "", bytesIn: 0, bytesOut: 0, files: 0, entries: 0 };
      for (const { id, label, role, verdict } of stories.all())
        this.#kept.set(id, { ...none, ...this.#kept.get(id), label, role, verdict });
      const rows = sql.prepare<[], EntryLine>(
        "SELECT connection, kind, facts, bytes FROM journal ORDER BY id",
      );
      for (const row of rows.iterate()) this.#add(row);
    } finally {
      sql.close();
    }
  }

  #add({ connection, kind, facts, bytes }: EntryLine): void {
    const kept = this.#kept.get(connection);
    if (!kept) throw new Error(`the journal has an entry of ${connection}, and no story of it`);
    const entry = { ...JSON.parse(facts), kind } as Entry;
    kept.entries += 1;
    kept.bytesIn += bytesIn(entry);
    kept.bytesOut += bytesOut(entry);
    if (kind === "in") kept.said += bytes?.toString("latin1") ?? "";
    if (kind === "out") kept.replied += bytes?.toString("latin1") ?? "";
    if (entry.kind === "file" && entry.size === entry.told) kept.files += 1;
  }

  /** Answers that students had, and files: those that are due. */
  answers(talks: readonly Talk[], isDue: (at: number, talk: Talk) => boolean): Compared {
    const lost: string[] = [];
    let looked = 0;
    for (const talk of talks) {
      const due = talk.answers.filter(({ at }) => isDue(at, talk));
      const isFileDue = talk.fetchedAt !== undefined && isDue(talk.fetchedAt, talk);
      if (due.length === 0 && !isFileDue) continue;
      const kept = this.#talkOf(talk);
      looked += due.length + Number(isFileDue);
      for (const { text } of due)
        if (!kept?.replied.includes(text)) lost.push(`${talk.student}: ${talk.name}: ${text}`);
      if (isFileDue && !kept?.files) lost.push(`${talk.student}: ${talk.name}: a fetched file`);
    }
    return { looked, lost };
  }

  #talkOf({ student, role, name }: Talk): Kept | undefined {
    return [...this.#kept.values()].find(
      (kept) => kept.label === student && kept.role === role && kept.said.includes(name),
    );
  }

  /** Connections that the daemon showed: each is there, with all the bytes that it had then. */
  connectionsSeen(seen: readonly ConnectionDocument[]): Compared {
    const lost = seen.flatMap((one) => {
      const kept = this.#kept.get(one.id);
      if (!kept) return [`${one.id} is not there`];
      const isWhole = kept.bytesIn >= one.bytesIn && kept.bytesOut >= one.bytesOut;
      return isWhole
        ? []
        : [`${one.id} had ${one.bytesIn}/${one.bytesOut} bytes and has ${kept.bytesIn}/${kept.bytesOut}`];
    });
    return { looked: seen.length, lost };
  }
}
