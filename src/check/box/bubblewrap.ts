/**
 * Command lines of bubblewrap, the first rung of the ladder, as data: an outer box for the tester, and in it, for each start of the program,
 * an inner one.
 *
 * The outer box has its own network, loopback alone, and its own processes; of the machine it sees the system's folders and what it is
 * given, read-only. The inner one shares that network, since the two have to talk, and neither processes nor a folder but `/hand-in`: so the
 * program sees no tester that it could end, nor a place where the tester's report could be changed.
 */
import { existsSync, lstatSync, readdirSync, readlinkSync } from "node:fs";
import path from "node:path";
import type { Limits } from "../program.ts";
import { SYSTEM_FOLDERS } from "./installations.ts";

/** Copy of the hand-in that its programs work in; memory, and as large as the limit of the disk. */
export const WORK = "/hand-in";
/** The hand-in as it was given. */
export const GIVEN = "/given";

/** Of /etc what programs and libraries look up; not who has an account here, and not the machine's keys. */
const ETC = [
  "alternatives",
  "ld.so.cache",
  "ld.so.conf",
  "ld.so.conf.d",
  "localtime",
  "timezone",
  "nsswitch.conf",
  "protocols",
  "services",
  "mime.types",
  "ssl/openssl.cnf",
  "ssl/certs",
  "pki/tls/certs",
  "crypto-policies",
  "terminfo",
  "perl",
  "mono",
];
/** `java-17-openjdk`, `python3.11`, `php`: settings of what is installed in /usr. */
const ETC_OF_LANGUAGES = /^(?:java|jvm|python|php|ruby|node|dotnet)/;

export interface Shown {
  /** Path for this process; a place that only root may enter was made reachable elsewhere. */
  readonly source: string;
  readonly at: string;
}

export interface OuterBox {
  readonly handIn: Shown;
  readonly shown: readonly Shown[];
  /** Folder with `passwd`, `group` and `hosts` of the box. */
  readonly names: string;
  readonly env: Readonly<Record<string, string>>;
  readonly diskBytes: number;
  readonly argv: readonly string[];
}

const NAMESPACES = [
  "--unshare-user",
  "--unshare-pid",
  "--unshare-ipc",
  "--unshare-uts",
  "--unshare-cgroup-try",
];
/** Of the tester's own, e.g. for a client's terminal. */
const TESTER_DISK_BYTES = 64 * 1024 * 1024;

export function outerBox({ handIn, shown, names, env, diskBytes, argv }: OuterBox): string[] {
  return [
    "bwrap",
    ...NAMESPACES,
    "--unshare-net",
    "--die-with-parent",
    "--new-session",
    "--hostname",
    "box",
    ...SYSTEM_FOLDERS.flatMap(systemFolder),
    ...etcEntries().flatMap((name) => ["--ro-bind-try", `/etc/${name}`, `/etc/${name}`]),
    ...NAMES.flatMap((name) => ["--ro-bind", path.join(names, name), `/etc/${name}`]),
    "--proc",
    "/proc",
    ...devices(TESTER_DISK_BYTES),
    ...sized(TESTER_DISK_BYTES, "/tmp"),
    ...sized(diskBytes, WORK),
    ...shown.flatMap(({ source, at }) => ["--ro-bind", source, at]),
    "--ro-bind",
    handIn.source,
    handIn.at,
    "--clearenv",
    ...Object.entries(env).flatMap(([name, value]) => ["--setenv", name, value]),
    "--chdir",
    WORK,
    "--",
    ...argv,
  ];
}

const NAMES = ["passwd", "group", "hosts"];

/** Texts of the box's own /etc: one user, of this number, and the names of this machine alone. */
export const namesOfBox = (user: number): Readonly<Record<string, string>> => ({
  passwd: `student:x:${user}:${user}:student:${WORK}:/bin/sh\n`,
  group: `student:x:${user}:\n`,
  hosts: "127.0.0.1 localhost box\n::1 localhost\n",
});

/** Words before a command that is to run in an inner box; `work` is what the program finds there as its own folder. */
export function innerBox({ diskBytes }: Pick<Limits, "diskBytes">, work: string = WORK): string[] {
  return [
    "bwrap",
    ...NAMESPACES,
    // Namespaces of its own are more of the kernel than a socket program needs.
    "--disable-userns",
    "--die-with-parent",
    "--ro-bind",
    "/",
    "/",
    "--proc",
    "/proc",
    ...devices(diskBytes),
    ...sized(diskBytes, "/tmp"),
    // As it was given it is read by the tester alone: of the matrix it is others' work, too.
    ...sized(4096, GIVEN),
    "--remount-ro",
    GIVEN,
    "--bind",
    work,
    WORK,
    "--chdir",
    WORK,
    "--",
  ];
}

const sized = (bytes: number, folder: string) => ["--size", String(bytes), "--tmpfs", folder];

/** Without a limit of their own these folders of memory may take half of the machine's. */
const devices = (bytes: number) => ["--dev", "/dev", ...sized(bytes, "/dev/shm"), "--remount-ro", "/dev"];

/** `/bin` is a link to `/usr/bin` on most machines, and a folder on others. */
function systemFolder(folder: string): string[] {
  if (!existsSync(folder)) return [];
  if (lstatSync(folder).isSymbolicLink()) return ["--symlink", readlinkSync(folder), folder];
  return ["--ro-bind", folder, folder];
}

function etcEntries(): string[] {
  return [...ETC, ...readdirSync("/etc").filter((name) => ETC_OF_LANGUAGES.test(name))];
}
