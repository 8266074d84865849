/** Steps before the outer box: a user without rights, and for root's sake a view of what that user may not reach by itself. */
import { chmod, mkdtemp, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { shellWord } from "../../shell-words.ts";
import { isRoot } from "./box-user.ts";
import { namesOfBox, type Shown } from "./bubblewrap.ts";
import { ownCode } from "./own-code.ts";

/** Root's box begins as another user: as root the inner box could not mount its /proc. */
export function droppedTo(user: number, argv: readonly string[]): readonly string[] {
  if (!isRoot()) return argv;
  const id = String(user);
  return ["setpriv", "--reuid", id, "--regid", id, "--clear-groups", "--no-new-privs", ...argv];
}

/**
 * Room for connections in the network of a box. The kernel gives each the machine's own, a quarter of a million places where there is much
 * memory, and looks through all of them whenever /proc/net/tcp is read: 5 ms a look, where this is 0.05 ms.
 */
const CONNECTIONS = 256;

/**
 * A network whose daughters have so much room; kernels since 6.1 have the setting. The rights that it takes are this namespace's own, and
 * are laid down before the box.
 */
export const withSmallTables = (argv: readonly string[]): readonly string[] => [
  ...["unshare", "--user", "--map-current-user", "--keep-caps", "--net", "/bin/sh", "-c"],
  `echo ${CONNECTIONS} > /proc/sys/net/ipv4/tcp_child_ehash_entries; exec setpriv --ambient-caps -all --inh-caps -all "$@"`,
  "box",
  ...argv,
];

/** `passwd`, `group` and `hosts` of a box. */
export async function writeNames(folder: string, user: number): Promise<void> {
  // Made by mkdtemp for its owner alone; the box's user passes through.
  await chmod(folder, 0o755);
  for (const [name, text] of Object.entries(namesOfBox(user))) await writeFile(path.join(folder, name), text);
}

/**
 * Places that lie in a folder which only root may enter, such as `/root/.pyenv`, each bound where the box's user can reach it: in mounts
 * that this command alone sees. Answers the command, and where its places are now.
 */
export async function reachable(
  places: readonly string[],
  folder: string,
): Promise<{
  readonly shown: readonly Shown[];
  readonly before: (argv: readonly string[]) => readonly string[];
}> {
  const shown: Shown[] = [];
  const mounts: string[] = [];
  for (const place of places) {
    if (!isRoot() || (await isOpenToAll(place))) {
      shown.push({ source: place, at: place });
      continue;
    }
    const source = path.join(folder, String(mounts.length));
    const make = (await stat(place)).isDirectory() ? "mkdir" : "touch";
    mounts.push(`${make} ${shellWord(source)} && mount --bind ${shellWord(place)} ${shellWord(source)}`);
    shown.push({ source, at: place });
  }
  const before = (argv: readonly string[]) =>
    mounts.length === 0
      ? argv
      : [
          "unshare",
          "--mount",
          "--propagation",
          "private",
          "/bin/sh",
          "-c",
          `${mounts.join(" && ")} && exec "$@"`,
          "box",
          ...argv,
        ];
  return { shown, before };
}

/** Folder for what a box's user is to read: root's own may be closed to all others. */
export async function scratchFolder(name: string): Promise<string> {
  const places = [os.tmpdir(), "/tmp", "/var/tmp"];
  for (const place of isRoot() ? places : [])
    if (await isOpenToAll(path.join(place, name))) return mkdtemp(path.join(place, name));
  return mkdtemp(path.join(os.tmpdir(), name));
}

/** Whether a box's user can run our code as it lies there: a person's box is that person's, root's another user's. */
export async function mayDrop(code: readonly string[] = ownCode()): Promise<boolean> {
  return !isRoot() || (await Promise.all(code.map(isOpenToAll))).every(Boolean);
}

export async function isOpenToAll(place: string): Promise<boolean> {
  for (let folder = path.dirname(place); ; folder = path.dirname(folder)) {
    const { mode } = await stat(folder);
    if ((mode & 0o001) === 0) return false;
    if (folder === path.dirname(folder)) return true;
  }
}
