/**
 * A build is made beside the one that is there, and takes its place when it is whole: a program that is started meanwhile is the one of
 * before, or the new one, and never a half of it.
 */
import { renameSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

/** Also named in tsconfig.build.json. */
export const nextBuild = path.join(root, "dist.next");

/** Puts the folder in place of another one, which need not be there. */
export function takePlace(next, place) {
  const before = `${place}.before`;
  rmSync(before, { recursive: true, force: true });
  try {
    renameSync(place, before);
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
  renameSync(next, place);
  rmSync(before, { recursive: true, force: true });
}
