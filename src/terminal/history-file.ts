/** The lines typed in earlier sessions, in a file of the user's alone. Secrets do not go into it. */
import { appendFileSync, chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** How many lines a session remembers. */
export const historySize = 1_000;
/** The file only grows within a session; one that is longer than this is cut when the next session starts. */
const FILE_LINES_LIMIT = 2 * historySize;
const OWNER_ONLY = 0o600;

/** A history that cannot be read or written is no reason to refuse a session: it is then shorter. */
export class HistoryFile {
  readonly #path: string | undefined;
  #last: string | undefined;
  /** The newest first, as node:readline wants it. */
  readonly lines: string[];

  /** Without a path, nothing is kept. */
  constructor(path: string | undefined) {
    this.#path = path;
    const stored = path === undefined ? [] : readLines(path);
    this.#last = stored.at(-1);
    // Each line once, where it was typed last.
    this.lines = [...new Set(stored.toReversed())].slice(0, historySize);
    if (path !== undefined && stored.length > FILE_LINES_LIMIT) cutFile(path, this.lines.toReversed());
  }

  add(line: string): void {
    const safe = withoutTokens(line.trim());
    if (this.#path === undefined || safe === "" || safe === this.#last) return;
    this.#last = safe;
    try {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
      appendFileSync(this.#path, `${safe}\n`, { mode: OWNER_ONLY });
    } catch {}
  }
}

/** `--token s3cret` → `--token ****`, in every way to write it; and the last word of `register <ip> <port> <service> <token>`. */
export function withoutTokens(line: string): string {
  return line
    .replace(/(--token(?:=|\s+))("[^"]*"?|'[^']*'?|\S+)/g, "$1****")
    .replace(/^(\s*register(?:\s+[^\s-]\S*){3}\s+)("[^"]*"?|'[^']*'?|[^\s-]\S*)/, "$1****");
}

function readLines(path: string): string[] {
  try {
    const text = readFileSync(path, "utf8");
    // A file that was made by other means (copied from a backup, say) may be open to others.
    chmodSync(path, OWNER_ONLY);
    return text.split("\n").filter((line) => line !== "");
  } catch {
    return [];
  }
}

/** By renaming, so that a session that starts meanwhile reads the old file or the new one, never half of it. */
function cutFile(path: string, lines: readonly string[]): void {
  const draft = `${path}.${process.pid}`;
  try {
    writeFileSync(draft, `${lines.join("\n")}\n`, { mode: OWNER_ONLY });
    renameSync(draft, path);
  } catch {}
}
