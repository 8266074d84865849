/** Folders of the daemon's sockets: whose they have to be, and who may look into them. */
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  type Stats,
  statSync,
} from "node:fs";
import path from "node:path";
import { messageOf, NetlabError } from "../errors.ts";
import { childProcess } from "../node-modules.ts";

/** Only the owner of a file in such a folder removes it. */
const STICKY = 0o1000;

/**
 * A folder of 0700 that is ours; one of another user's is refused, however open it is. One that was named may be
 * open to others' eyes (a checkout) or the system's for everybody (/tmp): there the socket's own mode protects it.
 */
export function ownFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const isDefault = /^netlabd(-\d+)?$/.test(path.basename(folder));
    const uid = process.getuid?.();
    const link = lstatSync(folder);
    // A link that another user made leads where that user likes.
    if (link.uid !== uid && link.uid !== 0) throw new Error(`it belongs to user ${link.uid}`);
    const stat = statSync(folder);
    if (!stat.isDirectory()) throw new Error("it is not a folder");
    const isShared = stat.uid === 0 && (stat.mode & STICKY) !== 0 && !isDefault;
    if (stat.uid !== uid && !isShared) throw new Error(`it belongs to user ${stat.uid}`);
    if (isDefault && (stat.mode & 0o077) !== 0) chmodSync(folder, 0o700);
    else if (isOpenToOthers(stat) && (stat.mode & STICKY) === 0)
      throw new Error("others may write into it, and could put a socket of their own there");
  } catch (error) {
    throw new NetlabError("socket-unsafe/folder", { folder, why: messageOf(error) }, { cause: error });
  }
}

/** A user's own group has often no other member, and all that the user makes is open to it. */
const isOpenToOthers = ({ mode, gid }: Stats) =>
  (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && gid !== process.getgid?.());

interface Given {
  readonly gid: number;
  /** As it was named. */
  readonly group: string;
}

/**
 * A folder of 0750 that is ours, for the members of a group: they come to the socket in it, and nothing else is in it that they could
 * come to.
 */
export function givenFolder(socketPath: string, { gid, group }: Given): void {
  const folder = path.dirname(socketPath);
  try {
    mkdirSync(path.dirname(folder), { recursive: true });
    try {
      mkdirSync(folder, { mode: 0o700 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const stat = lstatSync(folder);
    if (!stat.isDirectory()) throw new Error("it is not a folder");
    if (stat.uid !== process.getuid?.()) throw new Error(`it belongs to user ${stat.uid}`);
    const other = readdirSync(folder).find((name) => name !== path.basename(socketPath));
    if (other !== undefined)
      throw new Error(`the group ${group} may look into it, and ${other} is in it too`);
  } catch (error) {
    throw new NetlabError(
      "socket-unsafe/observe-folder",
      { folder, why: messageOf(error) },
      { cause: error },
    );
  }
  try {
    chownSync(folder, -1, gid);
    chmodSync(folder, 0o750);
  } catch (error) {
    throw new NetlabError("socket-unsafe/observe-group", { group, why: messageOf(error) }, { cause: error });
  }
}

/** Number of a group by its name, or of a number. The file is enough on most machines; elsewhere (LDAP) the system is asked. */
export function groupId(group: string): number {
  if (/^\d+$/.test(group)) return Number(group);
  const gid = idIn(readText("/etc/group"), group) ?? idIn(askedOf(group), group);
  if (gid !== undefined) return gid;
  throw new NetlabError("socket-unsafe/observe-group", { group, why: "there is no such group" });
}

function idIn(lines: string, group: string): number | undefined {
  const fields = lines
    .split("\n")
    .map((line) => line.split(":"))
    .find(([name]) => name === group);
  return fields?.[2] === undefined ? undefined : Number(fields[2]);
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function askedOf(group: string): string {
  try {
    return childProcess().execFileSync("getent", ["group", "--", group], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    return "";
  }
}
