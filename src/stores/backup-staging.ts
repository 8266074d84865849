/** Folders in which a backup is put together, beside the database. One that is there at a start was left by a daemon that was killed. */
import { readdirSync, rmSync } from "node:fs";
import path from "node:path";

export const STAGING = ".backup-";

/** Only while this daemon has the folder, before it makes a backup of its own. */
export function removeHalfMade(folder: string): void {
  for (const name of readdirSync(folder))
    if (name.startsWith(STAGING)) rmSync(path.join(folder, name), { recursive: true, force: true });
}
