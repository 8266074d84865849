/** Files that peers may read, and files that clients write [FILE-3]. */
import type { Hash } from "node:crypto";
import { constants } from "node:fs";
import {
  type FileHandle,
  link,
  lstat,
  open,
  opendir,
  readlink,
  realpath,
  rename,
  rm,
  stat,
} from "node:fs/promises";
import path from "node:path";
import { messageOf, NetlabError } from "../errors.ts";
import type { FileAnswer, Files, OpenFile, PartialFile } from "../machines/_world.ts";
import { crypto } from "../node-modules.ts";
import { osCode } from "../os/os-errors.ts";

/** Never waits for the other end of a FIFO, never makes a terminal ours, never follows a link put there meanwhile. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY | constants.O_NOFOLLOW;

/** `rootOf` resolves a role's `--root`; `writeFolder` is where relative outputs go. */
export function localFiles(rootOf: (root: string) => string, writeFolder: string): Files {
  return {
    open: (root, name, extension) => openUnder(rootOf(root), name, extension),
    create: (target, { overwrite }) => createPartial(path.resolve(writeFolder, target), overwrite),
  };
}

async function openUnder(root: string, name: string, extension: string | undefined): Promise<FileAnswer> {
  const bad = badName(name, extension);
  if (bad) return notFound(bad, root, extension);
  let handle: FileHandle | undefined;
  try {
    const realRoot = await realpath(root);
    const real = await realpath(path.join(realRoot, name));
    if (!isWithin(real, realRoot)) return { ok: false, why: "it leads out of the root" };
    // Opening a device may do something; so look first, and look again at what was really opened.
    const before = await lstat(real);
    if (!before.isFile()) return { ok: false, why: "it is not a regular file" };
    handle = await open(real, OPEN_FLAGS);
    const opened = await handle.stat();
    const isSame = opened.isFile() && opened.ino === before.ino && opened.dev === before.dev;
    // A folder on the way may have been swapped before the first look: where the file lies is asked of itself.
    if (!isSame || !isWithin(await placeOf(handle, before.ino, real), realRoot)) {
      await handle.close();
      return { ok: false, why: "it was replaced while it was being opened" };
    }
    return { ok: true, file: openFile(handle, path.basename(name), opened.size) };
  } catch (error) {
    await handle?.close();
    return notFound(whyNotOpened(error), root, extension);
  }
}

/** Names that a card may tell of, and what they may have in all: a story keeps them. */
const MAX_LISTED = { names: 200, characters: 4_000, looks: 2_000 };

async function notFound(why: string, root: string, extension: string | undefined): Promise<FileAnswer> {
  return { ok: false, why, listed: await listed(root, extension) };
}

/** Files of the root itself that could have been asked for, as they are now. */
async function listed(root: string, extension: string | undefined): Promise<string[]> {
  const names: string[] = [];
  let left = MAX_LISTED.characters;
  let looks = MAX_LISTED.looks;
  try {
    for await (const entry of await opendir(root)) {
      looks -= 1;
      if (names.length === MAX_LISTED.names || left < 0 || looks < 0) break;
      if (!entry.isFile() || entry.name.startsWith(".") || badName(entry.name, extension)) continue;
      left -= entry.name.length;
      names.push(entry.name);
    }
  } catch {
    // Without its root a role has no files at all: that is said already.
  }
  return names.sort();
}

/** Path at which an open file really lies. Linux knows it of the descriptor; elsewhere its path is walked once more. */
async function placeOf(handle: FileHandle, ino: number, opened: string): Promise<string> {
  try {
    return await readlink(`/proc/self/fd/${handle.fd}`);
  } catch {
    const place = await realpath(opened);
    return (await lstat(place)).ino === ino ? place : "nowhere known";
  }
}

/** Both without symbolic links. A root of `/` ends in its separator already. */
export function isWithin(real: string, realRoot: string): boolean {
  return real === realRoot || real.startsWith(realRoot.endsWith(path.sep) ? realRoot : realRoot + path.sep);
}

/** Fault of the name itself, before any disk is asked. */
function badName(name: string, extension: string | undefined): string | undefined {
  if (name.includes("\0")) return "a NUL in the name";
  if (path.isAbsolute(name)) return "an absolute path";
  if (name.split(/[\\/]/).includes("..")) return "a path with ..";
  if (extension !== undefined && path.extname(name) !== `.${extension}`) return `not a .${extension} file`;
  return undefined;
}

function whyNotOpened(error: unknown): string {
  switch (osCode(error)) {
    case "ENOENT":
    case "ENOTDIR":
      return "there is no such file";
    case "ENAMETOOLONG":
      return "the name is too long";
    case "EACCES":
    case "EPERM":
      return "the daemon may not read it";
    case "EMFILE":
    case "ENFILE":
      return "no more files can be opened now (EMFILE)";
    case "ELOOP":
      return "its symbolic links form a loop";
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

function openFile(handle: FileHandle, name: string, sizeBytes: number): OpenFile {
  let isClosed = false;
  return {
    name,
    sizeBytes,
    read: async (into, position) => (await handle.read(into, 0, into.length, position)).bytesRead,
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      await handle.close();
    },
  };
}

async function createPartial(target: string, overwrite: boolean): Promise<PartialFile> {
  if (!overwrite && (await exists(target))) throw new NetlabError("file-exists", { file: target });
  const partPath = `${target}.part`;
  try {
    // Another run may be writing a .part of the same name: it is its file, not ours.
    const handle = await open(partPath, "wx");
    return partialFile(handle, partPath, target, overwrite);
  } catch (error) {
    if (osCode(error) === "EEXIST") {
      throw new NetlabError("file-not-written/part-exists", { file: partPath }, { cause: error });
    }
    throw notWritten(partPath, error);
  }
}

function partialFile(handle: FileHandle, partPath: string, target: string, overwrite: boolean): PartialFile {
  const hash: Hash = crypto().createHash("sha256");
  let isOpen = true;
  let isFinished = false;
  const close = async () => {
    if (!isOpen) return;
    isOpen = false;
    await handle.close();
  };
  return {
    path: target,
    write: async (bytes) => {
      hash.update(bytes);
      try {
        await writeFully(handle, bytes);
      } catch (error) {
        throw notWritten(partPath, error);
      }
    },
    finish: async () => {
      await close();
      await moveInto(partPath, target, overwrite);
      isFinished = true;
      return hash.digest("hex");
    },
    discard: async () => {
      await close();
      if (!isFinished) await rm(partPath, { force: true });
    },
  };
}

async function writeFully(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.length; ) {
    offset += (await handle.write(bytes, offset, bytes.length - offset)).bytesWritten;
  }
}

/** A link fails where the name has come to exist meanwhile; a rename would silently replace it. */
async function moveInto(partPath: string, target: string, overwrite: boolean): Promise<void> {
  if (overwrite) return rename(partPath, target);
  try {
    await link(partPath, target);
  } catch (error) {
    if (osCode(error) === "EEXIST") throw new NetlabError("file-exists", { file: target }, { cause: error });
    // File systems without hard links: what is left is a look before the rename.
    if (await exists(target)) throw new NetlabError("file-exists", { file: target });
    return rename(partPath, target);
  }
  await rm(partPath);
}

const notWritten = (target: string, error: unknown) =>
  new NetlabError("file-not-written/because", { file: target, why: messageOf(error) }, { cause: error });

async function exists(target: string): Promise<boolean> {
  try {
    await stat(target);
    return true;
  } catch (error) {
    if (osCode(error) === "ENOENT") return false;
    throw notWritten(target, error);
  }
}
