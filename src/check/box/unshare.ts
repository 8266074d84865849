/**
 * Command lines of `unshare`, the second rung of the ladder: as bubblewrap's, an outer box for the tester with a network and processes of
 * its own, and for each start of the program an inner one, which shares that network and not the processes. Files are those of the user
 * that it runs as, but for homes: of those the program sees what it needs, and that is told in the report.
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

const WITHOUT_RIGHTS = 'exec setpriv --no-new-privs --ambient-caps -all --inh-caps -all "$@"';

/** SIOCSIFFLAGS with IFF_UP, IFF_LOOPBACK and IFF_RUNNING: what `ip` does, where only Python is there. */
const RAISES_LOOPBACK = [
  "import fcntl, socket, struct",
  'fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh14x", b"lo", 0x49))',
].join("; ");

const UP = `ip link set lo up 2>/dev/null || /sbin/ip link set lo up 2>/dev/null || python3 -c '${RAISES_LOOPBACK}'`;

export interface OuterUnshare {
  readonly user: number;
  readonly group: number;
  /** Files and folders that are seen, also where they lie in a home. */
  readonly shown: readonly Shown[];
  /** Empty folder through which these are seen. */
  readonly keep: string;
  readonly argv: readonly string[];
}

export function outerUnshare({ user, group, shown, keep, argv }: OuterUnshare): readonly string[] {
  const script = [
    "set -e",
    "cd /",
    'as=$PATH; PATH="$PATH:/usr/bin:/bin:/usr/sbin:/sbin"',
    ...withoutHomes(homes(), shown, keep),
    `{ ${UP}; }`,
    "PATH=$as",
    `exec unshare --user --map-user=${user} --map-group=${group} -- setpriv --no-new-privs --inh-caps=-all "$@"`,
  ];
  return [...OUTER, "/bin/sh", "-c", script.join("\n"), "box", ...argv];
}

/** Folders of people: the home of this user, that of root, and all others. */
function homes(): string[] {
  const there = [os.homedir(), "/root", "/home"].filter((home) => home !== "/" && existsSync(home));
  return [...new Set(there)].filter((home) => !there.some((other) => isIn(home, other)));
}

/** Memory in the place of each home, and in it what is shown, bound there by way of a folder that keeps it meanwhile. */
function withoutHomes(hidden: readonly string[], shown: readonly Shown[], keep: string): string[] {
  const kept = shown
    .filter(({ at }) => hidden.some((home) => isIn(at, home)))
    .map(({ source, at }, nth) => ({
      make: statSync(at).isDirectory() ? "mkdir -p" : "touch",
      source: shellWord(source),
      at: shellWord(at),
      above: shellWord(path.dirname(at)),
      meanwhile: shellWord(path.join(keep, String(nth))),
    }));
  return [
    ...(kept.length > 0 ? [`mount -t tmpfs -o size=1m,mode=755 keep ${shellWord(keep)}`] : []),
    ...kept.map(
      ({ make, source, meanwhile }) => `${make} ${meanwhile}; mount --rbind ${source} ${meanwhile}`,
    ),
    ...hidden.map((home) => `mount -t tmpfs -o size=1m,mode=755 home ${shellWord(home)}`),
    ...kept.map(
      ({ make, at, above, meanwhile }) =>
        `mkdir -p ${above}; ${make} ${at}; mount --rbind ${meanwhile} ${at}`,
    ),
    ...hidden.map((home) => `mount -o remount,ro,bind ${shellWord(home)}`),
  ];
}

const isIn = (place: string, folder: string) => place.startsWith(`${folder}/`);

/** Words before a command that is to run in an inner box. */
export const innerUnshare = (): string[] => [...INNER, "/bin/sh", "-c", WITHOUT_RIGHTS, "box"];

export const UNSHARE_ONLY = [
  "the program sees this machine's files as this user does, and of homes what it needs to run",
  "how much it writes is limited by the file, not in all",
];
