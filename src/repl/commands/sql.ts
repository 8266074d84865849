import * as z from "zod";
import { NetlabError } from "../../errors.ts";
import type { Cell } from "../../lab/lab.ts";
import { duration } from "../../machines/_options.ts";
import { printable } from "../../printable.ts";
import { defineCommand } from "../command.ts";
import { showTokensOption } from "../guarded-options.ts";
import { reaches } from "../levels.ts";
import { table } from "../text-table.ts";

/** A cell that is longer is looked at with --json. */
const MAX_CHARACTERS = 200;
const MAX_CELL_BYTES = 16;
const MAX_MS = 60_000;

const options = z.object({
  limit: z.number().int().min(1).max(100_000).default(500).describe("the most rows"),
  timeout: duration()
    .refine((ms) => ms > 0 && ms <= MAX_MS, `at most ${MAX_MS / 1_000}s`)
    .default(5_000)
    .describe("stop a query that takes longer (default: 5s)"),
  week: z
    .string()
    .regex(/^\d{4}-W\d{2}$/, "a week, e.g. 2026-W49")
    .optional()
    .describe("look in the journal of this week, e.g. 2026-W49 (default: the newest nine)"),
  showTokens: showTokensOption(),
});

export default defineCommand({
  name: "sql",
  group: "registry",
  level: "operate",
  summary:
    "asks the database (read-only): registrations, addresses, instances, journal, stories, runs, checks, audit",
  args: [
    {
      name: "select",
      summary: "the rest of the line, as it is typed; options come before it",
      isVariadic: true,
    },
  ],
  takesRestOfLine: true,
  options,
  example: "sql select service, count(*) from registrations group by service",
  async run({
    lab,
    rest,
    options: { limit, timeout, week, showTokens },
    signal,
    level,
    out,
    err,
    data,
    isJson,
    columns,
  }) {
    const sql = rest.join(" ").trim();
    if (sql === "") throw new NetlabError("usage/nothing-to-ask");
    const result = await lab.query(sql, {
      limit,
      timeoutMs: timeout,
      week,
      showTokens,
      isAuditClosed: !reaches(level, "own"),
      signal,
    });
    const names = unique(result.columns);
    if (isJson) {
      data(
        result.rows.map((row) =>
          Object.fromEntries(row.map((cell, index) => [names[index], jsonCell(cell)])),
        ),
      );
    } else if (result.rows.length === 0) {
      out("no rows");
    } else {
      out(
        table(
          names.map(printableName),
          result.rows.map((row) => row.map(shownCell)),
          columns,
        ),
      );
    }
    if (result.isCut) err(`only the first ${result.rows.length} rows are shown; raise --limit for more`);
  },
});

const printableName = (name: string) => printable(name, 40);

/** Two columns of one name are two keys of a document. */
function unique(names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  return names.map((name) => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count === 1 ? name : `${name}:${count}`;
  });
}

function shownCell(cell: Cell): string {
  if (cell === null) return "null";
  if (cell instanceof Uint8Array)
    return `x'${Buffer.from(cell.subarray(0, MAX_CELL_BYTES)).toString("hex")}${cell.length > MAX_CELL_BYTES ? "…" : ""}'`;
  return printable(String(cell), MAX_CHARACTERS);
}

/** JSON has no bytes and no whole numbers beyond 2^53: hex, and digits as text. */
function jsonCell(cell: Cell): unknown {
  if (cell instanceof Uint8Array) return Buffer.from(cell).toString("hex");
  return typeof cell === "bigint" ? String(cell) : cell;
}
