/** Keys of the log: words with dots between them, of which a bus takes but few characters. */
import { hash } from "node:crypto";
import type { LogEntry } from "./bus.ts";

/** Key of a row: `registry.1236.=MTAuMC4wLjE`, `addressBook.=YWRhQGV4YW1wbGUub3Jn`. */
export const rowKey = (store: string, ...words: readonly string[]) => [store, ...words.map(wordOf)].join(".");

/** Random words of the log itself: two logs of one name never have the same. */
export const IDENTITY_KEY = "log.identity";

const COMMIT = "import.";

/** Last entry of an import: all of its rows stand before it. */
export const commitKey = (batch: string) => `${COMMIT}${batch}`;
export const batchOfCommit = (key: string) => (key.startsWith(COMMIT) ? key.slice(COMMIT.length) : undefined);

/** Headers. `write`: who wrote it, `<origin>/<count>`; `batch`: the import that a row is of, `<id>/<rows>` */
export const HEADER = { write: "nl-write", batch: "nl-import" } as const;

export const textOf = ({ data }: Pick<LogEntry, "data">) => new TextDecoder().decode(data);

const MAX_WORD_LENGTH = 200;

/** A word of other characters begins with `=`, which no plain one does; a long one is its digest, as the entry itself has it whole. */
function wordOf(text: string): string {
  if (/^[-_a-zA-Z0-9]{1,200}$/.test(text)) return text;
  const encoded = `=${Buffer.from(text).toString("base64url")}`;
  return encoded.length <= MAX_WORD_LENGTH ? encoded : `==${hash("sha256", text, "base64url")}`;
}
