/**
 * Bytes of the control socket → what the daemon says. Pure; a line that cannot be read is a value, never an exception.
 * Keys and messages that this client does not know are passed over, so that a newer daemon may say more.
 */

import type { TableCells } from "../lab/cluster-view.ts";
import type { ReadAs } from "../repl/command.ts";

/** A piece of an answer, in the order it came. */
export type Reply =
  | { readonly kind: "out"; readonly text: string }
  | { readonly kind: "err"; readonly text: string; readonly code?: string }
  /** Takes the place of the frame before it. */
  | { readonly kind: "frame"; readonly text: string }
  | { readonly kind: "data"; readonly document: unknown }
  /** Asked for by `tables`. */
  | { readonly kind: "table"; readonly table: TableCells }
  | { readonly kind: "ask"; readonly question: string }
  | { readonly kind: "read"; readonly path: string; readonly as: ReadAs }
  | { readonly kind: "write"; readonly path: string; readonly text: string }
  /** The code is unfinished. */
  | { readonly kind: "more" }
  | { readonly kind: "exit"; readonly exit: number };

export type DaemonMessage =
  | { readonly kind: "replies"; readonly id: number; readonly replies: readonly Reply[] }
  | { readonly kind: "notice"; readonly text: string; readonly level: string }
  | { readonly kind: "event"; readonly event: string; readonly count?: number }
  | { readonly kind: "unknown" };

export type Parsed = { readonly ok: true; readonly value: DaemonMessage } | { readonly ok: false };

const NEWLINE = 0x0a;
const MALFORMED: Parsed = { ok: false };

/** Chunks → lines without their newline. It holds at most one unfinished line, and that one is bounded. */
export class LineSplitter {
  readonly #limitBytes: number;
  #parts: Buffer[] = [];
  #sizeBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** The lines that this chunk ends, or undefined as soon as one is longer than allowed. */
  push(chunk: Buffer): Buffer[] | undefined {
    const lines: Buffer[] = [];
    for (let start = 0; ; ) {
      const end = chunk.indexOf(NEWLINE, start);
      const part = chunk.subarray(start, end < 0 ? chunk.length : end);
      this.#sizeBytes += part.length;
      if (this.#sizeBytes > this.#limitBytes) return undefined;
      this.#parts.push(part);
      if (end < 0) return lines;
      lines.push(this.#take());
      start = end + 1;
    }
  }

  #take(): Buffer {
    const line = Buffer.concat(this.#parts, this.#sizeBytes);
    this.#parts = [];
    this.#sizeBytes = 0;
    return line;
  }
}

export function parseDaemonLine(line: string): Parsed {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return MALFORMED;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return MALFORMED;
  const message = value as Readonly<Record<string, unknown>>;
  return message.id === undefined ? parsePush(message) : parseReplies(message);
}

function parsePush(message: Readonly<Record<string, unknown>>): Parsed {
  const { notice, level = "info", event, count } = message;
  if (typeof notice === "string" && typeof level === "string") {
    return { ok: true, value: { kind: "notice", text: notice, level } };
  }
  if (typeof event === "string")
    return { ok: true, value: { kind: "event", event, ...(typeof count === "number" ? { count } : {}) } };
  return notice === undefined && event === undefined ? { ok: true, value: { kind: "unknown" } } : MALFORMED;
}

function parseReplies(message: Readonly<Record<string, unknown>>): Parsed {
  const { id, out, err, code, frame, ask, read, write, text, exit } = message;
  if (typeof id !== "number") return MALFORMED;
  if (![out, err, code, frame, ask, read, write].every(isTextOrAbsent)) return MALFORMED;
  if (write !== undefined && typeof text !== "string") return MALFORMED;
  if (exit !== undefined && !isExitStatus(exit)) return MALFORMED;
  const replies: Reply[] = [];
  if (typeof out === "string") replies.push({ kind: "out", text: out });
  if (typeof err === "string")
    replies.push({ kind: "err", text: err, ...(typeof code === "string" ? { code } : {}) });
  if (typeof frame === "string") replies.push({ kind: "frame", text: frame });
  if (isTable(message.table)) replies.push({ kind: "table", table: message.table });
  if ("data" in message) replies.push({ kind: "data", document: message.data });
  if (typeof ask === "string") replies.push({ kind: "ask", question: ask });
  if (typeof read === "string")
    replies.push({ kind: "read", path: read, as: message.as === "role" ? "role" : "text" });
  if (typeof write === "string") replies.push({ kind: "write", path: write, text: String(text) });
  if (message.more === true) replies.push({ kind: "more" });
  if (isExitStatus(exit)) replies.push({ kind: "exit", exit });
  return { ok: true, value: { kind: "replies", id, replies } };
}

function isTable(value: unknown): value is TableCells {
  const { head, rows, firstToGive } = (value ?? {}) as Partial<Record<keyof TableCells, unknown>>;
  return (
    isRow(head) && Array.isArray(rows) && rows.every((row) => isRow(row)) && typeof firstToGive === "string"
  );
}

const isRow = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((cell) => typeof cell === "string");

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === "string";
}

function isExitStatus(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 255;
}
