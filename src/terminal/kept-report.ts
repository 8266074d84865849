/** Results of a check, sent to the daemon, which keeps them in its database. */
import type { Report } from "../check/report.ts";
import type { ControlClient } from "../control/control-client.ts";

interface Reader {
  readonly isJson: boolean;
  out(text: string): unknown;
  err(text: string): unknown;
}

/** Resolves to the exit status of the daemon's own command. */
export async function keepReport(
  client: ControlClient,
  report: Report,
  to: Reader,
  student: string | undefined,
): Promise<number> {
  // Of a server that is not there nothing was found out.
  if (report.ended?.code === "not-reached") return 0;
  // Transcripts are no rows: without them no report is too long for one request.
  const results = report.results.map(({ id, status, grade, weight, message }) => ({
    id,
    status,
    grade,
    weight,
    message,
  }));
  const { exit } = await client.request(
    "run",
    { argv: ["keep-check", "report", ...(student === undefined ? [] : ["--student", student])] },
    {
      // Standard output has the report alone where a program reads it.
      out: (text) => void (to.isJson ? to.err(text) : to.out(text)),
      err: (text) => void to.err(text),
      read: async () => JSON.stringify({ ...report, results }),
    },
  );
  return exit;
}
