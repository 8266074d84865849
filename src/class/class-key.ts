/** The class's secret, in a file of the data folder that its owner alone can read: made at the first start of a class, kept in backups. */
import { randomBytes } from "node:crypto";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { NetlabError } from "../errors.ts";
import { osCode } from "../os/os-errors.ts";

const KEY_FILE = "class.key";
const KEY_BYTES = 32;

/** Throws where it is there and cannot be read, or is not one: another secret would give every student another token. */
export function classKey(dataFolder: string): Buffer {
  const file = path.join(dataFolder, KEY_FILE);
  try {
    return keyIn(file);
  } catch (error) {
    if (osCode(error) !== "ENOENT") throw error;
  }
  try {
    writeFileSync(file, `${randomBytes(KEY_BYTES).toString("base64")}\n`, { mode: 0o600, flag: "wx" });
  } catch (error) {
    if (osCode(error) === undefined) throw error;
    throw new NetlabError("bad-class/key", { file, why: String(osCode(error)) }, { cause: error });
  }
  return keyIn(file);
}

function keyIn(file: string): Buffer {
  const key = Buffer.from(readFileSync(file, "utf8").trim(), "base64");
  if (key.length !== KEY_BYTES)
    throw new NetlabError("bad-class/key", { file, why: "it is damaged; put it back from a backup" });
  // A copy from elsewhere may be open to others.
  chmodSync(file, 0o600);
  return key;
}
