import { z } from "zod";
import { NetlabError } from "../../errors.ts";
import { studentOf } from "../class-of.ts";
import { defineCommand } from "../command.ts";

/** Part of a report that is kept; the rest of it may be there, too. */
const kept = z.object({
  format: z.literal("netlab-check/1"),
  version: z.string(),
  role: z.string(),
  side: z.enum(["server", "client"]),
  seed: z.number().int(),
  started: z.iso.datetime({ offset: true }),
  program: z.object({ run: z.string().nullable(), at: z.string().nullable() }),
  results: z.array(
    z.object({
      id: z.string(),
      status: z.enum(["passed", "failed", "skipped", "unimplemented", "error"]),
      grade: z.enum(["MUST", "SHOULD", "INFO"]),
      weight: z.number().min(0),
      message: z.string(),
    }),
  ),
});

export default defineCommand({
  name: "keep-check",
  group: "registry",
  level: "operate",
  summary: "keeps a report of check in the database, a row a case; check --keep does it by itself",
  args: [{ name: "file", summary: "written by netlabctl check … --format json=FILE" }],
  options: z.object({
    student: z.string().min(1).optional().describe("of a class: whose program it was"),
  }),
  example: "keep-check report.json",
  notes: ["Rows are added and never changed: sql select status, count(*) from checks group by status"],
  async run({ lab, args: { file = "" }, options, readFile, out, data, isJson }) {
    const student = options.student === undefined ? undefined : studentOf(lab, options.student).id;
    const { program, started, version, seed, role, side, results } = reportIn(await readFile(file), file);
    const target = program.run ?? program.at ?? "";
    const at = Date.parse(started);
    const run = await lab.keepCheck({ version, seed, role, side, target, at, results, student });
    const rows = results.length;
    if (isJson) data({ run, rows });
    else
      out(
        `kept: run ${run}, ${rows} ${rows === 1 ? "row" : "rows"}; sql select * from checks where run = ${run} shows them`,
      );
  },
});

function reportIn(text: string, file: string): z.output<typeof kept> {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new NetlabError("usage/no-check-report", { file });
  }
  const { success, data } = kept.safeParse(document);
  if (!success) throw new NetlabError("usage/no-check-report", { file });
  return data;
}
