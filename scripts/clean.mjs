/** Empties the folder that is built into, so that a file that was renamed does not linger as a role or a command of its own. */
import { rmSync } from "node:fs";
import { nextBuild } from "./next-build.mjs";

rmSync(nextBuild, { recursive: true, force: true });
