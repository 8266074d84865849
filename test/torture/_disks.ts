/** Disks that fail on purpose: they are mounted in a namespace of the daemon's own, and are gone when it is. */
import { execFileSync } from "node:child_process";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { NodeOptions } from "../e2e/scene.ts";

const CHUNK = Buffer.alloc(65_536, 0x20);

/** Whether this machine lets us mount at all. */
export function canMount(): boolean {
  try {
    execFileSync("unshare", ["-rm", "--", "mount", "-t", "tmpfs", "tmpfs", "/tmp"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** The folder is a disk of its own of this size. */
export const onSmallDisk = (folder: string, sizeKiB: number): NodeOptions =>
  mounted(folder, `mount -t tmpfs -o size=${sizeKiB}k,mode=700 tmpfs "$0"`);

/** The folder, with all that is in it, cannot be written. */
export const onReadOnlyDisk = (folder: string): NodeOptions =>
  mounted(folder, 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0"');

const mounted = (folder: string, mount: string): NodeOptions => ({
  command: "unshare",
  node: ["-rm", "--", "sh", "-c", `${mount} && exec "$@"`, folder, process.execPath],
});

/** The same path as the daemon sees it, behind its mounts. */
export const seenBy = (pid: number, path: string) => `/proc/${pid}/root${path}`;

/** Writes until nothing more fits; answers what makes room again. */
export function fill(folder: string): () => void {
  const filler = join(folder, "filler");
  const file = openSync(filler, "w");
  for (let size = CHUNK.length; size >= 1; size = Math.floor(size / 2)) writeUntilFull(file, size);
  closeSync(file);
  return () => rmSync(filler);
}

function writeUntilFull(file: number, size: number): void {
  try {
    for (;;) writeSync(file, CHUNK, 0, size);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
}
