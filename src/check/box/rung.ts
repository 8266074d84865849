/**
 * The ladder of boxes, from the best: bubblewrap, `unshare`, limits alone. Which rung a machine has is tried out once, with a program
 * that does next to nothing, and told in the report.
 */
import { execFile } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { NetlabError } from "../../errors.ts";
import type { BoxReport } from "../report.ts";
import { isRoot, userOfSlot } from "./box-user.ts";
import { GIVEN, innerBox, outerBox } from "./bubblewrap.ts";
import { droppedTo, mayDrop, scratchFolder, withSmallTables, writeNames } from "./outer-command.ts";
import { LIMITS_ONLY } from "./programs-here.ts";
import { innerUnshare, outerUnshare, UNSHARE_ONLY } from "./unshare.ts";

export type RungName = Exclude<BoxReport["kind"], "none">;

export interface Rung {
  readonly report: BoxReport & { readonly kind: RungName };
  /** The network of a box can be one that is quick to look at. */
  readonly hasSmallTables: boolean;
}

export interface RungWish {
  /** `auto`: the best that there is. */
  readonly wanted: "auto" | RungName;
  /** Programs of others may run as root without a box. */
  readonly isUnsafe: boolean;
}

const run = promisify(execFile);
const TRIAL_MS = 10_000;

/** Rejects where the rung that is wanted is not there, and for root where there is none. */
export async function chooseRung({ wanted, isUnsafe }: RungWish): Promise<Rung> {
  const why: string[] = [];
  if (wanted === "auto" || wanted === "bwrap") {
    const trouble = await bubblewrapTrouble(false);
    if (trouble === undefined)
      return {
        report: { kind: "bwrap", notes: [] },
        hasSmallTables: (await bubblewrapTrouble(true)) === undefined,
      };
    if (wanted === "bwrap") throw new NetlabError("no-box/not-there", { kind: "bwrap", why: trouble });
    why.push(`no bubblewrap: ${trouble}`);
  }
  if (wanted === "auto" || wanted === "unshare") {
    const trouble = await unshareTrouble();
    if (trouble === undefined)
      return { report: { kind: "unshare", notes: [...why, ...UNSHARE_ONLY] }, hasSmallTables: false };
    if (wanted === "unshare") throw new NetlabError("no-box/not-there", { kind: "unshare", why: trouble });
    why.push(`no unshare: ${trouble}`);
  }
  if (isRoot() && !isUnsafe) throw new NetlabError("no-box/as-root", { why });
  return { report: { kind: "limits", notes: [...why, ...LIMITS_ONLY] }, hasSmallTables: false };
}

/** Runs nothing in an inner box in an outer one; undefined: it works. */
async function bubblewrapTrouble(hasSmallTables: boolean): Promise<string | undefined> {
  if (process.platform !== "linux") return "it is a program of Linux";
  const scratch = await scratchFolder("netlabd-trial-");
  try {
    const user = userOfSlot(0);
    await writeNames(scratch, user);
    await mkdir(path.join(scratch, "given"));
    const argv = outerBox({
      handIn: { source: path.join(scratch, "given"), at: GIVEN },
      shown: [],
      names: scratch,
      env: { PATH: "/usr/bin:/bin" },
      diskBytes: 65_536,
      argv: [...innerBox({ diskBytes: 65_536 }), "true"],
    });
    const whole = hasSmallTables ? withSmallTables(argv) : argv;
    const [program = "", ...args] = droppedTo(user, whole);
    await run(program, args, { timeout: TRIAL_MS });
    return undefined;
  } catch (error) {
    return troubleOf(error);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The same with `unshare`, which fails where the loopback cannot be brought up. */
async function unshareTrouble(): Promise<string | undefined> {
  if (process.platform !== "linux") return "it is a program of Linux";
  // Another user's box shows no more than that user may read; root's own would be none.
  if (!(await mayDrop()))
    return "it shows programs this machine's files, and root's own folder holds our code";
  try {
    const user = userOfSlot(0);
    const group = isRoot() ? user : (process.getgid?.() ?? 0);
    const nothing = { shown: [], keep: "", hidden: [], work: undefined, diskBytes: 65_536 };
    const argv = outerUnshare({ user, group, ...nothing, argv: [...innerUnshare(), "true"] });
    const [program = "", ...args] = droppedTo(user, argv);
    await run(program, args, { timeout: TRIAL_MS });
    return undefined;
  } catch (error) {
    return troubleOf(error);
  }
}

function troubleOf(error: unknown): string {
  const {
    code,
    stderr,
    message,
    path: program,
  } = error as {
    code?: unknown;
    stderr?: string;
    message: string;
    path?: string;
  };
  if (code === "ENOENT") return `${program ?? "a program of it"} is not installed`;
  return stderr?.trim().split("\n").at(-1) || message;
}
