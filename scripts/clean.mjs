/** Empties dist/, so that a file that was renamed does not linger as a role or a command of its own. */
import { rmSync } from "node:fs";

rmSync(new URL("../dist", import.meta.url), { recursive: true, force: true });
