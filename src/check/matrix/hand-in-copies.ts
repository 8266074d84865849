/**
 * Copies of hand-ins that programs of a matrix run in. Each hand-in is built once and kept as it was built then; every run has a fresh copy
 * of that, so that nothing which one conversation left behind - a log, a file of users - is in the next.
 */
import { cp, mkdir, rm } from "node:fs/promises";
import path from "node:path";
import type { JobPlaces } from "../box/boxed-job.ts";
import { enterBox } from "../box/inner-box.ts";
import { StartedPrograms } from "../box/started-programs.ts";
import type { Limits } from "../program.ts";
import type { PairSide } from "./pair.ts";

export interface CopiesRequest extends JobPlaces {
  readonly limits: Limits;
  readonly build: string | undefined;
}

export class HandInCopies {
  readonly #request: CopiesRequest;
  readonly #kept = new Set<string>();
  readonly #programs: Readonly<Record<PairSide, StartedPrograms>>;

  constructor(request: CopiesRequest) {
    this.#request = request;
    // Of all runs, so that ports are counted on: one that was left behind by a FIN is not free for a minute.
    this.#programs = { server: this.#programsIn("server"), client: this.#programsIn("client") };
  }

  /** Starter of the programs of a hand-in, for one side of one conversation. */
  async of(name: string, side: PairSide): Promise<StartedPrograms> {
    const { given, build } = this.#request;
    const [folder, kept] = [this.#folderOf(side), this.#keptAt(name, side)];
    const programs = this.#programs[side];
    await rm(folder, { recursive: true, force: true });
    await mkdir(path.dirname(kept), { recursive: true });
    if (this.#kept.has(kept)) await copy(kept, folder);
    else {
      await copy(path.join(given, name), folder);
      if (build !== undefined) await programs.build(build);
      await copy(folder, kept);
      this.#kept.add(kept);
    }
    return programs;
  }

  #folderOf(side: PairSide): string {
    return path.join(this.#request.work, "now", side);
  }

  /** Builds that write down where they were made are for both sides alone where both see their folder at the same path. */
  #keptAt(name: string, side: PairSide): string {
    const { box, work } = this.#request;
    return path.join(work, "built", ...(box.kind === "bwrap" ? [] : [side]), name);
  }

  #programsIn(side: PairSide): StartedPrograms {
    const { box, limits } = this.#request;
    const isBoxed = box.kind !== "limits";
    const folder = this.#folderOf(side);
    return new StartedPrograms({
      box,
      folder: box.kind === "bwrap" ? process.cwd() : folder,
      env: process.env,
      limits,
      enter: enterBox(box, limits, folder),
      hasOwnNetwork: isBoxed,
      hasOwnPids: isBoxed,
      hasOwnUser: isBoxed,
    });
  }
}

const copy = (from: string, to: string) => cp(from, to, { recursive: true, verbatimSymlinks: true });
