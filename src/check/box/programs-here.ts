/** The user's own programs, on the user's own machine: without a box, with limits. */
import type { Limits } from "../program.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { StartedPrograms } from "./started-programs.ts";

export function programsHere(folder: string, limits: Limits = DEFAULT_LIMITS): StartedPrograms {
  return new StartedPrograms({
    box: { kind: "limits", notes: LIMITS_ONLY },
    folder,
    env: { ...process.env, ...SPEAKING },
    limits,
    enter: [],
    hasOwnNetwork: false,
    hasOwnPids: false,
    hasOwnUser: false,
  });
}

/** Output that is not kept back, and characters beyond ASCII. */
export const SPEAKING = { PYTHONUNBUFFERED: "1", LANG: "C.UTF-8" };

export const LIMITS_ONLY = [
  "nothing keeps the program from this user's files and processes, the checker's too, or from the network: it may read, change and end them",
  "how many processes it starts is watched, not held, and how much it writes is limited by the file, not in all",
];
