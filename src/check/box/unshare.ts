/**
 * Command lines of `unshare`, the second rung of the ladder: as bubblewrap's, an outer box for the tester with a network and processes of
 * its own, and for each start of the program an inner one, which shares that network and not the processes. Files are those of the user
 * that it runs as, and cannot be written; but for homes, hand-ins and folders for temporary files: of those the program sees what it
 * needs. What it may write is memory, and as large as the limit of the disk.
 */
import { existsSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { shellWord } from "../../shell-words.ts";
import type { Shown } from "./bubblewrap.ts";

const APART = ["--ipc", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc"];
/** Rights are kept through the first step alone, which mounts /proc; the rest is done without any. */
const INNER = ["unshare", "--user", "--map-current-user", "--keep-caps", ...APART];
/** Mounting takes root of a namespace; behind it comes another one, in which the tester is the user that it was. */
const OUTER = ["unshare", "--user", "--map-root-user", ...APART, "--net"];

/** Namespaces of its own are more of the kernel than a socket program needs. */
const NO_NAMESPACES = "echo 0 2>/dev/null >/proc/sys/user/max_user_namespaces || :";
const WITHOUT_RIGHTS = `${NO_NAMESPACES}; exec setpriv --no-new-privs --ambient-caps -all --inh-caps -all "$@"`;

/** SIOCSIFFLAGS with IFF_UP, IFF_LOOPBACK and IFF_RUNNING: what `ip` does, where only Python is there. */
const RAISES_LOOPBACK = [
  "import fcntl, socket, struct",
  'fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh14x", b"lo", 0x49))',
].join("; ");

const UP = `ip link set lo up 2>/dev/null || /sbin/ip link set lo up 2>/dev/null || python3 -c '${RAISES_LOOPBACK}'`;

export interface OuterUnshare {
  readonly user: number;
  readonly group: number;
  /** Files and folders that are seen, also where they lie in a folder that is hidden. */
  readonly shown: readonly Shown[];
  /** Empty folder through which these are seen. */
  readonly keep: string;
  /** Folders of which nothing else is seen, beside homes. */
  readonly hidden: readonly string[];
  /** Folder of the program; of no use to a box that is tried out. */
  readonly work: { readonly at: string; readonly sizeBytes: number } | undefined;
  readonly diskBytes: number;
  readonly argv: readonly string[];
}

export function outerUnshare(box: OuterUnshare): readonly string[] {
  const { user, group, work, argv } = box;
  const script = [
    "set -e",
    "cd /",
    'as=$PATH; PATH="$PATH:/usr/bin:/bin:/usr/sbin:/sbin"',
    ...ownView(box),
    ...(work ? [`mount -t tmpfs -o size=${work.sizeBytes},mode=700 work ${shellWord(work.at)}`] : []),
    readOnlyBut([...TEMPORARY, ...(work ? [work.at] : [])]),
    `{ ${UP}; }`,
    "PATH=$as",
    `exec unshare --user --map-user=${user} --map-group=${group} -- setpriv --no-new-privs --inh-caps=-all "$@"`,
  ];
  return [...OUTER, "/bin/sh", "-c", script.join("\n"), "box", ...argv];
}

const TEMPORARY = ["/tmp", "/var/tmp", "/dev/shm"].filter((folder) => existsSync(folder));

/** Folders of people: the home of this user, that of root, and all others. */
const homes = (): string[] => [os.homedir(), "/root", "/home"];

/** Memory in the place of each folder that is hidden, and in it what is shown, bound there by way of a folder that keeps it meanwhile. */
function ownView({ hidden, shown, keep, diskBytes }: OuterUnshare): string[] {
  const closed = outermost([...homes(), ...hidden]);
  const kept = shown
    .filter(({ at }) => [...TEMPORARY, ...closed].some((folder) => isIn(at, folder)))
    .map(({ source, at }, nth) => ({
      make: statSync(at).isDirectory() ? "mkdir -p" : "touch",
      source: shellWord(source),
      at: shellWord(at),
      above: shellWord(path.dirname(at)),
      meanwhile: nth,
    }));
  return [
    // Stood in, and told from there: it lies in a folder that is hidden.
    ...(kept.length > 0
      ? [`mount -t tmpfs -o size=1m,mode=755 keep ${shellWord(keep)}`, `cd ${shellWord(keep)}`]
      : []),
    ...kept.map(
      ({ make, source, meanwhile }) => `${make} ${meanwhile}; mount --rbind ${source} ${meanwhile}`,
    ),
    ...TEMPORARY.map((folder) => `mount -t tmpfs -o size=${diskBytes},mode=1777 temporary ${folder}`),
    ...closed.map(shellWord).flatMap((folder) => [
      // Gone, where it lies in a folder for temporary files.
      `mkdir -p ${folder}`,
      `mount -t tmpfs -o size=1m,mode=755 closed ${folder}`,
    ]),
    ...kept.map(
      ({ make, at, above, meanwhile }) =>
        `mkdir -p ${above}; ${make} ${at}; mount --no-canonicalize --rbind ${meanwhile} ${at}`,
    ),
    "cd /",
  ];
}

/** Folders of these that exist, but the root and what lies in another one. */
function outermost(folders: readonly string[]): string[] {
  const there = new Set(folders.filter((folder) => folder !== "/" && existsSync(folder)));
  return [...there].filter((folder) => ![...there].some((other) => isIn(folder, other)));
}

/**
 * Remounts all that is mounted: what a namespace is lent may lose the right to write, never win it. Its other marks are told again, for
 * they may not be taken away. Where a mount does not take it, no user may write there, the root apart.
 */
const readOnlyBut = (writable: readonly string[]): string => `
while read -r _ _ _ _ at marks _; do
  at=$(printf %b "$at")
  case $at in ${[...writable.map(shellWord), "/proc", "/proc/*", "/dev/pts"].join(" | ")}) continue ;; esac
  mount -o "remount,bind,ro,\${marks#r?,}" "$at" 2>/dev/null || [ "$at" != / ]
done </proc/self/mountinfo`;

const isIn = (place: string, folder: string) => place.startsWith(`${folder}/`);

/** Words before a command that is to run in an inner box. */
export const innerUnshare = (): string[] => [...INNER, "/bin/sh", "-c", WITHOUT_RIGHTS, "box"];

export const UNSHARE_ONLY = [
  "the program reads this machine's files as this user does, but for homes, hand-ins and temporary files, and writes none of them",
];
