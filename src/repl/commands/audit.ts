import * as z from "zod";
import type { AuditRow } from "../../lab/lab.ts";
import { duration } from "../../machines/_options.ts";
import { printable } from "../../printable.ts";
import { defineCommand } from "../command.ts";
import { table } from "../text-table.ts";

const DAY_MS = 24 * 3_600_000;

export default defineCommand({
  name: "audit",
  group: "daemon",
  level: "own",
  summary: "tells what operators did: commands that changed something, showed a secret, or were refused",
  options: z.object({
    since: duration().default(DAY_MS).describe("how far back (default: 24h)"),
    limit: z.number().int().min(1).max(100_000).default(200).describe("the most rows, the newest ones"),
  }),
  example: "audit --since 2h",
  notes: [
    "An operator's name is what the client says ($USER); nothing proves it but the socket and its level.",
    "Rows are added and never changed: sql select * from audit asks for them too, at the level own.",
  ],
  run({ lab, options: { since, limit }, out, err, data, isJson, columns }) {
    const found = lab.audit.since(lab.clock.now() - since, limit + 1);
    const rows = found.slice(-limit);
    if (isJson) return data(rows.map((row) => ({ ...row, at: new Date(row.at).toISOString() })));
    if (rows.length === 0) return out("no operator has changed anything in that time");
    out(table(["AT", "OPERATOR", "LEVEL", "EXIT", "LINE"], rows.map(cells), columns, "LINE"));
    if (found.length > limit) err(`only the newest ${limit} rows are shown; raise --limit for more`);
    return undefined;
  },
});

function cells({ at, operator, level, exit, line }: AuditRow): string[] {
  const time = new Date(at).toISOString().replace("T", " ").slice(0, 19);
  return [time, printable(operator), level, String(exit), printable(line)];
}
