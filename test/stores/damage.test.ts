/** Looking for damage: the file stays as it is, and is let go of. */
import { copyFileSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { damageOf } from "../../src/stores/damage.ts";
import { LabFolder } from "./lab-folder.ts";

/** What a killed daemon leaves: the file, and beside it the log with all that was said since. */
function killed(): string {
  const lab = new LabFolder();
  lab.open().sql.exec("INSERT INTO addresses (email, name, folded) VALUES ('a@b', 'A', 'a')");
  const file = path.join(lab.path, "left.db");
  for (const suffix of ["", "-wal"]) copyFileSync(path.join(lab.path, `netlab.db${suffix}`), file + suffix);
  return file;
}

const openFiles = () =>
  readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      return [];
    }
  });

describe("a look for damage", () => {
  it("leaves the file and its log as they are, to the byte, and keeps neither open", () => {
    const file = killed();
    const before = ["", "-wal"].map((suffix) => readFileSync(file + suffix));
    expect(before[1]?.length).toBeGreaterThan(0);
    expect(damageOf(file)).toBeUndefined();
    expect(["", "-wal"].map((suffix) => readFileSync(file + suffix))).toEqual(before);
    expect(openFiles().filter((name) => name.startsWith(file))).toEqual([]);
  });
});
