/** Module of a role as a file, for the process that is to import it. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { bundleOf } from "../catalogue/loaded-roles.ts";
import type { Role } from "../machines/_role.ts";

let modules = 0;

/** Writes it, and takes it away when it has been used. */
export async function withModule<Result>(
  dataFolder: string,
  role: Role,
  use: (file: string) => Promise<Result>,
): Promise<Result> {
  const folder = path.join(dataFolder, "roles");
  mkdirSync(folder, { recursive: true });
  modules += 1;
  const file = path.join(folder, `.apart-${process.pid}-${modules}.mjs`);
  writeFileSync(file, bundleOf(role) ?? "");
  try {
    return await use(file);
  } finally {
    rmSync(file, { force: true });
  }
}
