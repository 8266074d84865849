/** Another commit of ours as the only other contestant: built in a folder of its own, which is gone afterwards. */
import { execFileSync } from "node:child_process";
import { readFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import { playFrom } from "./netlabd.ts";
import type { Contestant, Question } from "./question.ts";
import { checkout, newFolder } from "./scene.ts";

export interface OtherCheckout {
  /** As it was asked for, and what that is: `main (1a2b3c4)`. */
  readonly name: string;
  readonly folder: string;
  remove(): void;
}

const git = (...args: string[]) => execFileSync("git", args, { cwd: checkout, encoding: "utf8" }).trim();
const run = (folder: string, ...args: string[]) =>
  execFileSync("npm", args, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });

/** Throws where git does not know `ref`, or it cannot be built. */
export function checkOut(ref: string): OtherCheckout {
  const commit = git("rev-parse", "--short", "--verify", `${ref}^{commit}`);
  const parent = newFolder();
  const folder = path.join(parent.path, "checkout");
  const remove = () => {
    git("worktree", "remove", "--force", folder);
    parent.remove();
  };
  git("worktree", "add", "--quiet", "--detach", folder, commit);
  try {
    const lockOf = (where: string) => readFileSync(path.join(where, "package-lock.json"), "utf8");
    if (lockOf(folder) === lockOf(checkout))
      symlinkSync(path.join(checkout, "node_modules"), path.join(folder, "node_modules"));
    else run(folder, "ci", "--silent", "--ignore-scripts");
    run(folder, "run", "--silent", "build");
    return { name: ref === commit ? ref : `${ref} (${commit})`, folder, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Ours against itself as it was there, without a goal. Undefined where the daemon is not played as built. */
export function comparing(question: Question, other: OtherCheckout): Question | undefined {
  if (question.isFromSource) return undefined;
  const { goal: _goal, floors: _floors, ours, ...asked } = question;
  return {
    ...asked,
    ours: played(ours, checkout, "here"),
    others: [played(ours, other.folder, other.name)],
  };
}

/** A contestant whose daemons are those of a folder: one runs at a time. */
const played = (contestant: Contestant, folder: string, name: string): Contestant => ({
  name,
  start: async () => {
    playFrom(folder);
    const running = await contestant.start();
    return {
      ...running,
      measure: () => {
        playFrom(folder);
        return running.measure();
      },
    };
  },
});
