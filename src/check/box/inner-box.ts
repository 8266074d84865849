/** Words before a command of a program under test, on each rung of the ladder. */
import type { Limits } from "../program.ts";
import type { BoxReport } from "../report.ts";
import { innerBox } from "./bubblewrap.ts";
import { innerUnshare } from "./unshare.ts";

export function enterBox({ kind }: BoxReport, limits: Limits, work?: string): string[] {
  if (kind === "bwrap") return innerBox(limits, work);
  return kind === "unshare" ? innerUnshare() : [];
}
