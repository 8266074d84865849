/**
 * Command lines of `unshare`, the second rung of the ladder: as bubblewrap's, an outer box for the tester with a network and processes of
 * its own, and for each start of the program an inner one, which shares that network and not the processes. Files are those of the user
 * that it runs as: nothing is hidden from the program, and that is told in the report.
 */

/** Rights are kept through the first step alone, which mounts /proc and brings the loopback up; the rest is done without any. */
const NAMESPACES = [
  "unshare",
  "--user",
  "--map-current-user",
  "--keep-caps",
  "--ipc",
  "--uts",
  "--pid",
  "--fork",
  "--kill-child",
  "--mount-proc",
];

const WITHOUT_RIGHTS = 'exec setpriv --no-new-privs --ambient-caps -all --inh-caps -all "$@"';

/** SIOCSIFFLAGS with IFF_UP, IFF_LOOPBACK and IFF_RUNNING: what `ip` does, where only Python is there. */
const RAISES_LOOPBACK = [
  "import fcntl, socket, struct",
  'fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh14x", b"lo", 0x49))',
].join("; ");

const UP = `ip link set lo up 2>/dev/null || /sbin/ip link set lo up 2>/dev/null || python3 -c '${RAISES_LOOPBACK}'`;

export const outerUnshare = (argv: readonly string[]): readonly string[] => [
  ...NAMESPACES,
  "--net",
  ...["/bin/sh", "-c", `{ ${UP}; } && ${WITHOUT_RIGHTS}`, "box"],
  ...argv,
];

/** Words before a command that is to run in an inner box. */
export const innerUnshare = (): string[] => [...NAMESPACES, "/bin/sh", "-c", WITHOUT_RIGHTS, "box"];

export const UNSHARE_ONLY = [
  "the program sees this user's files",
  "how much it writes is limited by the file, not in all",
];
