/** Start of a daemon without a cluster, on a database that was in one. */
import type { LabDatabase } from "./database.ts";

/** A daemon without a cluster changes rows that no log hears of: its next start in one enters it anew. */
export function leaveLog({ sql }: LabDatabase): void {
  // A look costs next to nothing, a transaction waits for the disk.
  if (!sql.prepare("SELECT 1 FROM log_position UNION ALL SELECT 1 FROM log_unsent").get()) return;
  sql.exec("BEGIN; DELETE FROM log_position; DELETE FROM log_unsent; COMMIT;");
}
